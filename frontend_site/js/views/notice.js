/** A line at the foot of the page that goes away by itself. */

import { at, say, tell } from "./dom.js";

const SHOWN_MILLISECONDS = 7000;
let timer = 0;
let onGone = null;

/**
 * @param {string} text
 * @param {{undo: () => void, finish: (leaving: boolean) => void} | null} choice `finish` is called unless it is undone
 */
export function notify(text, choice = null) {
  gone();
  onGone = choice?.finish ?? null;
  say(at("notice-words"), text);
  tell(text);
  at("undo").hidden = choice === null;
  at("undo").onclick = () => {
    onGone = null;
    gone();
    choice.undo();
    at("stage").focus({ preventScroll: true });
  };
  at("notice").hidden = false;
  timer = setTimeout(end, SHOWN_MILLISECONDS);
}

function end() {
  // Nothing goes away under whoever is at it by keyboard.
  if (at("notice").contains(document.activeElement)) timer = setTimeout(end, SHOWN_MILLISECONDS);
  else gone();
}

function gone(leaving = false) {
  clearTimeout(timer);
  at("notice").hidden = true;
  const finish = onGone;
  onGone = null;
  finish?.(leaving);
}

window.addEventListener("pagehide", () => gone(true));
