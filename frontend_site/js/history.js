/** What was painted, kept in this browser (IndexedDB): photos, and paintings of them. */

const NAME = "animegan";
const VERSION = 1;
const STORES = ["photos", "paintings"];

/** @returns {Promise<History>} one that keeps nothing if the browser keeps nothing for us */
export async function openHistory() {
  try {
    return new History(await opened());
  } catch {
    return new History(null);
  }
}

export class History {
  #database;

  constructor(database) {
    this.#database = database;
  }

  /** @returns {Promise<{photos: object[], paintings: object[]}>} everything, the oldest first */
  async all() {
    if (!this.#database) return { photos: [], paintings: [] };
    const transaction = this.#database.transaction(STORES);
    const [photos, paintings] = await Promise.all(
      STORES.map((store) => done(transaction.objectStore(store).getAll())));
    return { photos, paintings: paintings.sort((one, other) => one.createdAt - other.createdAt) };
  }

  /** @returns {Promise<object | undefined>} the record with this id */
  async find(store, id) {
    if (!this.#database) return undefined;
    return done(this.#database.transaction(store).objectStore(store).get(id));
  }

  /**
   * Keep a record under its id.
   *
   * @returns {Promise<boolean>} whether there was room for it
   */
  async keep(store, record) {
    return this.#write(store, (records) => records.put(record));
  }

  async forget(store, id) {
    await this.#write(store, (records) => records.delete(id));
  }

  async #write(store, change) {
    if (!this.#database) return false;
    try {
      await done(change(this.#database.transaction(store, "readwrite").objectStore(store)));
      return true;
    } catch (error) {
      console.info("the browser doesn't keep this picture:", error.name);
      return false;
    }
  }
}

function opened() {
  const request = indexedDB.open(NAME, VERSION);
  request.onupgradeneeded = () => {
    for (const store of STORES) request.result.createObjectStore(store, { keyPath: "id" });
  };
  return done(request);
}

function done(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
