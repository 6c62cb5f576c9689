/**
 * The photos and paintings at hand, and which painting is looked at.
 *
 *   ready ──start──▶ active ──▶ done
 *     ▲                │ └────▶ failed ──retry──▶ active
 *     └────cancel──────┘
 *
 * Every change is an event: "change" (its `detail` is the painting), "select" or "remove".
 *
 * @typedef {object} Painting
 * @property {string} id
 * @property {string} photoId
 * @property {number} createdAt milliseconds since 1970
 * @property {"ready" | "active" | "done" | "failed"} state
 * @property {object | null} options as the API knows them
 * @property {boolean} shrunk the photo is made smaller before it is sent
 * @property {string | null} key makes the order safe to repeat
 * @property {string | null} uploadId
 * @property {string | null} jobId
 * @property {string | null} stage
 * @property {number | null} percent of the upload, or of the job
 * @property {{seconds: number | null, problem: object} | null} waiting for the next try
 * @property {import("./way.js").Result | null} result
 * @property {Blob | null} frame of the result, for the reel
 * @property {{code: string, detail: string, limit: unknown, retryable: boolean} | null} problem
 */

// Longer than most: whatever changes a painting's state is here, to be seen together.

import { cancelJob } from "./api.js";
import { newId } from "./ids.js";
import { frameOf, look, typeOf } from "./photos.js";
import { Problem } from "./problem.js";
import { claim, inTurn, othersWork } from "./tabs.js";
import { paint } from "./way.js";

export class Desk extends EventTarget {
  /** @type {Map<string, import("./photos.js").Photo>} */
  photos = new Map();
  /** @type {Map<string, Painting>} */
  paintings = new Map();
  /** @type {string | null} */
  selectedId = null;
  #history;
  /** @type {Set<string>} ids of paintings that were kept: what is gone of these, another tab deleted */
  #kept = new Set();
  /** @type {Map<string, AbortController>} */
  #active = new Map();
  /** @type {Map<string, Promise<void>>} until the size of a new photo is known */
  #looks = new Map();

  /** @param {import("./history.js").History} history */
  constructor(history) {
    super();
    this.#history = history;
  }

  get selected() {
    return this.paintings.get(this.selectedId) ?? null;
  }

  photoOf(painting) {
    return this.photos.get(painting.photoId);
  }

  /** What this browser kept; what was being painted goes on. */
  async restore() {
    // What another tab is at may not be kept as a whole yet.
    const tidy = !await othersWork();
    const { photos, paintings } = await this.#history.all();
    for (const photo of photos) {
      if (paintings.some(({ photoId }) => photoId === photo.id)) this.photos.set(photo.id, photo);
      else if (tidy) this.#history.forget("photos", photo.id);
    }
    for (const painting of paintings) {
      if (!this.photos.has(painting.photoId)) {
        if (!tidy) continue;
        // There was no room for the photo, or no time.
        this.#history.forget("paintings", painting.id);
        deleteOnServer(painting.jobId);
        continue;
      }
      this.paintings.set(painting.id, painting);
      this.#kept.add(painting.id);
      this.#tell("change", painting);
      if (painting.state === "active") this.#resume(painting);
    }
    const unfinished = paintings.findLast(({ state }) => state === "ready" || state === "active");
    // Somebody may have been quicker.
    if (this.selectedId === null && unfinished) this.select(unfinished.id);
  }

  /** See what other tabs have made of what is ready here. */
  async catchUp() {
    for (const painting of this.#ready().filter(({ id }) => this.#kept.has(id))) {
      const kept = await this.#history.find("paintings", painting.id);
      // It may have been begun or taken away meanwhile.
      if (painting.state !== "ready" || !this.paintings.has(painting.id)) continue;
      if (!kept) this.#takeAway(painting);
      else if (kept.state !== "ready") this.change(painting, kept);
      if (painting.state === "active") this.#resume(painting);
    }
  }

