/** Photos as this browser can show them; decoding and scaling happen in a worker. */

const TYPES = {
  avif: "image/avif", gif: "image/gif", heic: "image/heic", heif: "image/heif", jpeg: "image/jpeg",
  jpg: "image/jpeg", png: "image/png", webp: "image/webp",
};
const ACCEPTED = new Set(Object.values(TYPES));
const SHOWN_SIDE = 1600;
const FRAME_SIDE = 320;

let asked = 0;
const answers = new Map();
// At once, so that it is there when the server isn't any more.
let worker = start();

/**
 * The media type that a file is sent as; `null` if it is no photo.
 *
 * Browsers know no type for some of them, so the name decides.
 */
export function typeOf(file) {
  const type = TYPES[file.name.split(".").pop().toLowerCase()] ?? file.type;
  return ACCEPTED.has(type) ? type : null;
}

/**
 * A photo's size, and pictures of it for the stage and the reel.
 *
 * @param {Blob} file
 * @returns {Promise<{width: number | null, height: number | null, shown: Blob | null, frame: Blob | null}>}
 *   all `null` if this browser can't decode it
 */
export async function look(file) {
  try {
    return await ask({ file, sides: [SHOWN_SIDE, FRAME_SIDE], type: "image/webp", quality: 0.85 })
      .then(({ width, height, pictures: [shown, frame] }) => ({ width, height, shown, frame }));
  } catch {
    return { width: null, height: null, shown: null, frame: null };
  }
}

/** A picture for the reel. */
export async function frameOf(picture) {
  return (await look(picture)).frame;
}

/** The photo with no side longer than `side` pixels, as JPEG. */
export async function shrink(file, side) {
  const { pictures: [small] } = await ask({ file, sides: [side], type: "image/jpeg", quality: 0.92 });
  return small;
}

/** The picture as PNG, which is all that a clipboard takes. */
export async function asPng(file) {
  const { pictures: [png] } = await ask({ file, sides: [Number.MAX_SAFE_INTEGER], type: "image/png" });
  return png;
}

function ask(task) {
  worker ??= start();
  const id = asked += 1;
  return new Promise((resolve, reject) => {
    answers.set(id, { resolve, reject });
    worker.postMessage({ id, ...task });
  });
}

function start() {
  const started = new Worker(new URL("./photo-worker.js", import.meta.url), { type: "module" });
  started.onerror = () => {
    worker = null;
    for (const { reject } of answers.values()) reject(new Error("the worker could not be started"));
    answers.clear();
  };
  started.onmessage = ({ data: { id, error, ...answer } }) => {
    const { resolve, reject } = answers.get(id);
    answers.delete(id);
    if (error) reject(new Error(error));
    else resolve(answer);
  };
  return started;
}
