/** The picture that is looked at, and all that belongs to it. */

import { number, onLanguage, words } from "../words.js";
import { SHRUNK_SIDE } from "../way.js";
import { setUpActions, showActions } from "./actions.js";
import { setUpCompare, showCompare } from "./compare.js";
import { at, say, showBlob, tell } from "./dom.js";
import { notify } from "./notice.js";
import { setUpProgress, showProgress } from "./progress.js";
import { bytes, setUpTrouble, showTrouble } from "./trouble.js";

const LARGE_PIXELS = 12e6;
const LARGE_BYTES = 8e6;

export function setUpStage(desk) {
  setUpCompare();
  setUpTrouble(desk);
  setUpActions(desk, () => {
    desk.select(null);
    at("choose").focus();
  });
  setUpProgress(desk, (painting) => {
    desk.cancel(painting);
    notify(words("cancelled"));
    at("stage").focus();
  });
  at("shrink").addEventListener("change", () => {
    // What was sent before a cancel has the other size.
    desk.change(desk.selected, { shrunk: at("shrink").checked, uploadId: null });
  });
  const show = () => showStage(desk);
  desk.addEventListener("select", show);
  desk.addEventListener("change", ({ detail }) => {
    if (detail.id === desk.selectedId) show();
  });
  onLanguage(show);
  show();
}

function showStage(desk) {
  const painting = desk.selected;
  const photo = painting && desk.photoOf(painting);
  const state = painting?.state ?? "none";
  at("stage").dataset.state = state;
  at("intake").hidden = painting !== null;
  at("canvas").hidden = painting === null;
  at("progress").hidden = state !== "active";
  at("trouble").hidden = state !== "failed";
  at("actions").hidden = state !== "done";
  at("large").hidden = state !== "ready" || !isLarge(photo);
  if (painting === null) {
    for (const image of [at("before"), at("after")]) showBlob(image, null);
    document.title = words("title");
    return;
  }
  showCompare(photo, painting);
  say(at("caption"), captionOf(painting, photo));
  if (state === "active") showProgress(painting);
  if (state === "failed") showTrouble(painting, photo);
  if (state === "done") {
    showActions(painting, photo);
    tell(words("done", { name: photo.name }));
  }
  say(at("large-words"), words("large", { size: sizeOf(photo), side: number(SHRUNK_SIDE) }));
  at("shrink").checked = painting.shrunk;
  document.title = titleOf(painting);
  // What had it isn't there any more.
  if (document.activeElement?.closest("[hidden]")) at("stage").focus({ preventScroll: true });
}

function isLarge({ file, width, height, animated }) {
  return Boolean(width) && !animated && Math.max(width, height) > SHRUNK_SIDE
    && (width * height > LARGE_PIXELS || file.size > LARGE_BYTES);
}

function sizeOf({ file, width, height }) {
  const megapixels = number((width * height) / 1e6, { maximumFractionDigits: 1 });
  return words("megapixels", { megapixels, size: bytes(file.size) });
}

function captionOf(painting, photo) {
  const { result } = painting;
  if (result === null) {
    return photo.width ? words("size", photo) : photo.name;
  }
  const { width, height, frames, cached, faces } = result;
  const seconds = number(result.seconds, { maximumFractionDigits: 1, minimumFractionDigits: 1 });
  const made = words(cached ? "done_before" : "done_in", { width, height, seconds });
  const many = frames > 1 ? [words("frames", { count: number(frames) })] : [];
  return [made, ...many, ...facesOf(faces)].join(" · ");
}

function facesOf(faces) {
  const treated = faces.filter((face) => face.treated).length;
  // Where the detector is unsure, there is no face as often as not.
  const left = faces.filter((face) => !face.treated && face.reason !== "unsure");
  const reasons = [...new Set(left.map((face) => words(`reason_${face.reason}`)))].join(", ");
  return [
    counted("face", treated, {}),
    counted("face_left", left.length, { reasons }),
  ].filter(Boolean);
}

function counted(name, count, values) {
  if (count === 0) return "";
  return words(`${name}_${count === 1 ? "one" : "many"}`, { count: number(count), ...values });
}

function titleOf({ state, percent }) {
  if (state === "active" && percent !== null) {
    return `${number(percent / 100, { style: "percent" })} · AnimeGAN`;
  }
  return state === "done" ? "✓ AnimeGAN" : words("title");
}
