/**
 * Photos as this browser can show them; decoding and scaling happen in a worker.
 *
 * @typedef {object} Photo
 * @property {string} id
 * @property {Blob} file
 * @property {string} name
 * @property {string} type media type
 * @property {number | null} width pixels; `null` if this browser can't decode it
 * @property {number | null} height
 * @property {Blob | null} shown for the stage
 * @property {Blob | null} frame for the reel
 * @property {boolean} animated it may have more than one frame, and is sent as it is
 * @property {boolean} looking whether all this isn't known yet
 */

import { Problem } from "./problem.js";

const TYPES = {
  apng: "image/png", avif: "image/avif", gif: "image/gif", heic: "image/heic", heif: "image/heif", jpeg: "image/jpeg",
  jpg: "image/jpeg", png: "image/png", webp: "image/webp",
};
const MAGIC = [
  [/^\xff\xd8\xff/, "image/jpeg"], [/^\x89PNG/, "image/png"], [/^GIF8/, "image/gif"],
  [/^RIFF....WEBP/s, "image/webp"],
];
/** Of ISO 14496-12 files, the more telling ones first: the server takes them for the same. */
const BRANDS = [
  [/^avi[fs]$/, "image/avif"], [/^(hei[cmsx]|hev[cx])$/, "image/heic"], [/^m[is]f1$/, "image/heif"],
];
/** So far into a file, it tells what it is. */
const START_BYTES = 64;
const ACCEPTED = new Set(Object.values(TYPES));
const SHOWN_SIDE = 1600;
const FRAME_SIDE = 320;
/** So far into a file, it tells whether it is animated. */
const HEAD_BYTES = 1 << 16;
const WEBP_ANIMATED = 0b10;
const SHOWN = { type: "image/webp", quality: 0.85 };

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
 * The media type that a file's first bytes tell of, whatever its name says; `null` if none.
 *
 * @param {Blob} file
 * @throws {Problem} "empty-picture": it has no bytes, or they can't be read any more
 */
export async function contentType(file) {
  const head = await file.slice(0, START_BYTES).arrayBuffer().catch(() => new ArrayBuffer(0));
  if (head.byteLength === 0) throw new Problem("empty-picture");
  const start = String.fromCharCode(...new Uint8Array(head));
  const brands = start.slice(4, 8) === "ftyp" ? brandsOf(start, new DataView(head).getUint32(0)) : [];
  return MAGIC.find(([pattern]) => pattern.test(start))?.[1]
    ?? BRANDS.find(([pattern]) => brands.some((brand) => pattern.test(brand)))?.[1] ?? null;
}

/** The major brand, then (after a version) the compatible ones. */
function brandsOf(start, size) {
  return [start.slice(8, 12), ...(start.slice(16, size).match(/.{4}/gs) ?? [])];
}

/**
 * Whether a file may have more than one frame: a canvas would keep only the first.
 *
 * Of a GIF it can't be told without reading all of it.
 */
export async function isAnimated(file) {
  const type = await contentType(file).catch(() => null);
  if (type === "image/gif") return true;
  if (type !== "image/png" && type !== "image/webp") return false;
  const head = new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer());
  const start = new TextDecoder("latin1").decode(head);
  if (type === "image/png") return start.split("IDAT", 1)[0].includes("acTL");
  return start.slice(12, 16) === "VP8X" && Boolean(head[20] & WEBP_ANIMATED);
}

/**
 * A photo's size, and pictures of it for the stage and the reel.
 *
 * @param {Blob} file
 * @returns {Promise<{width: number | null, height: number | null, shown: Blob | null, frame: Blob | null, animated: boolean}>}
 *   all but the last `null` if this browser can't decode it
 */
export async function look(file) {
  const animated = await isAnimated(file);
  try {
    const sides = [SHOWN_SIDE, FRAME_SIDE];
    const { width, height, pictures: [shown, frame] } = await ask({ file, sides, ...SHOWN });
    return { width, height, shown: animated ? file : shown, frame, animated };
  } catch {
    return { width: null, height: null, shown: null, frame: null, animated };
  }
}

/** A picture for the reel; `null` if this browser can't decode it. */
export async function frameOf(file) {
  try {
    const { pictures: [frame] } = await ask({ file, sides: [FRAME_SIDE], ...SHOWN });
    return frame;
  } catch {
    return null;
  }
}

/** The photo with no side longer than `side` pixels; what may be transparent stays so. */
export async function shrink(file, side) {
  const found = await contentType(file);
  const opaque = ["image/jpeg", "image/heic", "image/heif"].includes(found);
  // A photo takes several times the bytes as PNG, which browsers write that write no WebP.
  const kept = found === "image/png" ? found : "image/webp";
  const type = opaque ? "image/jpeg" : kept;
  const { pictures: [small] } = await ask({ file, sides: [side], type, quality: 0.92 });
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
