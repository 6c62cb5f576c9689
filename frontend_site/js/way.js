/**
 * A photo's way to a picture: small ones in one call, others by upload and job.
 *
 *   send ─▶ wait ─▶ decode ─▶ stylise ─▶ detect ─▶ paste ─▶ encode ─▶ store ─▶ fetched
 *
 * @typedef {object} Result
 * @property {Blob} picture
 * @property {string} format e.g. "jpeg"
 * @property {number} width
 * @property {number} height
 * @property {{treated: boolean, reason: string | null}[]} faces
 * @property {boolean} cached
 * @property {number} frames 1 is a still
 * @property {number} seconds that the painter worked
 */

import * as api from "./api.js";
import { Lanes } from "./lanes.js";
import { pause, withPatience } from "./patience.js";
import { contentType, shrink } from "./photos.js";
import { Problem } from "./problem.js";

/** Where one call is quicker than a job, and its answer is sure to fit (Lambda takes 6 MB). */
const SMALL_BYTES = 1_500_000;
const SMALL_PIXELS = 1_300_000;
export const SHRUNK_SIDE = 3000;

/** Browsers open six connections to a host: long looks at jobs must leave some free. */
const FEW = 3;
const LONG_LOOK_SECONDS = 20;
const SHORT_LOOK_MILLISECONDS = 700;

const GONE = new Set(["unknown-upload", "upload-expired", "upload-missing", "upload-mismatch"]);

const sending = new Lanes(2);
let followed = 0;

/**
 * Paint a photo; returns what there is to show.
 *
 * @param {import("./desk.js").Painting} painting is not changed
 * @param {import("./photos.js").Photo} photo
 * @param {{alone: boolean, looked: Promise<void>, signal: AbortSignal, tell: (news: object) => void}} how
 *   `alone`: no other photo is on its way; `looked`: the photo's size is known; `tell` gets what
 *   is new of the painting
 * @returns {Promise<Result>}
 */
export async function paint(painting, photo, { alone, looked, signal, tell }) {
  const onWait = (waiting) => tell({ waiting });
  const patiently = (attempt) => withPatience(attempt, { signal, onWait });
  const { options, jobId: known, uploadId, shrunk } = painting;
  const call = { signal, trail: painting.key };

  if (alone && !known && !uploadId && !shrunk && await isSmall(photo, looked)) {
    try {
      return await inOneCall(photo, options, call, tell);
    } catch (problem) {
      if (!(problem instanceof Problem) || !(problem.retryable || problem.code === "upload-too-large")) throw problem;
      // Nobody answers, or the line before the painter is full: a job waits its turn.
    }
  }
  const upload = () => sending.run(async () => {
    const file = shrunk ? await shrink(photo.file, SHRUNK_SIDE) : photo.file;
    return sent(file, photo, { call, tell, patiently });
  });
  const jobId = known ?? await ordered(painting, options, { call, tell, patiently, upload });
  const job = await ended(jobId, { call, tell, patiently });
  const picture = await patiently(() => fetched(job, call));
  return {
    picture, ...job.result, faces: job.faces ?? [], cached: Boolean(job.cached),
    seconds: total(job.timings),
  };
}

async function isSmall(photo, looked) {
  if (photo.file.size > SMALL_BYTES) return false;
  await looked;
  // How long many frames take, one call can't wait for.
  return photo.width !== null && !photo.animated && photo.width * photo.height <= SMALL_PIXELS;
}

async function inOneCall(photo, options, call, tell) {
  tell({ stage: "stylise", percent: null });
  const told = await api.transform(photo.file, photo.name, options, call);
  return {
    picture: fromDataUrl(told.result_base64), format: told.format, width: told.width,
    height: told.height, frames: told.frames, faces: told.faces, cached: told.cached, seconds: total(told.timings),
  };
}

async function sent(file, photo, { call, tell, patiently }) {
  return patiently(async () => {
    const told = (share) => tell({ stage: "send", percent: Math.round(share * 100) });
    told(0);
    const type = await contentType(file) ?? photo.type;
    const upload = await api.announce(photo.name, file.size, type, call);
    await api.send(upload, file, told, call.signal);
    return upload.upload_id;
  });
}

async function ordered(painting, options, { call, tell, patiently, upload }) {
  let uploadId = painting.uploadId ?? await upload();
  tell({ uploadId, stage: "wait", percent: null });
  // The server remembers a key together with what was ordered by it.
  const order = () => patiently(
    () => api.order(uploadId, options, `${painting.key}.${uploadId}`, call));
  let job;
  try {
    job = await order();
  } catch (problem) {
    // It was sent for an earlier painting of the same photo, which has been deleted since; or it
    // isn't what was announced, and won't be.
    if (!painting.uploadId || !GONE.has(problem.code)) throw problem;
    uploadId = await upload();
    tell({ uploadId, stage: "wait", percent: null });
    job = await order();
  }
  tell({ jobId: job.job_id });
  return job.job_id;
}

async function ended(jobId, { call, tell, patiently }) {
  followed += 1;
  let known = null;
  try {
    for (;;) {
      const few = followed <= FEW;
      const wait = few ? LONG_LOOK_SECONDS : 0;
      const job = await patiently(() => api.job(jobId, wait, known, call));
      known = job.revision;
      if (job.status === "succeeded") return job;
      if (job.status === "failed") throw Problem.of(job.problem);
      if (job.status === "expired") throw new Problem("unknown-job");
      tell(job.status === "queued"
        ? { stage: "wait", percent: null }
        : { stage: job.stage ?? "decode", percent: job.percent });
      if (!few) await pause(SHORT_LOOK_MILLISECONDS, call.signal);
    }
  } finally {
    followed -= 1;
  }
}

async function fetched(job, call) {
  try {
    return await api.result(job.result_url, call.signal);
  } catch (problem) {
    if (problem.code !== "bad-signature") throw problem;
    // The link is older than it may be; a new look brings a new one.
    const again = await api.job(job.job_id, 0, null, call);
    return api.result(again.result_url, call.signal);
  }
}

function total(timings) {
  return Object.values(timings ?? {}).reduce((sum, seconds) => sum + seconds, 0);
}

function fromDataUrl(url) {
  const [head, encoded] = url.split(",", 2);
  const text = atob(encoded);
  const bytes = new Uint8Array(text.length);
  // Not by `Uint8Array.from`, which takes ten times as long, and the page waits for it.
  for (let index = 0; index < text.length; index += 1) bytes[index] = text.charCodeAt(index);
  return new Blob([bytes], { type: head.slice("data:".length, head.indexOf(";")) });
}
