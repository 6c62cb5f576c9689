/** Language and look. */

import { currentLanguage, LANGUAGES, onLanguage, speak, words } from "../words.js";
import { at } from "./dom.js";

const KEPT_AS = "animegan-look";
const systemIsDark = matchMedia("(prefers-color-scheme: dark)");

export function setUpPreferences() {
  at("language").replaceChildren(
    ...Object.entries(LANGUAGES).map(([tag, { name }]) => new Option(name, tag)));
  at("language").value = currentLanguage();
  at("language").addEventListener("change", () => speak(at("language").value));

  const kept = localStorage.getItem(KEPT_AS);
  if (kept) document.documentElement.dataset.look = kept;
  at("theme").addEventListener("click", () => {
    const look = isDark() ? "light" : "dark";
    document.documentElement.dataset.look = look;
    localStorage.setItem(KEPT_AS, look);
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
