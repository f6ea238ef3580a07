// What a holder holds: choose, and show.

import { Failed, call } from "./api.js";
import { byId, el, tell } from "./dom.js";
import { page, pageOf, t } from "./page.js";
import { prepareShowing } from "./me-show.js";
import { stateChip, stateWord } from "./states.js";

/** @import { HeldOut } from "../../types/answers.js" */

const LARGE_KEY = "certhub.large";
const SOON_DAYS = 30;
const DAY_MS = 24 * 3600 * 1000;

const list = byId("held");
const said = byId("said");
const showButton = byId("show", HTMLButtonElement);
const form = byId("showing", HTMLFormElement);
/** @type {HeldOut[]} */
let held = [];

/** @param {HeldOut} one */
const shownAs = (one) => (one.acting_for ? t("me.showing_for", { kind: kindName(one), holder: one.acting_for }) : kindName(one));
/** @param {HeldOut} one */
const kindName = (one) => (page.lang === "en" ? one.name_en : one.name);
/** @param {HeldOut} one */
const agencyName = (one) => pageOf("me").agency_names[one.agency] || one.agency_name;
const chosen = () => held.filter((one) => byId(`hold-${one.id}`, HTMLInputElement).checked);
const mode = () => String(new FormData(form).get("mode") ?? "");
const showing = prepareShowing();

/** The state as the holder should read it: one that ends soon is told before a clerk tells them. @param {HeldOut} one */
function shownState(one) {
  const left = one.valid_to ? (Date.parse(`${one.valid_to}T23:59:59+08:00`) - Date.now()) / DAY_MS : Infinity;
  return one.state === "active" && left < SOON_DAYS ? "expiring" : one.state;
}

/** @param {HeldOut} one */
function card(one) {
  const state = shownState(one);
  const lines = [
    one.acting_for && t("me.acting_for", { name: one.acting_for }),
    one.valid_to ? t("me.valid_to", { date: one.valid_to }) : t("me.no_end"),
    agencyName(one) && t("me.issued_by", { agency: agencyName(one) }),
    t("me.number", { number: one.number }),
  ].filter(Boolean);
  return el("li", { class: `held-card ${state}` },
    el("label", {},
      el("input", { type: "checkbox", id: `hold-${one.id}`, onchange: update }),
      el("span", { class: "held-words" },
        el("strong", {}, kindName(one)), " ", stateChip(state),
        ...lines.map((line) => el("span", { class: "line" }, line)),
        state === "active" ? null : el("span", { class: "line todo" }, whatToDo(state, one)))));
}

/** @param {string} state  @param {HeldOut} one */
function whatToDo(state, one) {
  const agency = agencyName(one) || t("me.the_agency");
  if (state === "expiring") return t("me.todo_expiring", { agency });
  if (state === "expired") return t("me.todo_expired", { agency });
  if (state === "suspended") return t("me.todo_suspended", { agency });
  return t("me.todo_ended", { agency });
}

/** A sealed code carries one certificate, and only an active one; a ticket up to ten. */
function update() {
  const now = chosen();
  const isSealed = mode() === "sealed";
  const fits = isSealed ? now.length === 1 && now[0].state === "active" : now.length >= 1 && now.length <= 10;
  showButton.disabled = !fits;
  if (isSealed && now.length && !fits) tell(said, t("me.sealed_needs_one"), "warn");
  else if (now.length > 10) tell(said, t("me.at_most_ten"), "warn");
  else tell(said, "");
}

/** What a clerk will object to, in one sentence for each. @param {HeldOut[]} items */
function warnings(items) {
  return items
    .filter((one) => shownState(one) !== "active")
    .map((one) => t(shownState(one) === "expiring" ? "me.warn_soon" : "me.warn_refused", {
      kind: kindName(one), state: stateWord(shownState(one)),
    }))
    .join(" ");
}

async function load() {
  try {
    held = (await call("GET", "/api/v1/me/certificates")).items;
    list.replaceChildren(...held.map(card));
    if (!held.length) tell(said, t("me.nothing"), "warn");
  } catch (failed) {
    complain(failed);
  }
  list.setAttribute("aria-busy", "false");
  document.documentElement.dataset.ready = "true";
}

/** @param {unknown} failed */
function complain(failed) {
  if (!(failed instanceof Failed)) throw failed;
  tell(said, failed.words, "bad");
}

form.addEventListener("change", update);
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const items = chosen();
  if (!items.length || showButton.disabled) return;
  showButton.disabled = true; // a second press while the code is made would make another
  try {
    await showing.open({
      body: { items: items.map((one) => ({ certificate_id: one.id })), mode: mode() },
      warning: warnings(items),
      what: items.map(shownAs).join(page.lang === "en" ? ", " : "、"),
    });
  } catch (failed) {
    complain(failed);
  } finally {
    showButton.disabled = false;
  }
});

/** @param {boolean} isLarge */
function large(isLarge) {
  document.documentElement.dataset.size = isLarge ? "large" : "";
  byId("large").setAttribute("aria-pressed", String(isLarge));
}

byId("large").addEventListener("click", () => {
  const isLarge = document.documentElement.dataset.size !== "large";
  localStorage.setItem(LARGE_KEY, isLarge ? "yes" : "");
  large(isLarge);
});
large(localStorage.getItem(LARGE_KEY) === "yes");
load();
