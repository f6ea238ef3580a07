// The counter: scan or request, decide, file. One check at a time on the screen; whatever comes back late goes to the list.

import { Failed, NoAnswer, call, randomHex } from "./api.js";
import { ask, lineOf } from "./asking.js";
import { watchConnection } from "./connection.js";
import { byId, tell } from "./dom.js";
import { keepHistory } from "./history.js";
import { keepIdentityBefore } from "./identity-before.js";
import { listenForKeys } from "./keys.js";
import { loadMatters, matterName, matterOf } from "./matters.js";
import { keepOutcomes } from "./outcomes.js";
import { page, t } from "./page.js";
import { letFile } from "./receipt.js";
import { letReport } from "./reporting.js";
import { keepRequest } from "./request.js";
import { SHOWN_MS, keepScreen } from "./screen.js";
import { keepTerms } from "./terms.js";
import { letType } from "./typing.js";
import { keepWindow } from "./window-setting.js";

/** @import { OfflineReport } from "../../types/routes.js" */

const matterField = byId("matter", HTMLSelectElement);
const caseField = byId("case", HTMLInputElement);
const codeField = byId("code", HTMLInputElement);
const zone = byId("zone");
const zoneWord = byId("zone-word");
const result = byId("result");
const requestButton = byId("request");

let turn = 0;
/** @type {(() => void)|null} what waits until the window has a name */
let waiting = null;
/** @type {Map<string, OfflineReport>} what a counter without a network said, by the code: shown, and nobody is asked */
export const offline = new Map();

const history = keepHistory(byId("history"), byId("history-empty"), {
  mayOpen: (line) => Date.now() - line.at < SHOWN_MS,
  onOpen: (line) => screen.told(async () => {
    screen.present(line.report ?? (await call("GET", `/api/v1/verifications/${line.id}`)), line, { isNew: false, turn });
  }),
  waits: (id) => outcomes.waits(id),
});
const outcomes = keepOutcomes({ onChange: () => history.draw() });
const identity = keepIdentityBefore();
const terms = keepTerms({ matterField, caseField }, (mode) => {
  idle();
  identity.show(mode === "L3");
  requestButton.classList.toggle("primary", mode !== "L1");
});
const screen = keepScreen({ history, outcomes, terms });
const desk = keepWindow(page.actor?.window || "", () => waiting?.());
const connection = watchConnection(byId("connection"), byId("clock-wrong"));
const request = keepRequest({
  onOpen: () => identity.clear(),
  onReport: (report, { asked }) => {
    const line = { ...lineOf(report, asked), isRequested: true };
    history.add(line);
    history.refresh();
    screen.present(report, line, { isNew: true, turn: ++turn });
  },
  onClose: () => zone.focus(),
});

// What was read of a person goes with no other case and no other matter, whether or not that one takes a check too.
matterField.addEventListener("change", () => identity.clear());
caseField.addEventListener("input", () => identity.clear());

const numberOfCase = () => caseField.value.trim() || undefined; // JSON leaves it out

/** Check a code. @param {string} code */
async function check(code) {
  const mine = ++turn;
  if (isUnnamed(() => check(code))) return;
  request.close();
  screen.hide();
  zoneWord.textContent = t("counter.checking");
  zone.classList.add("busy");
  const question = {
    code, matter: matterField.value, window: desk.name(), verification_id: randomHex(),
    case_number: numberOfCase(), not_applicable: terms.notApplicable(),
  };
  try {
    const alone = offline.get(code);
    const report = await (alone?.report // waited for too: drawn inside the gun's last key, its Enter came late, as a person's
      ?? ask(question, () => { zoneWord.textContent = t("counter.asking_again"); }));
    const line = lineOf(report, question, alone);
    history.add(line);
    history.refresh();
    codeField.value = "";
    if (mine === turn) screen.present(report, line, { isNew: true, turn: mine });
  } catch (failed) {
    if (!(failed instanceof Failed)) throw failed;
    if (mine === turn) refuse(failed, code);
    if (failed instanceof NoAnswer) connection.look();
  } finally {
    if (mine === turn) idle();
  }
}

/** Request certificates for the matter: the holder's phone scans our code. */
async function openRequest() {
  if (isUnnamed(openRequest) || request.isOpening()) return; // a second press waits for the first
  const check = identity.check();
  if (check === null) return; // it says what is missing
  const mine = ++turn;
  const matter = matterOf(matterField.value);
  screen.hide();
  if (terms.asksForValue(request.close)) return; // the next press goes on without it
  try {
    await request.open({
      asked: {
        matter: matterField.value, window: desk.name(), case_number: numberOfCase(),
        not_applicable: terms.notApplicable(), declared: terms.declared(), identity_check: check,
      },
      matterName: matterName(matter), mode: matter?.mode ?? "L1",
    });
  } catch (failed) {
    if (!(failed instanceof Failed)) throw failed;
    if (mine === turn) refuse(failed, codeField.value);
    if (failed instanceof NoAnswer) connection.look();
  }
}

/** Ask for the window's name first, where it has none. @param {() => void} deed */
function isUnnamed(deed) {
  waiting = desk.name() ? null : deed;
  if (waiting) desk.ask();
  return waiting !== null;
}

/** No verdict: the code is kept, to be sent again. @param {Failed} failed  @param {string} code */
function refuse(failed, code) {
  screen.refuse(failed, turn);
  codeField.value = code;
  byId("band").focus();
}

/** The next person; a case goes on until it is said to be over. */
function done() {
  screen.done();
  identity.clear(); // of this person, not of the case
  if (!numberOfCase()) terms.clear();
  zone.focus();
}

function newCase() {
  request.close();
  screen.done();
  caseField.value = "";
  identity.clear();
  terms.clear();
  caseField.focus();
}

function idle() {
  zone.classList.remove("busy");
  zoneWord.textContent = t(terms.mode() === "L1" ? "counter.scan" : "counter.scan_or_request");
}

const print = letFile(() => (screen.shown()?.report.receipt_url ? screen.shown() : null), request.sheet, screen.told);

const keepsForLater = letReport(
  () => screen.shown()?.report.verification_id ?? null,
  (id, note) => {
    const shown = screen.shown();
    return shown?.report.verification_id === id ? screen.conclude(shown.line, "reported", note) : outcomes.say(id, "reported", note);
  },
  (id) => tell(byId("said"), t("counter.reported", { number: id }), "warn"), check,
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
  onDone: () => result.hidden || done(), onField: () => codeField.focus(), onPrint: print, onRequest: openRequest,
});
letType(check);
byId("done").addEventListener("click", done);
byId("case-new").addEventListener("click", newCase);
for (const id of ["request", "request-now", "request-again"]) byId(id).addEventListener("click", openRequest);

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
  terms.draw();
  zone.focus();
  document.documentElement.dataset.ready = "true";
}

export const started = start(); // for what another module does at the counter once it is open
