// The agency's desk: what it issued, issuing, and changing what was issued.

import { Failed, call, randomHex } from "./api.js";
import { possible, prepareChange } from "./agency-change.js";
import { drawFields, fetchKind, missing, readDraft } from "./agency-form.js";
import { keepDisputes } from "./disputes.js";
import { byId, el, put, tell } from "./dom.js";
import { clearFaults, showFaults } from "./faults.js";
import { page, pageOf, t } from "./page.js";
import { stateChip, stateWord } from "./states.js";
import { day, dayAndTime } from "./times.js";

/** @import { CertificateOut } from "../../types/answers.js" */
/** @import { Kind } from "../../types/routes.js" */

const PAGE = 50;
const STATES = ["active", "expired", "suspended", "superseded", "revoked", "cancelled", "withdrawn"];
const list = byId("certificates");
const said = byId("said");
const form = byId("issuing", HTMLFormElement);
const kindField = byId("kind", HTMLSelectElement);
const { agencies } = pageOf("agency");
const lookAtDisputes = keepDisputes();

/** @type {CertificateOut[]} */
let certificates = [];
/** @type {string|null} */
let cursor = null;
/** @type {Record<string, string>} */
let question = {};
/** @type {Record<string, string>} */
const kindNames = {};
/** @type {Kind|null} */
let kind = null;
let key = randomHex();

const openChange = prepareChange((changed) => {
  const place = certificates.findIndex((one) => one.id === changed.id);
  if (place >= 0) certificates[place] = changed;
  draw();
  tell(said, t("agency.changed", { what: nameOf(changed), state: stateWord(changed.state) }), "good");
});

/** @param {CertificateOut} one */
const nameOf = (one) => `${kindNames[one.kind] || one.kind} ${one.number}`;
/** @param {string} uscc */
const agencyOf = (uscc) => agencies.find((one) => one.uscc === uscc)?.name || uscc;

function draw() {
  list.replaceChildren(...certificates.map(row));
  byId("none").hidden = certificates.length > 0;
  byId("none").textContent = t(Object.keys(question).length ? "agency.none" : "agency.none_yet");
  byId("more").hidden = !cursor;
}

/** Expired is computed from the last day, as everywhere; only an active certificate can be it. @param {CertificateOut} one */
function shownState(one) {
  return one.state === "active" && one.valid_to && one.valid_to < day(new Date()) ? "expired" : one.state;
}

/** @param {CertificateOut} one */
function row(one) {
  const why = [one.reason, one.decision_number].filter(Boolean).join(" · ");
  return el("li", { class: "card certificate", "data-id": one.id, "data-state": one.state },
    el("div", { class: "certificate-words" },
      el("h3", {}, kindNames[one.kind] || one.kind, " ", stateChip(shownState(one))),
      el("p", {}, one.holders.map((holder) => holder.name).join("、"), " · ", one.number),
      el("p", { class: "hint" },
        one.valid_to ? t("agency.term", { from: one.valid_from, to: one.valid_to }) : t("agency.term_open", { from: one.valid_from }),
        " · ", agencyOf(one.agency)),
      why ? el("p", { class: "hint" }, t("agency.since", { date: dayAndTime(new Date(one.state_since)), why })) : null),
    el("div", { class: "actions" }, ...possible(one.state).map((event) => el("button", {
      type: "button", "data-event": event, onclick: () => openChange(event, one, nameOf(one)),
    }, t(`agency.do_${event}`)))));
}

/** Ask the server, which looks through everything stored; what a person is called stands in no address. */
async function load() {
  const body = cursor ? { ...question, limit: PAGE, cursor } : { ...question, limit: PAGE };
  const told = await call("POST", "/api/v1/certificate-searches", { body });
  certificates = [...certificates, ...told.items];
  cursor = told.next_cursor;
  draw();
}

/** What the form asks for; only what was filled in. */
function asked() {
  const filled = {
    text: byId("search", HTMLInputElement).value.trim(), kind: byId("find-kind", HTMLSelectElement).value,
    state: byId("find-state", HTMLSelectElement).value, agency: byId("find-agency", HTMLSelectElement).value,
  };
  return Object.fromEntries(Object.entries(filled).filter(([, value]) => value));
}

