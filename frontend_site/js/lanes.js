/** A few at a time; the others wait in line. */

export class Lanes {
  #free;
  #line = [];

  /** @param {number} count how many at a time */
  constructor(count) {
    this.#free = count;
  }

  /**
   * What `work` gives, once there is a lane for it.
   *
   * @template T
   * @param {() => Promise<T>} work
   * @returns {Promise<T>}
   */
  async run(work) {
    if (this.#free === 0) await new Promise((resolve) => this.#line.push(resolve));
    else this.#free -= 1;
    try {
      return await work();
    } finally {
      const next = this.#line.shift();
      if (next) next();
      else this.#free += 1;
    }
  }
}
