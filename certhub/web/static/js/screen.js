// What stands on the counter's screen: one result at a time, what the matter still lacks beside it, how it ended.

import { Failed } from "./api.js";
import { letSeeCase } from "./case-file.js";
import { byId, el, tell } from "./dom.js";
import { LOOKED_AT } from "./history.js";
import { matterName, matterOf } from "./matters.js";
import { bandSentence, reasons, valueLacking } from "./next-step.js";
import { t } from "./page.js";
import { drawRequirements, materialsHead } from "./requirements.js";
import { showBand, showItems } from "./result.js";
import { sound } from "./tones.js";
import { causeWords, explain } from "./verdicts.js";

/** @import { Outcome, Report } from "../../types/routes.js" */
/** @import { Line } from "./history.js" */
/** @import { Shown } from "./receipt.js" */

export const SHOWN_MS = 60_000;
const TAKES_A_REQUEST = ["MODE_L2", "MODE_L3"];

const result = byId("result");
const said = byId("said");

/**
 * Keep the screen.
 * @param {{history: ReturnType<typeof import("./history.js").keepHistory>,
 *          outcomes: ReturnType<typeof import("./outcomes.js").keepOutcomes>,
 *          terms: ReturnType<typeof import("./terms.js").keepTerms>}} parts
 */
