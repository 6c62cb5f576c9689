/** Trying again what may succeed later, while a person sees for how long. */

import { Problem } from "./problem.js";

const DELAYS = [1, 2, 4, 8, 15, 30];
const MOST_TRIES = 8;
const impatience = new EventTarget();

/** End all waiting: somebody asks for the next try now. */
export function hurry() {
  impatience.dispatchEvent(new Event("hurry"));
}

/**
 * What `attempt` gives, at the latest after eight tries; while this machine is offline no try counts.
 *
 * @template T
 * @param {() => Promise<T>} attempt
 * @param {{signal: AbortSignal, onWait: (waiting: {seconds: number | null, problem: Problem} | null) => void}} how
 *   `onWait` is told the seconds that are left, each second, `null` of them while offline;
 *   and `null` when it goes on
 * @returns {Promise<T>}
 */
export async function withPatience(attempt, { signal, onWait }) {
  for (let tries = 0; ;) {
    try {
      return await attempt();
    } catch (problem) {
      if (!(problem instanceof Problem) || !problem.retryable || tries >= MOST_TRIES) throw problem;
      // A server on this machine answers offline, too.
      const offline = () => !navigator.onLine && problem.code === "unreachable";
      const delay = problem.retryAfter ?? DELAYS[Math.min(tries, DELAYS.length - 1)];
      if (!offline()) tries += 1;
      await countdown(delay, { offline, problem, signal, onWait });
    }
  }
}

async function countdown(seconds, { offline, problem, signal, onWait }) {
  const end = Date.now() + seconds * 1000;
  let over = false;
  const stop = () => { over = true; };
  window.addEventListener("online", stop);
  impatience.addEventListener("hurry", stop);
  try {
    while (!over && (offline() || Date.now() < end)) {
      onWait({ seconds: offline() ? null : Math.ceil((end - Date.now()) / 1000), problem });
      await pause(200, signal);
    }
  } finally {
    window.removeEventListener("online", stop);
    impatience.removeEventListener("hurry", stop);
  }
  onWait(null);
}

/** Some milliseconds; an abort ends them. */
export function pause(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const abort = () => { clearTimeout(timer); reject(signal.reason); };
    const timer = setTimeout(() => { signal.removeEventListener("abort", abort); resolve(); }, milliseconds);
    signal.addEventListener("abort", abort, { once: true });
  });
}
