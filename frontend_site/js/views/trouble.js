/** What went wrong, and what to do about it. */

import { hasWords, number, words } from "../words.js";
import { at, say } from "./dom.js";

/** As it is, the photo would be refused again. */
const TOO_LARGE = new Set(["upload-too-large", "picture-too-large"]);

export function setUpTrouble(desk) {
  at("retry").addEventListener("click", () => desk.retry(desk.selected));
  at("shrink-retry").addEventListener("click", () => desk.retry(desk.selected, { shrunk: true }));
}

export function showTrouble(painting, photo) {
  const { problem } = painting;
  say(at("trouble-what"), whatOf(problem));
  const code = known(problem);
  const tooLarge = TOO_LARGE.has(code);
  const shrinks = !painting.shrunk && Boolean(photo.width) && !photo.animated;
  say(at("trouble-how"), words(tooLarge && !shrinks ? `how_${code}_elsewhere` : `how_${code}`, {
    detail: problem.detail, limit: bytes(problem.limit),
  }));
  at("shrink-retry").hidden = !shrinks || !(tooLarge || code === "processing-failed");
  at("retry").hidden = tooLarge;
}

/** The sentence for a problem. */
export function whatOf(problem) {
  return words(`what_${known(problem)}`);
}

/** A number of bytes in words. */
export function bytes(count) {
  return typeof count === "number"
    ? number(count / 1e6, { style: "unit", unit: "megabyte", maximumFractionDigits: 1 })
    : "";
}

function known({ code }) {
  return hasWords(`what_${code}`) ? code : "internal-error";
}
