/** Photo and picture over each other, and a slider between them. */

import { onLanguage, words, number } from "../words.js";
import { at, showBlob } from "./dom.js";

const MIDDLE = 50;
let pair = "";

export function setUpCompare() {
  at("wipe").addEventListener("input", move);
  // Some browsers let nobody drag a slider but by its thumb, and this one's has no width.
  for (const kind of ["pointerdown", "pointermove"]) {
    at("wipe").addEventListener(kind, ({ buttons, clientX }) => {
      if (!buttons) return;
      const { left, width } = at("wipe").getBoundingClientRect();
      at("wipe").value = String((100 * (clientX - left)) / width);
      move();
    });
  }
  onLanguage(move);
}

/**
 * @param {import("../photos.js").Photo} photo
 * @param {import("../desk.js").Painting} painting
 */
export function showCompare(photo, painting) {
  const { result } = painting;
  const both = Boolean(result && photo.shown);
  const now = `${painting.id} ${both}`;
  // An animation begins anew, so that it and its picture move together.
  if (now !== pair && both && photo.animated) showBlob(at("before"), null);
  showBlob(at("before"), photo.shown);
  showBlob(at("after"), result?.picture ?? null);
  at("before").alt = result ? "" : words("photo_alt", { name: photo.name });
  at("after").alt = words("picture_alt", { name: photo.name });
  at("before").hidden = !photo.shown;
  at("after").hidden = !result;
  at("compare").hidden = !photo.shown && !result;
  at("unseen").hidden = Boolean(photo.shown || result || photo.looking || painting.state === "failed");
  for (const element of document.querySelectorAll("#wipe, #grip, #compare .tag")) element.hidden = !both;

  const { width, height } = result ?? photo;
  if (width) at("compare").style.setProperty("--ratio", String(width / height));
  if (now !== pair) {
    pair = now;
    at("wipe").value = String(MIDDLE);
  }
  at("compare").classList.toggle("both", both);
  move();
}

function move() {
  const percent = Number(at("wipe").value);
  at("compare").style.setProperty("--wipe", `${percent}%`);
  const told = number(percent / 100, { style: "percent", maximumFractionDigits: 0 });
  at("wipe").setAttribute("aria-valuetext", words("wiped", { percent: told }));
}
