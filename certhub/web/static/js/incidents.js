// What clerks reported: which check, when and where, what it had found, and what the clerk wrote.

import { call } from "./api.js";
import { byId, el, verdictIcon } from "./dom.js";
import { pageOf, t } from "./page.js";
import { dayAndTime } from "./times.js";

/** @import { IncidentOut } from "../../types/answers.js" */

const PAGE = 20;
const { cause_words: causeWords, verdict_words: verdictWords } = pageOf("ops");

/** @type {string|null} */
let following = null;

/**
 * Read the newest reports anew.
 * @throws {import("./api.js").Failed}
 */
export async function showIncidents() {
  await read("", true);
}

/** Read those that follow, below the ones that stand there. */
export async function showMoreIncidents() {
  if (following) await read(`&cursor=${following}`, false);
}

/** @param {string} more  @param {boolean} isAnew */
async function read(more, isAnew) {
  const told = await call("GET", `/api/v1/incidents?limit=${PAGE}${more}`);
  const rows = told.items.map(row);
  const list = byId("incidents");
  if (isAnew) list.replaceChildren(...(rows.length ? rows : [el("li", { class: "hint" }, t("ops.no_incidents"))]));
  else list.append(...rows);
  list.setAttribute("aria-busy", "false");
  following = told.next_cursor;
  byId("incidents-more").hidden = !following;
}

/** @param {Record<string, string>} words  @param {string|null} code */
const wordFor = (words, code) => (code === null ? "" : words[code] || code);

/** @param {IncidentOut} one */
function row(one) {
  const place = [one.office, one.window].filter(Boolean).join(" · ");
  const found = t("ops.incident_found", {
    time: one.verified_at ? dayAndTime(new Date(one.verified_at)) : "…", place,
    verdict: wordFor(verdictWords, one.verdict) || "…", code: wordFor(causeWords, one.code),
  });
  return el("li", { class: "card incident", "data-verification": one.verification_id },
    verdictIcon("check"), // never the verdict's: what somebody reported is not green
    el("div", {},
      el("strong", {}, t("ops.incident_at", { time: dayAndTime(new Date(one.at)) })),
      el("p", {}, found),
      el("p", { class: "note-text", translate: "no" }, one.note || t("ops.incident_no_note")),
      one.outcome === "reported" ? null : el("p", { class: "hint" }, t(`ops.incident_now_${one.outcome}`)),
      el("small", { translate: "no" }, one.verification_id)));
}
