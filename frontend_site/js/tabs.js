/**
 * What only one tab at a time may be at: the others wait until it is done, or closed.
 *
 * Pages that came over plain HTTP have no locks, and know of no other tabs.
 */

/** Have the others wait until `work` has ended. */
export function claim(name, work) {
  // A browser that keeps nothing for us refuses: then there is nothing to wait for.
  navigator.locks?.request(name, () => work).catch(() => {});
}

/**
 * What `work` gives, once no other tab is at it; nothing if nobody waits for that any more.
 *
 * @template T
 * @param {string} name
 * @param {{signal: AbortSignal, onWait: () => void}} how an abort ends the waiting, not the work
 * @param {() => Promise<T>} work
 * @returns {Promise<T | undefined>}
 */
export async function inTurn(name, { signal, onWait }, work) {
  if (!navigator.locks) return work();
  if ((await held()).includes(name)) onWait();
  try {
    return await navigator.locks.request(name, { signal }, work);
  } catch (error) {
    if (error !== signal.reason) throw error;
  }
}

/** Whether any other tab is at anything; asked before this one begins. */
export async function othersWork() {
  return (await held()).length > 0;
}

async function held() {
  try {
    return (await navigator.locks.query()).held.map(({ name }) => name);
  } catch {
    return [];
  }
}
