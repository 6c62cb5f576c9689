/** Ways in for photos: choosing, dropping, pasting, and the sample. */

import { result } from "../api.js";
import { translate, words } from "../words.js";
import { at, say } from "./dom.js";
import { notify } from "./notice.js";
import { whatOf } from "./trouble.js";

const SAMPLE = "samples/photo.jpg";

export function setUpIntake(desk) {
  const take = (files) => {
    const refused = desk.add(files);
    if (refused.length > 0) notify(words("no_photo", { names: refused.join(", ") }));
  };
  for (const input of [at("files"), at("snapshot")]) {
    input.addEventListener("change", () => {
      take(input.files);
      // The same photo may be chosen again.
      input.value = "";
    });
  }
  at("choose").addEventListener("click", choose);
  at("sample").addEventListener("click", async () => {
    try {
      const photo = await result(SAMPLE);
      take([new File([photo], "sample.jpg", { type: "image/jpeg" })]);
    } catch (problem) {
      notify(whatOf(problem));
    }
  });
  document.addEventListener("paste", ({ clipboardData }) => {
    if (clipboardData.files.length > 0) take(clipboardData.files);
  });
  // Nothing can be dropped on a phone.
  if (matchMedia("(hover: none)").matches) {
    at("intake").querySelector("h2").dataset.text = "start_title";
    at("intake").querySelector("p").dataset.text = "start_hint";
    translate();
  }
  setUpDropping(take);
}

/** Open the browser's dialog for files. */
export function choose() {
  at("files").click();
}

function setUpDropping(take) {
  const over = (is) => {
    at("stage").classList.toggle("over", is);
    const title = at("intake").querySelector("h2");
    say(title, words(is ? "drop_now" : title.dataset.text));
  };
  // A photo may be let go anywhere on the page, or the browser would open it in the page's place.
  document.addEventListener("dragover", (event) => {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    over(true);
  });
  document.addEventListener("dragleave", ({ relatedTarget }) => {
    if (relatedTarget === null) over(false);
  });
  document.addEventListener("drop", (event) => {
    if (event.dataTransfer.files.length === 0) return;
    event.preventDefault();
    over(false);
    take(event.dataTransfer.files);
  });
}
