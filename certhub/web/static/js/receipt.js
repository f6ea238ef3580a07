// The receipt: a file for the case, byte for byte as the hub gave it, and a sheet of paper.

import { callForText } from "./api.js";
import { byId, el, tell } from "./dom.js";
import { page, t } from "./page.js";
import { linesOf, materialsWords, nameOf, stateWords } from "./requirements.js";
import { dayAndTime } from "./times.js";
import { behind, causeWords, factName, isTold, issuerOf, kindName, outcomeWord, validityOf, verdictWord } from "./verdicts.js";

/** @import { ItemOut } from "../../types/answers.js" */
/** @import { Item, Report } from "../../types/routes.js" */
/** @import { Line } from "./history.js" */
/** @import { Sentence } from "./verdicts.js" */
/** @typedef {{report: Report, sentence: Sentence, matter: string, line: Line}} Shown */

/**
 * Let #print, #download and every other way to print file what is on the screen; what is pressed prints its own sheet.
 * @param {() => Shown|null} current  null where there is no receipt
 * @param {() => Node[]|null} instead  another sheet, where there is one to print: #request-print prints that
 * @param {(deed: () => Promise<void>) => Promise<void>} told  says what fails on purpose
 * @returns {() => void} prints
 */
export function letFile(current, instead, told) {
  let isInstead = false; // a receipt may be open beside the other sheet
  /** @param {boolean} [wanted] */
  const print = (wanted = false) => {
    isInstead = wanted;
    if (current() || instead()) window.print();
  };
  // However the printing began: the sheet is of what stands on the screen, never of the person before.
  addEventListener("beforeprint", () => {
    const shown = isInstead ? null : current();
    isInstead = false;
    if (shown) drawPaper(byId("paper"), shown.report, shown);
    else byId("paper").replaceChildren(...(instead() ?? [el("p", {}, t("counter.paper_none"))]));
  });
  byId("print").addEventListener("click", () => print());
  byId("request-print").addEventListener("click", () => print(true));
  byId("download").addEventListener("click", () => told(async () => {
    const report = current()?.report;
    if (!report?.receipt_url) return; // the button is disabled without one
    await downloadReceipt(report.verification_id, report.receipt_url);
    tell(byId("said"), t("counter.downloaded"), "good");
  }));
  return () => print();
}

/**
 * Save the receipt as `receipt-<id>.json`: the hub's answer unchanged, since one changed byte makes it another.
 * @param {string|null} id  @param {string} path
 * @throws {import("./api.js").Problem|import("./api.js").NoAnswer}
 */
async function downloadReceipt(id, path) {
  const text = await callForText("POST", path); // a deed: the file holds identifiers
  const url = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  const link = el("a", { href: url, download: `receipt-${id}.json` });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/**
 * Draw the sheet of what was found: verdict, facts with their moments, matter, window, case, covered holder. The proof is the file.
 * Times on paper are whole dates: "two minutes ago" says nothing to whoever reads it in a year.
 * @param {HTMLElement} paper
 * @param {Report} report
 * @param {{sentence: Sentence, matter: string, line: Line}} about
 */
function drawPaper(paper, report, { sentence, matter, line }) {
  const lines = {
    number: report.verification_id, time: moment(report.as_of), region: page.region.name,
    office: [page.actor?.office, line.window].filter(Boolean).join(" · "), matter, case: line.caseNumber,
    person: t(`counter.outcome_${line.outcome || "none"}`), printed: dayAndTime(new Date()),
  };
  paper.replaceChildren(
    el("h1", {}, t("counter.paper_title")),
    el("p", { class: "paper-verdict" }, `${verdictWord(report.verdict)} · ${sentence.headline}`),
    terms(Object.entries(lines).map(([name, text]) => [t(`counter.paper_${name}`), text || t("counter.paper_nothing")])),
    ...paperMaterials(report),
    ...report.items.map((item, n) => (isTold(item) ? paperItem(item) : paperUntold(item, n, report.items.length))),
    el("p", { class: "paper-note" }, t("counter.paper_note")),
  );
}

/** @param {string} text */
const moment = (text) => dayAndTime(new Date(text));
/** @param {[name: string, text: string][]} pairs */
const terms = (pairs) => el("dl", {}, ...pairs.flatMap(([name, text]) => [el("dt", {}, name), el("dd", {}, text)]));

/** What the matter still lacked: each requirement as it stood. @param {Report} report */
function paperMaterials(report) {
  const list = report.requirements ?? [];
  if (!list.length || !report.materials) return [];
  const lines = list.map((one) => el("li", {},
    [stateWords(one), nameOf(one), one.optional ? t("common.requirement_optional") : "", ...linesOf(one, causeWords)].filter(Boolean).join(" · ")));
  return [el("section", { class: "paper-materials" },
    el("h2", {}, `${t("counter.paper_materials")} · ${materialsWords(report.materials)}`), el("ul", {}, ...lines))];
}

/** @param {ItemOut} item */
function paperItem(item) {
  const facts = item.facts.map((fact) => el("li", {},
    [factName(fact.fact), outcomeWord(fact.outcome), fact.cause && causeWords(fact.cause),
      t("counter.paper_as_of", { time: moment(fact.as_of) })].filter(Boolean).join(" · ")));
  const number = item.disclosed?.["证照编号"];
  /** @type {[name: string, text: string|null|undefined][]} */
  const said = [
    [t("counter.issuer"), issuerOf(item)], [t("counter.validity"), validityOf(item)],
    [t("common.core_holder"), item.holder], [t("counter.paper_behind"), behind(item)],
    [t("common.core_number"), number ? String(number) : ""],
  ];
  return el("section", {},
    el("h2", {}, `${kindName(item)} · ${verdictWord(item.verdict)}${item.code === "OK" ? "" : ` · ${causeWords(item.code)}`}`),
    terms(said.map(([name, text]) => [name, text || t("counter.not_told")])),
    el("ul", {}, ...facts));
}

/** @param {Item} item  @param {number} n  @param {number} count */
function paperUntold(item, n, count) {
  return el("section", {},
    el("h2", {}, `${t("counter.untold_nth", { n: n + 1, count })} · ${verdictWord(item.verdict)}`),
    el("p", {}, t("common.two_sentences", { first: causeWords(item.code), second: t("counter.untold_what") })));
}
