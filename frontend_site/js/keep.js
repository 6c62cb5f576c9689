/** Small choices that this browser keeps; one that keeps nothing is asked again next time. */

const PREFIX = "animegan-";

/** @returns {string | null} */
export function kept(name) {
  try {
    return localStorage.getItem(PREFIX + name);
  } catch {
    return null;
  }
}

export function keep(name, value) {
  try {
    localStorage.setItem(PREFIX + name, value);
  } catch {
    // See above.
  }
}