/** Begin at the first page with what the form asks for. */
async function find() {
  const wanted = asked();
  const told = await call("POST", "/api/v1/certificate-searches", { body: { ...wanted, limit: PAGE } });
  question = wanted;
  certificates = told.items;
  cursor = told.next_cursor;
  tell(said, "");
  draw();
}

function drawChoices() {
  /** @param {string} value  @param {string} words */
  const choice = (value, words) => el("option", { value }, words);
  byId("find-kind").append(...[...new Set(agencies.flatMap((one) => one.kinds))]
    .filter((code) => kindNames[code]).map((code) => choice(code, kindNames[code])));
  byId("find-state").append(...STATES.map((state) => choice(state, stateWord(state))));
  byId("find-agency").append(...agencies.map((one) => choice(one.uscc, one.name)));
}

async function loadKinds() {
  for (const one of (await call("GET", "/api/v1/kinds")).items) kindNames[one.code] = page.lang === "en" ? one.name_en : one.name;
  const mine = new Set(agencies.flatMap((one) => one.kinds));
  kindField.replaceChildren(...[...mine].filter((code) => kindNames[code]).map((code) =>
    el("option", { value: code }, `${kindNames[code]} ${code}`)));
}

async function chooseKind() {
  const agency = agencies.find((one) => one.kinds.includes(kindField.value));
  put(byId("by"), agency ? t("agency.issued_by", { agency: agency.name }) : "");
  kind = await fetchKind(kindField.value);
  drawFields(byId("fields"), kind);
}

async function issue() {
  if (!kind) return; // the form is open for a kind, or not at all
  clearFaults(form);
  tell(byId("form-problem"), "");
  const empty = missing(form);
  if (empty.length) {
    showFaults(form, empty);
    tell(byId("form-problem"), t("agency.some_required", { count: empty.length }), "bad");
    return;
  }
  const issued = await call("POST", "/api/v1/certificates", { body: readDraft(byId("fields"), kind), key });
  key = randomHex();
  certificates = [issued, ...certificates.filter((one) => one.id !== issued.id)];
  closeForm();
  draw();
  tell(said, t("agency.issued", { what: nameOf(issued), identifier: issued.identifier }), "good");
}

function closeForm() {
  form.hidden = true;
  byId("new").hidden = false;
  byId("new").focus();
}

/**
 * Run a deed, and say what went wrong where it went wrong.
 * @param {() => Promise<void>} deed  @param {HTMLElement} line  @param {HTMLElement} [place]
 */
async function attempt(deed, line, place) {
  try {
    await deed();
  } catch (failed) {
    if (!(failed instanceof Failed)) throw failed;
    const homeless = place ? showFaults(place, failed.errors) : [];
    const isPlaced = failed.errors.length > 0 && !homeless.length && place;
    tell(line, isPlaced ? t("agency.some_wrong", { count: failed.errors.length }) : [failed.words, ...homeless].join(" "), "bad");
  }
}

byId("new").addEventListener("click", () => attempt(async () => {
  await chooseKind();
  key = randomHex();
  tell(said, "");
  form.hidden = false;
  byId("new").hidden = true;
  kindField.focus();
}, said));
kindField.addEventListener("change", () => attempt(chooseKind, byId("form-problem")));
byId("dismiss").addEventListener("click", closeForm);
form.addEventListener("submit", (event) => {
  event.preventDefault();
  attempt(issue, byId("form-problem"), form);
});
byId("finding").addEventListener("submit", (event) => {
  event.preventDefault();
  attempt(find, said);
});
byId("find-all").addEventListener("click", () => {
  byId("finding", HTMLFormElement).reset();
  attempt(find, said);
});
byId("more").addEventListener("click", () => attempt(load, said));

attempt(async () => {
  await loadKinds();
  drawChoices();
  await find();
}, said).then(lookAtDisputes).then(() => {
  list.setAttribute("aria-busy", "false");
  document.documentElement.dataset.ready = "true";
});