  /**
   * New photos on the desk; the first of them is looked at.
   *
   * @param {Iterable<File>} files
   * @returns {string[]} names of those that are no photos
   */
  add(files) {
    const refused = [];
    let first = null;
    for (const file of files) {
      const type = typeOf(file);
      if (type === null) {
        refused.push(file.name);
        continue;
      }
      const photo = {
        id: newId(), file, name: file.name, type, width: null, height: null, shown: null, frame: null,
        animated: false, looking: true,
      };
      this.photos.set(photo.id, photo);
      const painting = this.#painting(photo.id);
      first ??= painting.id;
      this.#looks.set(photo.id, this.#look(photo, painting));
    }
    if (first !== null) this.select(first);
    return refused;
  }

  select(id) {
    this.selectedId = this.paintings.has(id) ? id : null;
    this.#tell("select", this.selected);
  }

  /** Begin: the painting that is looked at and all that are ready; or its photo once more. */
  start(options) {
    const selected = this.selected;
    if (selected === null || selected.state === "active") return;
    if (selected.state === "ready") {
      for (const painting of this.#ready()) this.#begin(painting, { options });
      return;
    }
    const { photoId, uploadId, shrunk } = selected;
    const again = Object.assign(this.#painting(photoId), { uploadId, shrunk });
    this.#begin(again, { options });
    this.select(again.id);
  }

  /** How many paintings `start` would begin. */
  get waiting() {
    return this.selected?.state === "ready" ? this.#ready().length : 1;
  }

  retry(painting, { shrunk = painting.shrunk } = {}) {
    if (shrunk !== painting.shrunk) this.#begin(painting, { shrunk, uploadId: null });
    else if (painting.problem?.retryable) {
      // What was ordered may be under way.
      const { jobId, key } = painting;
      this.#begin(painting, { jobId, key });
    } else this.#begin(painting, {});
  }

  /** Stop, here and on the server; the photo stays. */
  async cancel(painting) {
    this.#active.get(painting.id)?.abort();
    const { jobId } = painting;
    this.change(painting, { state: "ready", stage: null, percent: null, waiting: null, jobId: null });
    this.#keep(painting);
    const { paintings: kept } = await this.#history.all();
    await this.#deleteOnServer(painting, jobId, kept);
  }

  /** Take a painting away; returns what brings it back, and what makes it final. */
  remove(painting) {
    const photo = this.photoOf(painting);
    this.#takeAway(painting);
    const before = this.#history.all();
    return {
      undo: () => {
        this.paintings.set(painting.id, painting);
        this.photos.set(photo.id, photo);
        this.#history.keep("photos", photo);
        this.#keep(painting);
        this.#tell("change", painting);
        this.select(painting.id);
      },
      // Who leaves the page can't wait for what is kept by now.
      finish: (leaving) => this.#forget(painting, leaving ? before : this.#history.all()),
    };
  }

  clear() {
    const cleared = [...this.paintings.values()];
    for (const painting of cleared) this.#takeAway(painting);
    const rest = this.#history.all();
    for (const painting of cleared) this.#forget(painting, rest);
  }

  /** Note what is new of a painting, and tell everybody. */
  change(painting, news) {
    Object.assign(painting, news);
    this.#tell("change", painting);
  }

  #painting(photoId) {
    const painting = {
      id: newId(), photoId, createdAt: Date.now(), state: "ready", options: null, shrunk: false,
      key: null, uploadId: null, jobId: null, stage: null, percent: null, waiting: null,
      result: null, frame: null, problem: null,
    };
    this.paintings.set(painting.id, painting);
    this.#tell("change", painting);
    return painting;
  }

  async #look(photo, painting) {
    Object.assign(photo, await look(photo.file), { looking: false });
    this.#looks.delete(photo.id);
    this.#tell("change", painting);
    this.#history.keep("photos", photo);
    this.#keep(painting);
  }

