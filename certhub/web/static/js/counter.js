// The counter: scan, decide, file. One check at a time on the screen; whatever comes back late goes to the list.

import { Failed, NoAnswer, call, randomHex } from "./api.js";
import { watchConnection } from "./connection.js";
import { byId, el, tell } from "./dom.js";
import { listenForGun, typeLikeAGun } from "./gun.js";
import { keepHistory } from "./history.js";
import { page, t } from "./page.js";
import { downloadReceipt, printReceipt } from "./receipt.js";
import { showBand, showItems } from "./result.js";
import { sound } from "./tones.js";
import { explain } from "./verdicts.js";

/** @typedef {import("./verdicts.js").Report} Report */

const SHOWN_MS = 60_000;
const WINDOW_KEY = "certhub.window";
const MATTER_KEY = "certhub.matter";
const SUSPICIOUS = ["TAMPERED", "CODE_USED"];

const windowField = byId("window");
const matterField = byId("matter");
const codeField = byId("code");
const zone = byId("zone");
const zoneWord = byId("zone-word");
const result = byId("result");
const said = byId("said");

/** @type {{entry: any, sentence: any, until: number, matter: string, window: string}|null} what is on the screen */
let open = null;
let pinned = false;
let turn = 0;
/** @type {Map<string, any>} a test card's report of a counter without a network, by its code */
const offline = new Map();

const history = keepHistory(byId("history"), byId("history-empty"), {
  mayOpen: (entry) => Date.now() - entry.at < SHOWN_MS,
  onOpen: (entry) => present(entry, { isNew: false }),
});
const connection = watchConnection(byId("connection"), byId("clock-wrong"));

/** Check a code: the same question once more when no answer came, under the same id. */
async function check(code) {
  const mine = ++turn;
  if (!windowField.reportValidity()) return;
  hideResult();
  zoneWord.textContent = t("counter.checking");
  zone.classList.add("busy");
  const question = {
    code, matter: matterField.value, window: windowField.value.trim(), verification_id: randomHex(),
  };
  try {
    const report = offline.get(code)?.report ?? (await ask(question));
    const entry = history.add(report);
    Object.assign(entry, { matter: question.matter, window: question.window, offline: offline.get(code) });
    codeField.value = "";
    if (mine === turn) present(entry, { isNew: true });
  } catch (failed) {
    if (!(failed instanceof Failed)) throw failed;
    if (mine === turn) refuse(failed, code);
    if (failed instanceof NoAnswer) connection.look();
  } finally {
    if (mine === turn) idle();
  }
}

/** @returns {Promise<Report>} */
async function ask(question) {
  try {
    return await call("POST", "/api/v1/verifications", { body: question });
  } catch (failed) {
    if (!(failed instanceof NoAnswer)) throw failed;
    zoneWord.textContent = t("counter.asking_again");
    return call("POST", "/api/v1/verifications", { body: question });
  }
}

function present(entry, { isNew }) {
  const { report } = entry;
  const matter = page.matters.find((one) => one.code === entry.matter);
  const sentence = explain(report);
  open = { entry, sentence, until: entry.at + SHOWN_MS, matter: matterName(matter), window: entry.window };
  pinned = false;
  byId("pin").setAttribute("aria-pressed", "false");
  for (const id of ["print", "download", "pin", "masking"]) byId(id).hidden = false;
  byId("report").hidden = !SUSPICIOUS.includes(report.code) || !report.verification_id;
  byId("update").hidden = report.code !== "LIST_TOO_OLD";
  byId("download").disabled = byId("print").disabled = !report.receipt_url;
  tell(said, entry.offline ? t("counter.was_offline", { hours: entry.offline.offline_hours }) : "", "warn");
  result.hidden = false;
  document.body.classList.add("has-result");
  showBand(byId("band"), report.verdict, sentence);
  showItems(byId("items"), report, matter?.needs || [], (failed) => tell(said, failed.words, "bad"));
  byId("band").focus();
  scrollTo({ top: 0 });
  if (isNew) sound(report.verdict);
}

