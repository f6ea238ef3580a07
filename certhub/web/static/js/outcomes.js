// How a verification ended: sent at once, kept in this tab until the hub has it, and sent again by itself.

import { Failed, Problem, call } from "./api.js";
import { byId } from "./dom.js";
import { t } from "./page.js";

const KEPT = "certhub.outcomes"; // sessionStorage: a note may name a person, and ends with the tab
const EVERY_MS = 20_000;
const FINAL = [400, 404, 409, 413, 415, 422]; // refusals that another try would meet again

/** @import { Outcome } from "../../types/routes.js" */
/** @typedef {{id: string, result: Outcome, note: string, hasFailed?: boolean}} Waiting */

/**
 * Keep what was said until the hub has it; the line `#unsent` tells of what it does not have yet.
 * @param {{onChange: () => void}} heard
 */
export function keepOutcomes({ onChange }) {
  /** @type {Waiting[]} */
  let waiting = JSON.parse(sessionStorage.getItem(KEPT) || "[]");
  /** @type {Set<string>} what the hub refused for good, as "id result" */
  const refused = new Set();
  let refusal = "";

  /** @param {Waiting[]} next */
  function keep(next) {
    waiting = next;
    sessionStorage.setItem(KEPT, JSON.stringify(waiting));
    const failed = waiting.filter((one) => one.hasFailed).length;
    byId("unsent").hidden = !failed && !refusal;
    byId("unsent-words").textContent = [failed ? t("counter.unsent", { count: failed }) : "", refusal].filter(Boolean).join(" ");
    byId("resend").hidden = !failed;
    onChange();
  }

  /** @param {Waiting} entry */
  async function send(entry) {
    const body = entry.note ? { result: entry.result, note: entry.note } : { result: entry.result };
    try {
      await call("POST", `/api/v1/verifications/${entry.id}/outcome`, { body });
    } catch (failed) {
      if (!(failed instanceof Failed)) throw failed;
      entry.hasFailed = true;
      const isFinal = failed instanceof Problem && FINAL.includes(failed.status);
      if (isFinal) {
        refused.add(`${entry.id} ${entry.result}`);
        refusal = t("counter.outcome_refused", { number: entry.id, words: failed.words });
      }
      keep(isFinal ? waiting.filter((one) => one !== entry) : waiting);
      throw failed;
    }
    refused.delete(`${entry.id} ${entry.result}`);
    refusal = "";
    keep(waiting.filter((one) => one !== entry));
  }

  /** Send what waits, in order; the first that fails again ends the round. */
  async function resend() {
    for (const entry of waiting.filter((one) => one.hasFailed)) {
      try {
        await send(entry);
      } catch (failed) {
        if (!(failed instanceof Failed)) throw failed;
        return;
      }
    }
  }

  for (const entry of waiting) entry.hasFailed = true; // this page was loaded again before an answer came
  keep(waiting);
  byId("resend").addEventListener("click", resend);
  addEventListener("online", resend);
  setInterval(resend, EVERY_MS);
  resend();

  return {
    /**
     * @param {string} id  @param {Outcome} result  @param {string} [note]
     * @throws {Failed} the hub does not have it yet, or refused it
     */
    async say(id, result, note = "") {
      const entry = { id, result, note };
      keep([...waiting.filter((one) => one.id !== id || one.result !== result), entry]); // said again: once is enough
      await send(entry);
    },
    /** Whether the hub has it or will have it. @param {string} id  @param {Outcome} result */
    has: (id, result) => !refused.has(`${id} ${result}`),
    /** @param {string} id  @returns {boolean} */
    waits: (id) => waiting.some((one) => one.id === id && one.hasFailed),
  };
}