  #ready() {
    return [...this.paintings.values()].filter((painting) => painting.state === "ready");
  }

  #begin(painting, news) {
    this.change(painting, {
      state: "active", key: newId(), jobId: null, stage: "send", percent: null, waiting: null,
      problem: null, ...news,
    });
    this.#keep(painting);
    this.#keepPhoto(this.photoOf(painting));
    claim(painting.id, this.#run(painting));
  }

  /** Go on with what was being painted, or show what another tab has made of it by then. */
  async #resume(painting) {
    const controller = new AbortController();
    const { signal } = controller;
    this.#active.set(painting.id, controller);
    const onWait = () => this.change(painting, { stage: "elsewhere", percent: null });
    try {
      await inTurn(painting.id, { signal, onWait }, async () => {
        const kept = await this.#history.find("paintings", painting.id);
        if (signal.aborted) return;
        if (!kept && this.paintings.has(painting.id)) return this.#takeAway(painting);
        this.change(painting, kept ?? {});
        if (painting.state === "active") await this.#run(painting);
      });
    } finally {
      if (this.#active.get(painting.id) === controller) this.#active.delete(painting.id);
    }
  }

  async #run(painting) {
    const controller = new AbortController();
    this.#active.set(painting.id, controller);
    const photo = this.photoOf(painting);
    const alone = this.#active.size === 1;
    const looked = this.#looks.get(photo.id);
    const tell = (news) => {
      if (controller.signal.aborted) return;
      this.change(painting, news);
      if (news.uploadId || news.jobId) this.#keep(painting);
    };
    try {
      const result = await paint(painting, photo, { alone, looked, signal: controller.signal, tell });
      tell({ state: "done", stage: null, waiting: null, result });
      tell({ frame: await frameOf(result.picture) });
    } catch (error) {
      const problem = error instanceof Problem ? error : new Problem("internal-error");
      if (!(error instanceof Problem) && !controller.signal.aborted) console.error(error);
      tell({ state: "failed", stage: null, waiting: null, problem: problem.toRecord() });
    } finally {
      // Another start may have taken its place.
      if (this.#active.get(painting.id) === controller) this.#active.delete(painting.id);
    }
    if (!controller.signal.aborted) await this.#keep(painting);
  }

  async #keep(painting) {
    if (!this.paintings.has(painting.id)) return;
    if (await this.#history.keep("paintings", { ...painting, waiting: null })) this.#kept.add(painting.id);
  }

  /** Another tab may have deleted it with the last painting that was there. */
  async #keepPhoto(photo) {
    if (photo.looking || await this.#history.find("photos", photo.id)) return;
    await this.#history.keep("photos", photo);
  }

  #takeAway(painting) {
    this.paintings.delete(painting.id);
    this.#history.forget("paintings", painting.id);
    if (this.selectedId === painting.id) this.select(null);
    this.#tell("remove", painting);
  }

  async #forget(painting, rest) {
    this.#active.get(painting.id)?.abort();
    // Another tab may have painted the photo again.
    const { paintings: kept } = await rest;
    const ofPhoto = ({ photoId }) => photoId === painting.photoId;
    if (![...this.paintings.values()].some(ofPhoto)) {
      this.photos.delete(painting.photoId);
      if (!kept.some(ofPhoto)) this.#history.forget("photos", painting.photoId);
    }
    await this.#deleteOnServer(painting, painting.jobId, kept);
  }

  /** Together with a job, the server deletes what was sent for it. */
  async #deleteOnServer({ uploadId }, jobId, kept) {
    const ofUpload = (other) => other.uploadId === uploadId;
    const others = [...this.paintings.values()].filter(ofUpload);
    const needed = [...others, ...kept.filter(ofUpload)].some(({ state }) => state === "active");
    // It is deleted there after a day in any case.
    if (!jobId || needed) return;
    for (const other of others) this.change(other, { uploadId: null });
    await deleteOnServer(jobId);
  }

  #tell(kind, painting) {
    this.dispatchEvent(new CustomEvent(kind, { detail: painting }));
  }
}

async function deleteOnServer(jobId) {
  if (!jobId) return;
  try {
    await cancelJob(jobId);
  } catch {
    // It is deleted there after a day in any case.
  }
}
