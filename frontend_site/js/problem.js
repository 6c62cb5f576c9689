/** What went wrong, by the stable name that the API gives it (RFC 9457). */

const PREFIX = "urn:anime:problem:";
/** For answers of proxies and gateways, which know none of our names. */
const BY_STATUS = {
  401: "unauthorized", 403: "bad-signature", 413: "upload-too-large", 429: "too-many-requests",
  502: "inference-unreachable", 503: "inference-unreachable", 504: "inference-unreachable",
};
const RETRYABLE = new Set([429, 502, 503, 504]);

export class Problem extends Error {
  /**
   * @param {string} code e.g. "upload-too-large"
   * @param {{detail?: string, limit?: number | string | null, status?: number,
   *   retryable?: boolean, retryAfter?: number | null}} facts `retryAfter` in seconds
   */
  constructor(code, { detail = "", limit = null, status = 0, retryable = false, retryAfter = null } = {}) {
    super(detail || code);
    this.code = code;
    this.detail = detail;
    this.limit = limit;
    this.status = status;
    this.retryable = retryable;
    this.retryAfter = retryAfter;
  }

  /** Nobody answers, or this machine is offline. */
  static unreachable() {
    return new Problem("unreachable", { retryable: true });
  }

  /** What a job tells of itself. */
  static of(told) {
    if (!told) return new Problem("internal-error");
    const code = told.type?.startsWith(PREFIX) ? told.type.slice(PREFIX.length) : "internal-error";
    return new Problem(code, told);
  }

  /** What an answer that isn't a success tells. */
  static async ofAnswer(response) {
    const told = await response.json().catch(() => ({}));
    const seconds = Number.parseInt(response.headers.get("Retry-After") ?? "", 10);
    const known = told.type?.startsWith(PREFIX);
    return new Problem(known ? told.type.slice(PREFIX.length) : BY_STATUS[response.status] ?? "internal-error", {
      detail: told.detail,
      limit: told.limit,
      status: response.status,
      retryable: told.retryable ?? RETRYABLE.has(response.status),
      retryAfter: Number.isNaN(seconds) ? null : seconds,
    });
  }

  /** As a plain object that a browser's database can hold. */
  toRecord() {
    return {
      code: this.code, detail: this.detail, limit: this.limit, retryable: this.retryable,
    };
  }
}
