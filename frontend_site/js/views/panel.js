/** How photos are painted: styles, strength, colours, faces, file. */

import * as api from "../api.js";
import { pause } from "../patience.js";
import { number, onLanguage, words } from "../words.js";
import { at, say } from "./dom.js";
import { notify } from "./notice.js";

const AGAIN_MILLISECONDS = 5000;
/** No style: faces are painted in the style of the picture. */
const LIKE_THE_REST = "off";
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
    at("stage").focus({ preventScroll: true });
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
  const { style, face_style, strength, keep_colors, only_faces, format } = form.elements;
  const options = {
    style: style.value,
    strength: Number(strength.value) / 100,
    keep_colors: keep_colors.checked,
    format: format.value,
  };
  if (face_style.value === LIKE_THE_REST) return { ...options, faces: "off" };
  return { ...options, faces: only_faces.checked ? "only" : "auto", face_style: face_style.value };
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
  const whole = styles.filter((style) => style.paints_pictures);
  const portrait = styles.filter((style) => style.paints_faces);
  fill(at("styles"), "style", "scene", whole.map(({ id, title }) => [id, title]));
  fill(at("faces"), "face_style", "face", [
    ...portrait.map(({ id, title }) => [id, title]), [LIKE_THE_REST, words("faces_off")],
  ]);
}

/** Cards to choose from; the first is chosen unless another was. */
function fill(room, name, sample, choices) {
  const chosen = at("panel").elements[name]?.value || choices[0][0];
  room.replaceChildren(...choices.map(([id, title]) => {
    const card = at("card").content.firstElementChild.cloneNode(true);
    Object.assign(card.querySelector("input"), { name, value: id, checked: id === chosen });
    const [photo, painted] = card.querySelectorAll("img");
    photo.src = `samples/${sample}.jpg`;
    painted.src = `samples/${sample}-${id}.jpg`;
    // A style that was installed later has no sample: the photo beneath it is left.
    painted.addEventListener("error", () => painted.remove());
    say(card.querySelector("strong"), title);
    return card;
  }));
}

function showPanel(desk) {
  const { selected, waiting } = desk;
  const { elements } = at("panel");
  say(at("strength-told"), number(Number(elements.strength.value) / 100, { style: "percent" }));
  elements.only_faces.disabled = elements.face_style?.value === LIKE_THE_REST;
  const licences = [elements.style, elements.face_style]
    .map((choice) => styles.find(({ id }) => id === choice?.value)?.licence)
    .filter(Boolean);
  // The server's words, in English.
  say(at("licence"), [...new Set(licences)].join(" "));
  at("paint").disabled = selected === null || selected.state === "active" || styles.length === 0;
  say(at("paint-words"), paintWords(selected, waiting));
}

function paintWords(selected, waiting) {
  if (selected?.state === "active") return words("painting");
  if (selected?.state === "done" || selected?.state === "failed") return words("paint_again");
  return waiting > 1 ? words("paint_many", { count: number(waiting) }) : words("paint");
}
