// The counter: scan, decide, file. One check at a time on the screen; whatever comes back late goes to the list.

import { Failed, NoAnswer, call, randomHex } from "./api.js";
import { ask, lineOf } from "./asking.js";
import { watchConnection } from "./connection.js";
import { byId, el, tell } from "./dom.js";
import { LOOKED_AT, keepHistory } from "./history.js";
import { listenForKeys } from "./keys.js";
import { loadMatters, matterName, matterOf } from "./matters.js";
import { keepOutcomes } from "./outcomes.js";
import { page, t } from "./page.js";
import { letFile } from "./receipt.js";
import { letReport } from "./reporting.js";
import { showBand, showItems } from "./result.js";
import { sound } from "./tones.js";
import { letType } from "./typing.js";
import { explain } from "./verdicts.js";
import { keepWindow } from "./window-setting.js";

/** @import { OfflineReport, Outcome, Report } from "../../types/routes.js" */
/** @import { Line } from "./history.js" */
/** @import { Shown } from "./receipt.js" */

const SHOWN_MS = 60_000;

const matterField = byId("matter", HTMLSelectElement);
const caseField = byId("case", HTMLInputElement);
const codeField = byId("code", HTMLInputElement);
const zone = byId("zone");
const zoneWord = byId("zone-word");
const result = byId("result");
const said = byId("said");

/** @type {Shown & {until: number}|null} what is on the screen */
let open = null;
let pinned = false;
let turn = 0;
let waiting = ""; // a code that came while the window had no name
/** @type {Map<string, OfflineReport>} what a counter without a network said, by the code: shown, and nobody is asked */
export const offline = new Map();

const history = keepHistory(byId("history"), byId("history-empty"), {
  mayOpen: (line) => Date.now() - line.at < SHOWN_MS,
  onOpen: (line) => told(async () => {
    present(line.report ?? (await call("GET", `/api/v1/verifications/${line.id}`)), line, { isNew: false });
  }),
  waits: (id) => outcomes.waits(id),
});
const outcomes = keepOutcomes({ onChange: () => history.draw() });
const desk = keepWindow(page.actor?.window || "", () => waiting && check(waiting));
const connection = watchConnection(byId("connection"), byId("clock-wrong"));

/** Check a code. @param {string} code */
async function check(code) {
  const mine = ++turn;
  waiting = desk.name() ? "" : code;
  if (waiting) return desk.ask();
  hideResult();
  zoneWord.textContent = t("counter.checking");
  zone.classList.add("busy");
  const number = caseField.value.trim() || undefined; // JSON leaves it out
  const question = { code, matter: matterField.value, window: desk.name(), verification_id: randomHex(), case_number: number };
  try {
    const alone = offline.get(code);
    const report = await (alone?.report // waited for too: drawn inside the gun's last key, its Enter came late, as a person's
      ?? ask(question, () => { zoneWord.textContent = t("counter.asking_again"); }));
    const line = lineOf(report, question, alone);
    history.add(line);
    history.refresh();
    codeField.value = "";
    if (mine === turn) present(report, line, { isNew: true });
  } catch (failed) {
    if (!(failed instanceof Failed)) throw failed;
    if (mine === turn) refuse(failed, code);
    if (failed instanceof NoAnswer) connection.look();
  } finally {
    if (mine === turn) idle();
  }
}

/** @param {Report} report  @param {Line} line  @param {{isNew: boolean}} how */
function present(report, line, { isNew }) {
  const matter = matterOf(line.matter);
  const sentence = explain(report);
  open = { report, line, sentence, until: line.at + SHOWN_MS, matter: matterName(matter) };
  pinned = false;
  byId("pin").setAttribute("aria-pressed", "false");
  for (const id of ["print", "download", "pin", "masking"]) byId(id).hidden = false;
  byId("report").hidden = !report.verification_id;
  for (const id of ["print", "download"]) byId(id, HTMLButtonElement).disabled = !report.receipt_url;
  tell(said, line.offline ? t("counter.was_offline", { hours: line.offline.offline_hours }) : "", "warn");
  result.hidden = false;
  document.body.classList.add("has-result");
  showBand(byId("band"), report.verdict, sentence);
  drawOutcome();
  showItems(byId("items"), report, matter?.needs || [], (failed) => tell(said, failed.words, "bad"));
  result.dataset.turn = String(turn);
  tick();
  byId("band").focus();
  scrollTo({ top: 0 });
  if (isNew) sound(report.verdict);
}

