/** All paintings, the newest first. */

import { number, onLanguage, words } from "../words.js";
import { at, letGo, say, showBlob } from "./dom.js";
import { notify } from "./notice.js";
import { doingOf } from "./progress.js";

const frames = new Map();

export function setUpReel(desk, onAdd) {
  desk.addEventListener("change", ({ detail }) => showFrame(desk, detail));
  desk.addEventListener("remove", ({ detail }) => removeFrame(desk, detail));
  desk.addEventListener("select", () => markSelected(desk));
  onLanguage(() => {
    for (const painting of desk.paintings.values()) showFrame(desk, painting);
  });
  at("add").addEventListener("click", onAdd);
  setUpClearing(desk);
  showCount(desk);
}

function setUpClearing(desk) {
  const ask = (asking) => {
    at("clear-sure").hidden = !asking;
    at(asking ? "clear-no" : "clear").focus();
  };
  at("clear").addEventListener("click", () => ask(true));
  at("clear-no").addEventListener("click", () => ask(false));
  at("clear-sure").addEventListener("keydown", ({ key }) => {
    if (key === "Escape") ask(false);
  });
  at("clear-yes").addEventListener("click", () => {
    at("clear-sure").hidden = true;
    desk.clear();
    at("choose").focus();
  });
}

function showFrame(desk, painting) {
  if (!desk.paintings.has(painting.id)) return;
  const photo = desk.photoOf(painting);
  const item = frames.get(painting.id) ?? newFrame(desk, painting);
  const [frame, remove] = item.querySelectorAll("button");
  item.dataset.state = painting.state;
  showBlob(item.querySelector("img"), painting.frame ?? photo.frame);
  say(item.querySelector(".state"), stateOf(painting));
  const what = painting.state === "active" ? doingOf(painting) : "";
  frame.setAttribute("aria-label", words(`frame_${painting.state}`, { name: photo.name, what }));
  remove.setAttribute("aria-label", words("delete", { name: photo.name }));
  markSelected(desk);
  showCount(desk);
}

function newFrame(desk, painting) {
  const item = at("reel-frame").content.firstElementChild.cloneNode(true);
  const [frame, remove] = item.querySelectorAll("button");
  frame.addEventListener("click", () => {
    desk.select(painting.id);
    at("stage").scrollIntoView({ block: "nearest" });
  });
  remove.addEventListener("click", () => {
    const beside = item.nextElementSibling ?? item.previousElementSibling;
    const { name } = desk.photoOf(painting);
    notify(words("deleted", { name }), desk.remove(painting));
    // Whoever uses the keyboard stays where they were.
    (beside?.querySelector(".delete") ?? at("choose")).focus();
  });
  frames.set(painting.id, item);
  const newer = [...desk.paintings.values()].find(
    (other) => other.createdAt > painting.createdAt && frames.get(other.id)?.isConnected);
  if (newer) frames.get(newer.id).after(item);
  else at("reel").prepend(item);
  return item;
}

function removeFrame(desk, painting) {
  const item = frames.get(painting.id);
  frames.delete(painting.id);
  letGo(item);
  item.remove();
  showCount(desk);
}

function markSelected(desk) {
  for (const [id, item] of frames) {
    const frame = item.querySelector(".frame");
    if (id === desk.selectedId) frame.setAttribute("aria-current", "true");
    else frame.removeAttribute("aria-current");
  }
}

function showCount(desk) {
  const empty = desk.paintings.size === 0;
  at("reel-empty").hidden = !empty;
  at("clear").hidden = at("add").hidden = empty;
}

function stateOf({ state, percent, waiting }) {
  if (state === "failed") return "!";
  if (state !== "active") return "";
  return percent === null || waiting ? "…" : number(percent / 100, { style: "percent" });
}
