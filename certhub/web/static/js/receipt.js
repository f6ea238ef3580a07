// The receipt: a file for the case, byte for byte as the hub gave it, and a sheet of paper.

import { call } from "./api.js";
import { el } from "./dom.js";
import { page, t } from "./page.js";
import { ageOf, dayAndTime } from "./times.js";
import { behind, causeWords, factName, kindName, outcomeWord, verdictWord } from "./verdicts.js";

/**
 * @typedef {import("./verdicts.js").Report} Report
 * @typedef {import("./verdicts.js").Sentence} Sentence
 */

/**
 * Save the receipt as `receipt-<id>.json`: the hub's answer unchanged, since one changed byte makes it another.
 * @param {Report} report
 * @throws {import("./api.js").Problem|import("./api.js").NoAnswer}
 */
export async function downloadReceipt(report) {
  const text = await call("GET", report.receipt_url, { asText: true });
  const url = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  const link = el("a", { href: url, download: `receipt-${report.verification_id}.json` });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/**
 * Print what was found: verdict, facts with their ages, matter, window, covered holder. The proof is the file.
 * @param {HTMLElement} paper
 * @param {Report} report
 * @param {{sentence: Sentence, matter: string, window: string}} about
 */
export function printReceipt(paper, report, { sentence, matter, window: label }) {
  const lines = {
    number: report.verification_id, time: dayAndTime(new Date(report.as_of)), region: page.region.name,
    office: [page.actor?.office, label].filter(Boolean).join(" · "), matter,
  };
  paper.replaceChildren(
    el("h1", {}, t("counter.paper_title")),
    el("p", { class: "paper-verdict" }, `${verdictWord(report.verdict)} · ${sentence.headline}`),
    el("dl", {}, ...Object.entries(lines).flatMap(([name, text]) => [el("dt", {}, t(`counter.paper_${name}`)), el("dd", {}, text || "")])),
    ...report.items.map((item) => paperItem(item, report)),
    el("p", { class: "paper-note" }, t("counter.paper_note")),
  );
  window.print();
}

function paperItem(item, report) {
  const facts = item.facts.map((fact) => el("li", {},
    [factName(fact.fact), outcomeWord(fact.outcome), fact.cause && causeWords(fact.cause), ageOf(fact.as_of, new Date(report.as_of))]
      .filter(Boolean).join(" · ")));
  return el("section", {},
    el("h2", {}, `${kindName(item)} · ${verdictWord(item.verdict)}`),
    el("p", {}, [item.holder, behind(item)].filter(Boolean).join(" · ")),
    el("ul", {}, ...facts));
}