/** Whether Enter says that the person was compared: once, and only after a verdict that asks for it. @param {Shown|null} shown */
const isToConfirm = (shown) =>
  shown !== null && Boolean(shown.report.verification_id) && LOOKED_AT.includes(shown.report.verdict) && !shown.line.outcome;

function drawOutcome() {
  const asks = isToConfirm(open);
  byId("done-word").textContent = t(asks ? "counter.done" : "counter.next");
  byId("not-person").hidden = !asks;
  const step = byId("band").querySelector(".next-step");
  if (step && open?.line.outcome === "not_the_person") step.textContent = t("counter.not_person_step");
}

/** No verdict at all: say so in the colour of "undetermined", and keep the code. @param {Failed} failed  @param {string} code */
function refuse(failed, code) {
  open = null;
  result.hidden = false;
  result.dataset.turn = String(turn);
  document.body.classList.add("has-result");
  tell(said, "");
  byId("items").replaceChildren();
  for (const id of ["print", "download", "report", "pin", "masking"]) byId(id).hidden = true;
  drawOutcome();
  showBand(byId("band"), "undetermined", { headline: failed.message, nextStep: failed.nextStep }, t("counter.no_verdict"));
  codeField.value = code;
  byId("band").focus();
  sound("undetermined");
}

function hideResult() {
  open = null;
  result.hidden = true;
  document.body.classList.remove("has-result");
  byId("items").replaceChildren();
}

/** The next person; what was on the screen is confirmed first, where there is something to confirm. */
function done() {
  const shown = open;
  hideResult();
  caseField.value = "";
  zone.focus();
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

/** Do something; what fails on purpose is said under the band. @param {() => unknown} deed */
async function told(deed) {
  try {
    await deed();
  } catch (failed) {
    if (!(failed instanceof Failed)) throw failed;
    tell(said, failed.words, "bad");
  }
}

function idle() {
  zone.classList.remove("busy");
  zoneWord.textContent = t("counter.scan");
}

/** Cover what was disclosed when its minute is over; the verdict stays. */
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

const print = letFile(() => (open?.report.receipt_url ? open : null), told);

const keepsForLater = letReport(
  () => open?.report.verification_id ?? null,
  (id, note) => (open?.report.verification_id === id ? conclude(open.line, "reported", note) : outcomes.say(id, "reported", note)),
  (id) => tell(said, t("counter.reported", { number: id }), "warn"), check,
);

listenForKeys({
  onCode: (code) => {
    if (keepsForLater(code)) return idle();
    desk.dismiss();
    check(code);
  },
  onProgress: (length) => {
    if (length) zoneWord.textContent = t("counter.receiving", { count: length });
    else idle();
  },
  onDone: () => result.hidden || done(), onField: () => codeField.focus(), onPrint: print,
});
letType(check);
byId("done").addEventListener("click", done);
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

/** Do something at the start; what fails is told in the band, with what was typed kept. @param {() => Promise<void>} deed */
export async function tried(deed) {
  try {
    await deed();
  } catch (failed) {
    if (!(failed instanceof Failed)) throw failed;
    refuse(failed, codeField.value);
  }
}

async function start() {
  await Promise.all([tried(() => loadMatters(matterField)), history.refresh()]);
  zone.focus();
  document.documentElement.dataset.ready = "true";
}

setInterval(tick, 1000);
export const started = start(); // for what another module does at the counter once it is open
