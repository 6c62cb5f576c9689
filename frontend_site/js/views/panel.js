/** How photos are painted: styles, strength, colours, faces, file. */

import * as api from "../api.js";
import { pause } from "../patience.js";
import { number, onLanguage, words } from "../words.js";
import { at, say } from "./dom.js";
import { notify } from "./notice.js";

const AGAIN_MILLISECONDS = 5000;
const forever = new AbortController().signal;
let styles = [];

export async function setUpPanel(desk) {
  const form = at("panel");
  const show = () => showPanel(desk);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    desk.start(optionsOf(form));
    // On a narrow screen the stage is out of sight by now.
    at("stage").scrollIntoView({ block: "nearest" });
  });
  form.addEventListener("input", show);
  for (const event of ["select", "change", "remove"]) desk.addEventListener(event, show);
  onLanguage(() => {
    fillCards();
    show();
  });
  show();
  styles = await installedStyles();
  fillCards();
  show();
}

/** The options in the words of the API. */
function optionsOf(form) {
  const { style, strength, keep_colors, faces, format } = form.elements;
  return {
    style: style.value,
    strength: Number(strength.value) / 100,
    keep_colors: keep_colors.checked,
    faces: faces.value,
    format: format.value,
  };
}

async function installedStyles() {
  for (let told = false; ; told = true) {
    try {
      return (await api.styles()).filter((style) => style.installed);
    } catch {
      if (!told) notify(words("styles_gone"));
      await pause(AGAIN_MILLISECONDS, forever);
    }
  }
}

function fillCards() {
  if (styles.length === 0) return;
  const chosen = at("panel").elements.style?.value || styles[0].id;
  at("styles").replaceChildren(...styles.map((style) => card(style, style.id === chosen)));
}

function card(style, checked) {
  const element = at("style-card").content.firstElementChild.cloneNode(true);
  const [radio, painted] = element.querySelectorAll("input, img");
  Object.assign(radio, { value: style.id, checked });
  painted.src = `samples/${style.id}.jpg`;
  // A style that was installed later has no sample: the photo beneath it is left.
  painted.addEventListener("error", () => painted.remove());
  say(element.querySelector("strong"), style.title);
  say(element.querySelector("small"), words(style.good_for));
  return element;
}

function showPanel(desk) {
  const { selected, waiting } = desk;
  const { elements } = at("panel");
  say(at("strength-told"), number(Number(elements.strength.value) / 100, { style: "percent" }));
  const style = styles.find(({ id }) => id === elements.style.value);
  say(at("licence"), style?.licence ?? "");
  at("licence").lang = "en";
  at("paint").disabled = selected === null || selected.state === "active" || styles.length === 0;
  say(at("paint-words"), paintWords(selected, waiting));
}

function paintWords(selected, waiting) {
  if (selected?.state === "active") return words("painting");
  if (selected?.state === "done" || selected?.state === "failed") return words("paint_again");
  return waiting > 1 ? words("paint_many", { count: number(waiting) }) : words("paint");
}
