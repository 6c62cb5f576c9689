/** What all views need of the document. */

/** @returns {any} the element with this id */
export const at = (id) => document.getElementById(id);

/** Set the text of an element, if it is another one: readers of screens say each change. */
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

const shown = new WeakMap();

/** Show a picture in an `<img>`; the address that it had before is given back. */
export function showBlob(image, blob) {
  const before = shown.get(image);
  if (before?.blob === blob) return;
  if (before) URL.revokeObjectURL(before.url);
  shown.delete(image);
  if (!blob) {
    image.removeAttribute("src");
    return;
  }
  const url = URL.createObjectURL(blob);
  shown.set(image, { blob, url });
  image.src = url;
}

/** Give back the addresses of all pictures in an element that goes away. */
export function letGo(element) {
  for (const image of element.querySelectorAll("img")) showBlob(image, null);
}

/** Tell those who hear the page rather than see it. */
export function tell(text) {
  say(at("told"), text);
}
