// How a request goes on: the hub's stream of events, read with our headers, and plain asking where no stream comes. A
// stream that is open and says nothing is held against one plain question: the hub is silent while nothing changes, and
// a proxy that keeps the events to itself is silent too.

import { Failed, Problem, call, stream } from "./api.js";

/** @import { RequestStandingOut } from "../../types/answers.js" */

const EVERY_MS = 1000;
const SILENT_MS = 5000;
/** The states after which nothing was shown. */
export const ENDED = ["refused", "void", "expired"];

/** Whether nothing more will come of a request. @param {RequestStandingOut} standing */
const isOver = (standing) => ENDED.includes(standing.state) || Boolean(standing.report);

/**
 * Tell each change of a request until it is over, or nobody wants to know any more.
 * @param {string} id  @param {(standing: RequestStandingOut) => void} onStanding  @param {AbortSignal} signal
 * @throws {Problem} the hub no longer tells us
 */
export async function follow(id, onStanding, signal) {
  let over = false;
  /** @param {RequestStandingOut} standing */
  const tell = (standing) => {
    if (signal.aborted) return;
    over = isOver(standing);
    onStanding(standing);
  };
  await streamed(id, tell, signal);
  while (!over && !signal.aborted) {
    await new Promise((done) => setTimeout(done, EVERY_MS));
    if (signal.aborted) return;
    try {
      tell(await call("GET", `/api/v1/requests/${id}`));
    } catch (failed) {
      if (!(failed instanceof Failed) || failed instanceof Problem && failed.status < 500) throw failed;
    }
  }
}

/**
 * Read the stream to its end: `state` after each change, `report` once; where it breaks off, or the hub knows more than
 * it told, asking goes on.
 * @param {string} id  @param {(standing: RequestStandingOut) => void} tell  @param {AbortSignal} signal
 */
async function streamed(id, tell, signal) {
  /** @type {RequestStandingOut|null} */
  let last = null;
  const enough = new AbortController();
  const end = () => enough.abort();
  signal.addEventListener("abort", end);
  let silence = 0;
  const wait = () => {
    clearTimeout(silence);
    silence = setTimeout(look, SILENT_MS);
  };

  async function look() {
    const before = last;
    try {
      const now = await call("GET", `/api/v1/requests/${id}`);
      if (enough.signal.aborted || before !== last) return; // the stream spoke meanwhile
      if (now.state !== last?.state || now.report) {
        end();
        tell(now);
        return;
      }
    } catch (failed) {
      if (!(failed instanceof Failed)) throw failed; // no answer to this question is no word against the stream
    }
    if (!enough.signal.aborted) wait();
  }

  wait();
  try {
    for await (const { name, data } of events(await stream(`/api/v1/requests/${id}/events`, enough.signal))) {
      wait();
      if (name === "state") tell(last = JSON.parse(data));
      if (name === "report" && last) tell({ ...last, report: JSON.parse(data) });
    }
  } catch (failed) { // broken off, ended by the signal, or refused: the asking that follows says what is wrong
    if (!(failed instanceof Failed || failed instanceof TypeError || failed instanceof DOMException)) throw failed;
  } finally {
    clearTimeout(silence);
    end();
    signal.removeEventListener("abort", end);
  }
}

/**
 * Read server-sent events (HTML §9.2), each of one line of data.
 * @param {ReadableStream<Uint8Array>} body
 * @returns {AsyncGenerator<{name: string, data: string}>}
 */
async function* events(body) {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let kept = "";
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    kept += decoder.decode(part.value, { stream: true });
    const blocks = kept.split("\n\n");
    kept = blocks.pop() ?? "";
    for (const block of blocks) {
      const lines = block.split("\n");
      /** @param {string} field */
      const value = (field) => lines.find((line) => line.startsWith(`${field}: `))?.slice(field.length + 2) ?? "";
      yield { name: value("event"), data: value("data") };
    }
  }
}
