/** The API's routes. Every failure is a `Problem`; an abort is the browser's AbortError. */

import { API_URL } from "../config.js";
import { newId } from "./ids.js";
import { keep, kept } from "./keep.js";
import { Problem } from "./problem.js";

const ROOT = `${API_URL}/api/v1`;

/** A random name that says nothing: who has got a variant of a style keeps it. */
function client() {
  const name = kept("client") ?? newId();
  keep("client", name);
  return { "Anime-Client": name };
}

/** By this name of a photo's way, the operator finds all that was done for it. */
const of = (trail) => ({ "X-Correlation-ID": trail });

/** @returns {Promise<{id: string, title: string, good_for: string, licence: string, installed: boolean}[]>} */
export async function styles() {
  return ask(`${ROOT}/styles`, {}, asJson);
}

/** A small photo, painted in one call; what a job would tell, and `result_base64`. */
export async function transform(photo, name, options, { signal, trail }) {
  const form = new FormData();
  for (const [option, value] of Object.entries(options)) form.append(option, String(value));
  form.append("image", photo, name);
  return ask(`${ROOT}/transform`, { method: "POST", headers: { ...client(), ...of(trail) }, body: form, signal }, asJson);
}

/** @returns {Promise<{upload_id: string, url: string, method: string, headers: object}>} */
export async function announce(name, size, type, { signal, trail }) {
  const { headers, ...request } = json({ file_name: name, size, content_type: type });
  return ask(`${ROOT}/uploads`, { ...request, headers: { ...headers, ...of(trail) }, signal }, asJson);
}

/**
 * Sends a file to its upload. Only XMLHttpRequest tells how far it is.
 *
 * @param {(share: number) => void} onProgress from 0 to 1
 */
export function send(upload, photo, onProgress, signal) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const abort = () => request.abort();
    request.open(upload.method, upload.url);
    for (const [name, value] of Object.entries(upload.headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = ({ loaded, total }) => onProgress(loaded / total);
    request.onerror = () => reject(Problem.unreachable());
    request.onabort = () => reject(signal.reason);
    request.onload = async () => {
      const { status, responseText } = request;
      if (status >= 200 && status < 300) return resolve();
      reject(await Problem.ofAnswer(new Response(responseText, { status })));
    };
    request.onloadend = () => signal.removeEventListener("abort", abort);
    signal.addEventListener("abort", abort);
    request.send(photo);
  });
}

/** A job for an upload; the same `key` never makes a second one. */
export async function order(uploadId, options, key, { signal, trail }) {
  const { headers, ...request } = json({ upload_id: uploadId, ...options });
  return ask(`${ROOT}/jobs`, {
    ...request, headers: { ...headers, ...client(), ...of(trail), "Idempotency-Key": key }, signal,
  }, asJson);
}

/** How far a job is; answers when its revision is not the `known` one, or after `wait` seconds. */
export async function job(id, wait, known, { signal, trail }) {
  const query = new URLSearchParams({ wait: String(wait), ...(known && { known }) });
  return ask(`${ROOT}/jobs/${id}?${query}`, { headers: of(trail), signal }, asJson);
}

/** Cancels a job; its upload and its result are deleted with it. */
export async function cancelJob(id) {
  // Also when the page is just being closed.
  await ask(`${ROOT}/jobs/${id}`, { method: "DELETE", keepalive: true });
}

/** A finished picture. */
export async function result(url, signal) {
  return ask(url, { signal }, (response) => response.blob());
}

const asJson = (response) => response.json();

/** What `read` makes of the answer; the connection may be lost in the middle of it, too. */
async function ask(url, options = {}, read = () => null) {
  let response;
  try {
    response = await fetch(url, options);
    if (response.ok) return await read(response);
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw Problem.unreachable();
  }
  throw await Problem.ofAnswer(response);
}

function json(body) {
  return {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
  };
}
