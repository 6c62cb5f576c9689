/** The page's words in the reader's language; another one is a file beside `languages/en.js`. */

import { keep, kept } from "./keep.js";
import en from "./languages/en.js";
import zh from "./languages/zh.js";

export const LANGUAGES = { en, zh };
const changes = new EventTarget();
let language = chosen();

export function currentLanguage() {
  return language;
}

/** What is called `name`, with the values in place of `{value}`. */
export function words(name, values = {}) {
  const text = LANGUAGES[language][name] ?? en[name];
  if (text === undefined) throw new Error(`no words for ${name}`);
  return text.replace(/\{(\w+)\}/g, (_, key) => String(values[key]));
}

export function hasWords(name) {
  return name in en;
}

/** A number as the reader writes it. */
export function number(value, options = {}) {
  return new Intl.NumberFormat(language, options).format(value);
}

export function speak(chosenLanguage) {
  language = chosenLanguage;
  keep("language", language);
  translate();
  changes.dispatchEvent(new Event("change"));
}

export function onLanguage(listener) {
  changes.addEventListener("change", listener);
}

/** Put everything in words that says by its attributes which words it wants. */
export function translate() {
  document.documentElement.lang = language;
  document.title = words("title");
  for (const element of document.querySelectorAll("[data-text]")) {
    element.textContent = words(element.dataset.text);
  }
  for (const element of document.querySelectorAll("[data-label]")) {
    element.setAttribute("aria-label", words(element.dataset.label));
  }
}

function chosen() {
  const wanted = [kept("language"), ...navigator.languages].filter(Boolean);
  return wanted.map((tag) => tag.split("-")[0]).find((tag) => tag in LANGUAGES) ?? "en";
}
