// Calling the hub's API: one header for the role, one shape for every refusal, one sentence for no answer.

import { page, t } from "./page.js";
import { heardFromServer, startWatch } from "./server-time.js";

/** @import { Problem as ProblemOut, ProblemPlace } from "../../types/answers.js" */
/** @import { Answer, Method, Path } from "../../types/routes.js" */
/**
 * @typedef {{body?: unknown, key?: string, signal?: AbortSignal}} Options
 *   `key` repeats a request under its Idempotency-Key; `signal` ends one that nobody waits for
 */

const TIMEOUT_MS = 10_000; // a hub asks another region twice at most, three seconds each

/** What can go wrong on purpose: a sentence (`message`), what to do now, and which fields are wrong. */
export class Failed extends Error {
  /** @param {string} message  @param {string} nextStep  @param {string} code */
  constructor(message, nextStep, code) {
    super(message);
    this.nextStep = nextStep;
    this.code = code;
    /** @type {ProblemPlace[]} */
    this.errors = [];
  }

  /** Both sentences in one line. */
  get words() {
    return t("common.two_sentences", { first: this.message, second: this.nextStep });
  }
}

/** A request that was answered with a refusal (RFC 9457); its words are the server's. */
export class Problem extends Failed {
  /** @param {Partial<ProblemOut>} told  @param {number} status */
  constructor(told, status) {
    super(told.title || t("common.refused"), told.next_step || t("common.refused_next"), String(told.code || status));
    this.errors = told.errors || [];
    this.status = status;
  }
}

/** No answer came: no network, a server that is down, or one that took too long. */
export class NoAnswer extends Failed {
  constructor() {
    if (navigator.onLine) super(t("common.no_answer"), t("common.no_answer_next"), "NO_ANSWER");
    else super(t("common.no_network"), t("common.no_network_next"), "NO_NETWORK");
  }
}

/**
 * Call the API and return the answer.
 * @template {Method} M
 * @template {Path<M>} P
 * @param {M} method
 * @param {P} path
 * @param {Options} [options]
 * @returns {Promise<Answer<M, P>>}
 * @throws {Problem|NoAnswer}
 */
export async function call(method, path, options = {}) {
  return JSON.parse(await answered(method, path, options));
}

/**
 * Call the API and return the answer as text, byte for byte.
 * @param {Method} method  @param {string} path
 * @returns {Promise<string>}
 * @throws {Problem|NoAnswer}
 */
export const callForText = (method, path) => answered(method, path, {});

/**
 * Open a stream of the API: it ends when the hub ends it, or with the signal.
 * @param {string} path  @param {AbortSignal} signal
 * @returns {Promise<ReadableStream<Uint8Array>>}
 * @throws {Problem|NoAnswer}
 */
export async function stream(path, signal) {
  const response = await send("GET", path, { signal });
  if (!response.ok) throw new Problem(parsed(await bodyOf(response)), response.status);
  if (!response.body) throw new NoAnswer();
  return response.body;
}

/** @param {Method} method  @param {string} path  @param {Options} options */
async function answered(method, path, options) {
  let response = await send(method, path, options);
  if (response.status === 401 && (await signInAgain())) response = await send(method, path, options);
  const text = await bodyOf(response);
  if (!response.ok) throw new Problem(parsed(text), response.status);
  return text;
}

/** How many seconds this machine's clock is ahead of the server's (negative: behind); null before an answer. */
export const clock = { ahead: /** @type {number|null} */ (null) };

/** @param {number} [bytes]  @returns {string} random lower-case hex */
export function randomHex(bytes = 16) {
  const drawn = crypto.getRandomValues(new Uint8Array(bytes));
  return Array.from(drawn, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** @param {Method} method  @param {string} path  @param {Options} options */
async function send(method, path, { body, key, signal }) {
  /** @type {Record<string, string>} */
  const headers = { "Accept-Language": page.html_lang };
  if (page.role) headers["X-CertHub-Role"] = page.role;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (key) headers["Idempotency-Key"] = key;
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), TIMEOUT_MS);
  signal?.addEventListener("abort", () => abort.abort());
  const sinceAsked = startWatch();
  try {
    const response = await fetch(path, {
      method, headers, signal: abort.signal, cache: "no-store",
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    heardFromServer(response.headers.get("Date"), sinceAsked);
    const date = Date.parse(response.headers.get("Date") || "");
    if (date) clock.ahead = Math.round((Date.now() - date) / 1000);
    return response;
  } catch {
    throw new NoAnswer();
  } finally {
    clearTimeout(timer);
  }
}

/** @param {Response} response */
async function bodyOf(response) {
  try {
    return await response.text();
  } catch {
    throw new NoAnswer();
  }
}

/** @param {string} text  @returns {Partial<ProblemOut>} */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

/** The other region's pages share our cookies where both run on one host: loading our own page signs in again. */
async function signInAgain() {
  try {
    return (await fetch(location.pathname, { cache: "no-store" })).ok;
  } catch {
    return false;
  }
}
