// What a holder holds: choose for what, choose what, and show; or answer a counter that asks.

import { Failed, call } from "./api.js";
import { byId, el, tell } from "./dom.js";
import { keepLooks } from "./looks.js";
import { GLANCE, keepMatter, loadMatters, matterOf } from "./me-matters.js";
import { letAnswer } from "./me-request.js";
import { prepareShowing } from "./me-show.js";
import { page, pageOf, t } from "./page.js";
import { nameOf } from "./requirements.js";
import { stateChip, stateWord } from "./states.js";
import { listed } from "./titles.js";

/** @import { HeldOut } from "../../types/answers.js" */

const LARGE_KEY = "certhub.large";
const SOON_DAYS = 30;
const MOST = 10; // a ticket carries no more
const PAGE = 100; // certificates a request
const DAY_MS = 24 * 3600 * 1000;

const list = byId("held");
const said = byId("said");
const showButton = byId("show", HTMLButtonElement);
const againButton = byId("matter-again", HTMLButtonElement);
const form = byId("showing", HTMLFormElement);
const matterField = byId("matter", HTMLSelectElement);
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
const isGlance = () => matterField.value === GLANCE;

/** @param {string} id */
function nameOfHeld(id) {
  const one = held.find((each) => each.id === id);
  return one ? `${shownAs(one)} ${t("me.number", { number: one.number })}` : id;
}

const forMatter = keepMatter({
  nameOfHeld, onChange: update,
  onShow: (matter, items, isWanted) => {
    const chosenOnes = held.filter((one) => items.some((item) => item.certificate_id === one.id));
    return showing.open({
      body: { items, mode: "ticket", matter: matter.code },
      warning: warnings(chosenOnes), isWanted,
      what: t("me.showing_for_matter", { what: listed(chosenOnes.map(shownAs)), matter: nameOf(matter) }),
    });
  },
});
letAnswer(nameOfHeld);
const lookAtLooks = keepLooks();

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
function isOne() {
  const now = chosen();
  return now.length === 1 && now[0].state === "active";
}

const isSealed = () => isGlance() && mode() === "sealed";
const count = () => (isGlance() ? chosen().length : forMatter.count());

/** Whether "Show" may be pressed: of what stands in the way, nothing is said. */
function fit() {
  const isShowable = isGlance() ? !isSealed() || isOne() : forMatter.isShowable();
  showButton.disabled = !isShowable || count() < 1 || count() > MOST;
}

/** The choice is another: what stands in its way is said, in the place of what was said before. */
function update() {
  fit();
  if (isSealed() && count() && !isOne()) tell(said, t("me.sealed_needs_one"), "warn");
  else tell(said, count() > MOST ? t("me.at_most_ten") : "", "warn");
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

/** @param {string|null} cursor */
const pageAt = (cursor) => call("GET", `/api/v1/me/certificates?limit=${PAGE}${cursor ? `&cursor=${cursor}` : ""}`);

/** All that is held, page by page: who chooses sees everything that can be chosen. */
async function everything() {
  let told = await pageAt(null);
  const all = [...told.items];
  while (told.next_cursor) {
    told = await pageAt(told.next_cursor);
    all.push(...told.items);
  }
  return all;
}

async function load() {
  try {
    [held] = await Promise.all([everything(), loadMatters()]);
    list.replaceChildren(...held.map(card));
    await choose();
    if (!held.length) tell(said, t("me.nothing"), "warn");
  } catch (failed) {
    complain(failed);
  }
  list.setAttribute("aria-busy", "false");
  await lookAtLooks();
  document.documentElement.dataset.ready = "true";
}

/** @param {unknown} failed */
function complain(failed) {
  if (!(failed instanceof Failed)) throw failed;
  tell(said, failed.words, "bad");
}

/** Another matter: a glance chooses among all certificates, a matter among those that it takes. */
async function choose() {
  const matter = matterOf(matterField.value);
  byId("modes").hidden = !isGlance();
  list.hidden = matter !== undefined;
  list.classList.toggle("to-see", !isGlance());
  for (const one of held) byId(`hold-${one.id}`, HTMLInputElement).hidden = !isGlance();
  byId("choose").textContent = t(isGlance() ? "me.choose" : matter ? "me.choose_fields" : "me.choose_matter");
  byId("choose").hidden = byId("show-bar").hidden = matter !== undefined && matter.mode !== "L1";
  showButton.textContent = t(matter ? "me.look" : "me.show");
  againButton.hidden = true;
  try {
    await forMatter.take(matter);
    update();
  } catch (failed) {
    if (matter !== matterOf(matterField.value)) return; // another was chosen meanwhile
    fit();
    complain(failed);
    againButton.hidden = false;
  }
}

matterField.addEventListener("change", choose);
againButton.addEventListener("click", choose); // the same matter chosen again is no change of the field
byId("to-asked-code").addEventListener("click", () => byId("asked-code").focus());
form.addEventListener("change", update);
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (showButton.disabled) return;
  const items = chosen();
  showButton.disabled = true; // a second press while the code is made would make another
  tell(said, "");
  try {
    await (isGlance() ? showing.open({
      body: { items: items.map((one) => ({ certificate_id: one.id })), mode: mode() },
      warning: warnings(items),
      what: listed(items.map(shownAs)),
    }) : forMatter.preview());
  } catch (failed) {
    complain(failed);
  } finally {
    fit();
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