/** No verdict at all: say so in the colour of "undetermined", and keep the code. */
function refuse(failed, code) {
  open = null;
  result.hidden = false;
  document.body.classList.add("has-result");
  tell(said, "");
  byId("items").replaceChildren();
  for (const id of ["print", "download", "report", "update", "pin", "masking"]) byId(id).hidden = true;
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

function done() {
  if (open) {
    open.entry.done = true;
    history.draw();
  }
  hideResult();
  zone.focus();
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

async function receipt(deed) {
  if (!open || !open.entry.report.receipt_url) return;
  try {
    await deed(open);
  } catch (failed) {
    if (!(failed instanceof Failed)) throw failed;
    tell(said, failed.words, "bad");
  }
}

const print = () => receipt((shown) => printReceipt(byId("paper"), shown.entry.report, shown));
const download = () => receipt(async (shown) => {
  await downloadReceipt(shown.entry.report);
  tell(said, t("counter.downloaded"), "good");
});

const matterName = (one) => (one ? (page.lang === "en" ? one.name_en : one.name) : "");

async function loadMatters() {
  page.matters = [];
  try {
    page.matters = (await call("GET", "/api/v1/matters")).items;
  } catch (failed) {
    refuse(failed, codeField.value);
  }
  matterField.replaceChildren(...page.matters.map((one) => el("option", { value: one.code }, matterName(one))));
  const kept = localStorage.getItem(MATTER_KEY);
  if (page.matters.some((one) => one.code === kept)) matterField.value = kept;
}

/** A test card of the demo: fetch its fresh code and type it in as a gun would. */
async function dealCard(name) {
  window.history.replaceState(null, "", location.pathname);
  try {
    const card = await call("POST", `/demo/cards/${encodeURIComponent(name)}`);
    if (card.report) offline.set(card.code, card);
    zone.focus();
    typeLikeAGun(card.code);
  } catch (failed) {
    if (!(failed instanceof Failed)) throw failed;
    refuse(failed, "");
  }
}

listenForGun({
  onCode: check,
  onProgress: (length) => {
    if (length) zoneWord.textContent = t("counter.receiving", { count: length });
    else idle();
  },
  onEnter: (event) => {
    const isControl = event.target instanceof Element && event.target.closest("button, a, summary, select");
    if (!result.hidden && !isControl) done();
  },
});
document.addEventListener("keydown", (event) => {
  if (event.key === "F4" && !event.altKey) codeField.focus();
  else if (event.key === "F9") print();
  else return;
  event.preventDefault();
});
byId("typing").addEventListener("submit", (event) => {
  event.preventDefault();
  if (codeField.value.trim()) check(codeField.value.trim());
  else codeField.focus();
});
byId("paste").addEventListener("click", async () => {
  codeField.focus();
  const text = await navigator.clipboard?.readText().catch(() => "");
  if (text) codeField.value = text.trim();
  tell(byId("typing-said"), text ? "" : t("counter.paste_by_hand"), "warn");
});
byId("done").addEventListener("click", done);
byId("print").addEventListener("click", print);
byId("download").addEventListener("click", download);
byId("report").addEventListener("click", () => {
  tell(said, t("counter.reported", { number: open.entry.report.verification_id }), "warn");
});
byId("update").addEventListener("click", async () => {
  const isOnline = (await connection.look()) === "online";
  tell(said, t(isOnline ? "counter.updated" : "counter.not_updated"), isOnline ? "good" : "bad");
});
byId("pin").addEventListener("click", () => {
  pinned = !pinned;
  byId("pin").setAttribute("aria-pressed", String(pinned));
  byId("masking").textContent = "";
});
windowField.value = localStorage.getItem(WINDOW_KEY) || page.actor?.window || "";
windowField.addEventListener("change", () => localStorage.setItem(WINDOW_KEY, windowField.value.trim()));
matterField.addEventListener("change", () => localStorage.setItem(MATTER_KEY, matterField.value));

async function start() {
  await loadMatters();
  zone.focus();
  const card = new URLSearchParams(location.search).get("card");
  if (card) await dealCard(card);
  document.documentElement.dataset.ready = "true";
}

setInterval(tick, 1000);
start();