export function keepScreen({ history, outcomes, terms }) {
  /** @type {Shown & {until: number}|null} what is on the screen */
  let open = null;
  let pinned = false;
  /** @type {Set<string>} the verifications that this page requested: the list at the side does not say it */
  const requested = new Set();
  const seeCase = letSeeCase(told);

  /** @param {Report} report  @param {Line} line  @param {{isNew: boolean, turn: number}} how */
  function present(report, line, { isNew, turn }) {
    const matter = matterOf(line.matter);
    const ways = matter?.requirements.flatMap((one) => one.accepts) ?? [];
    const sentence = explain(report);
    if (line.id && line.isRequested) requested.add(line.id);
    open = { report, line, sentence, until: line.at + SHOWN_MS, matter: matterName(matter) };
    pinned = false;
    byId("pin").setAttribute("aria-pressed", "false");
    for (const id of ["print", "download", "pin", "masking"]) byId(id).hidden = false;
    byId("report").hidden = !report.verification_id;
    byId("request-now").hidden = !TAKES_A_REQUEST.includes(report.code) && !valueLacking(report, ways);
    for (const id of ["print", "download"]) byId(id, HTMLButtonElement).disabled = !report.receipt_url;
    tell(said, line.offline ? t("counter.was_offline", { hours: line.offline.offline_hours }) : "", "warn");
    showBand(byId("band"), report.verdict, bandSentence(report, sentence, ways, requested.has(line.id ?? "")));
    drawMaterials(report, reasons(report, ways));
    seeCase(report, line.caseNumber);
    drawOutcome();
    showItems(byId("items"), report, ways, (failed) => tell(said, failed.words, "bad"));
    appear(turn);
    tick();
    if (isNew) sound(report.verdict);
  }

  /**
   * What the matter still lacks, over the whole case; nothing where the report says nothing of it.
   * @param {Report|null} report  @param {(cause: string) => string} [why]  the words for a cause
   */
  function drawMaterials(report, why = causeWords) {
    const list = report?.requirements ?? []; // a report from before there were requirements has none
    byId("materials").hidden = !list.length;
    byId("materials-word").replaceChildren(...(report?.materials ? materialsHead(report.materials) : []));
    drawRequirements(byId("requirements"), list, { causeWords: why, more: (one) => (one.state === "met" || !open ? null : terms.box(one, open.line)) });
  }

  /** @param {number} turn  which question it answers */
  function appear(turn) {
    result.hidden = false;
    result.dataset.turn = String(turn);
    document.body.classList.add("has-result");
    byId("band").focus();
    scrollTo({ top: 0 });
  }

  /** Whether Enter says that the person was compared: once, and only after a verdict that asks for it. @param {Shown|null} shown */
  const isToConfirm = (shown) =>
    shown !== null && Boolean(shown.report.verification_id) && LOOKED_AT.includes(shown.report.verdict) &&
    shown.report.items.length > 0 && !shown.line.outcome;

  function drawOutcome() {
    const asks = isToConfirm(open);
    const materials = open?.report.materials;
    const done = materials && materials !== "complete" ? `counter.done_${materials}` : "counter.done";
    byId("done-word").textContent = t(asks ? done : "counter.next");
    byId("not-person").hidden = !asks;
    const step = byId("band").querySelector(".next-step");
    if (step && open?.line.outcome === "not_the_person") step.textContent = t("counter.not_person_step");
  }

  /** No verdict at all: say so in the colour of "undetermined". @param {Failed} failed  @param {number} turn */
  function refuse(failed, turn) {
    open = null;
    tell(said, "");
    byId("items").replaceChildren();
    for (const id of ["print", "download", "report", "pin", "masking", "request-now"]) byId(id).hidden = true;
    drawMaterials(null);
    seeCase(null, "");
    drawOutcome();
    showBand(byId("band"), "undetermined", { headline: failed.message, nextStep: failed.nextStep }, t("counter.no_verdict"));
    appear(turn);
    sound("undetermined");
  }

  function hide() {
    open = null;
    result.hidden = true;
    document.body.classList.remove("has-result");
    byId("items").replaceChildren();
    byId("requirements").replaceChildren();
    seeCase(null, "");
    terms.draw(); // what was declared beside a requirement stands above the scan zone again
  }

  /** What was on the screen is confirmed, where there is something to confirm; the screen is empty. */
  function done() {
    const shown = open;
    hide();
    if (shown && isToConfirm(shown)) told(() => conclude(shown.line, "confirmed"));
  }

  /**
   * Put on record how it ended; thrown when the hub does not have it yet (outcomes.js goes on trying).
   * @param {Line} line  @param {Outcome} outcome  @param {string} [note]
   */
  async function conclude(line, outcome, note) {
    const { id } = line;
    if (id === null) return; // the hub never saw it
    line.outcome = outcome;
    history.mark(id, outcome);
    drawOutcome();
    try {
      await outcomes.say(id, outcome, note);
    } finally { // a list that was read before it arrived does not have it; one that was refused is not on record
      if (!outcomes.has(id, outcome)) line.outcome = null;
      history.mark(id, line.outcome);
      drawOutcome();
    }
  }

  /** Do something; what fails on purpose is said under the band, until something succeeds. @param {() => unknown} deed */
  async function told(deed) {
    const before = said.classList.contains("bad") ? said.textContent : "";
    try {
      await deed();
      if (before && said.textContent === before) tell(said, "");
    } catch (failed) {
      if (!(failed instanceof Failed)) throw failed;
      tell(said, failed.words, "bad");
    }
  }

  /** Cover what was disclosed when its minute is over; the verdict and what is missing stay. */
  function tick() {
    history.close();
    if (!open || pinned) return;
    const left = Math.max(0, Math.ceil((open.until - Date.now()) / 1000));
    byId("masking").textContent = t("counter.masking_in", { seconds: left });
    if (left > 0) return;
    byId("items").replaceChildren(el("p", { class: "hint" }, t("counter.masked")));
    byId("masking").textContent = "";
    byId("pin").hidden = true;
  }

  byId("not-person").addEventListener("click", () => told(async () => {
    if (!open) return;
    await conclude(open.line, "not_the_person");
    tell(said, t("counter.not_person_said"), "warn");
  }));
  byId("pin").addEventListener("click", () => {
    pinned = !pinned;
    byId("pin").setAttribute("aria-pressed", String(pinned));
    byId("masking").textContent = "";
  });
  setInterval(tick, 1000);

  return { present, refuse, hide, done, conclude, told, shown: () => open };
}
