/** Language and look. */

import { keep, kept } from "../keep.js";
import { currentLanguage, LANGUAGES, onLanguage, speak, words } from "../words.js";
import { at } from "./dom.js";

const systemIsDark = matchMedia("(prefers-color-scheme: dark)");

export function setUpPreferences() {
  at("language").replaceChildren(
    ...Object.entries(LANGUAGES).map(([tag, { name }]) => new Option(name, tag)));
  at("language").value = currentLanguage();
  at("language").addEventListener("change", () => speak(at("language").value));

  const look = kept("look");
  if (look) document.documentElement.dataset.look = look;
  at("theme").addEventListener("click", () => {
    const look = isDark() ? "light" : "dark";
    document.documentElement.dataset.look = look;
    keep("look", look);
    showLook();
  });
  systemIsDark.addEventListener("change", showLook);
  onLanguage(showLook);
  showLook();
}

function isDark() {
  const { look } = document.documentElement.dataset;
  return look ? look === "dark" : systemIsDark.matches;
}

function showLook() {
  const other = isDark() ? "light" : "dark";
  at("theme").setAttribute("aria-label", words(`theme_${other}`));
  at("theme").title = words(`theme_${other}`);
  at("theme").querySelector("use").setAttribute("href", `art/icons.svg#${other === "dark" ? "moon" : "sun"}`);
}
