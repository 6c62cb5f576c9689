/** What can be done with a finished picture. */

import { asPng } from "../photos.js";
import { words } from "../words.js";
import { at } from "./dom.js";
import { notify } from "./notice.js";

let file = null;
let url = "";

export function setUpActions(desk, onNext) {
  at("copy").hidden = !(navigator.clipboard?.write && window.ClipboardItem);
  at("copy").addEventListener("click", copy);
  at("share").addEventListener("click", share);
  at("next").addEventListener("click", onNext);
}

export function showActions(painting, photo) {
  const { picture, format } = painting.result;
  if (file?.picture === picture) return;
  const name = `${photo.name.replace(/\.[^.]*$/, "")}_anime.${format === "jpeg" ? "jpg" : format}`;
  file = { picture, asFile: new File([picture], name, { type: picture.type }) };
  if (url) URL.revokeObjectURL(url);
  url = URL.createObjectURL(picture);
  at("download").href = url;
  at("download").download = name;
  at("share").hidden = !navigator.canShare?.({ files: [file.asFile] });
}

async function copy() {
  const { picture } = file;
  try {
    // A promise, so that the click still counts once the picture has been converted.
    const png = picture.type === "image/png" ? picture : asPng(picture);
    await navigator.clipboard.write([new ClipboardItem({ "image/png": png })]);
    notify(words("copied"));
  } catch {
    notify(words("not_copied"));
  }
}

async function share() {
  try {
    await navigator.share({ files: [file.asFile] });
  } catch (error) {
    if (error.name !== "AbortError") notify(words("not_shared"));
  }
}
