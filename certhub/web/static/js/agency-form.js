// The form of a certificate, made from its kind: holders, dates, then every claim that the schema names.

import { call } from "./api.js";
import { el } from "./dom.js";
import { page, pageOf, t } from "./page.js";
import { day } from "./times.js";

/** @import { Kind, KindField } from "../../types/routes.js" */
/** @import { Attribute } from "./dom.js" */
/** @typedef {HTMLInputElement|HTMLTextAreaElement|HTMLSelectElement} Control */

const ORGANISATION = "001";
const RESIDENT = "111";
const MAX_HOLDERS_DRAWN = 2;

/** @param {string} code  @returns {Promise<Kind>} */
export const fetchKind = (code) => call("GET", `/api/v1/kinds/${encodeURIComponent(code)}`);

/**
 * Draw the fields of a kind.
 * @param {HTMLElement} place
 * @param {Kind} kind
 */
export function drawFields(place, kind) {
  const holders = Math.min(Math.max(kind.min_holders, 1), MAX_HOLDERS_DRAWN);
  const today = day(new Date());
  place.replaceChildren(
    ...Array.from({ length: holders }, (_, n) => holderFields(kind, n, holders)),
    group(t("agency.about"),
      field("/number", t("agency.number"), { maxlength: 64 }),
      field("/issued_on", t("agency.issued_on"), { type: "date", value: today }),
      field("/valid_from", t("agency.valid_from"), { type: "date", value: today }),
      field("/valid_to", t("agency.valid_to"), { type: "date" }, t("agency.valid_to_hint"))),
    group(t("agency.claims"), ...kind.fields.map(claimField)),
  );
}

/**
 * Read the form as the API takes it; empty claims that are not required are left out.
 * @param {HTMLElement} place
 * @param {Kind} kind
 */
export function readDraft(place, kind) {
  /** @param {string} pointer */
  const at = (pointer) => {
    /** @type {Control|null} */
    const control = place.querySelector(`[data-pointer="${CSS.escape(pointer)}"]`);
    return control?.value.trim() ?? "";
  };
  const count = place.querySelectorAll("[data-holder]").length;
  const claims = kind.fields.map((one) => [one.title, at(`/claims/${one.title}`)]);
  return {
    kind: kind.code,
    holders: Array.from({ length: count }, (_, n) => ({
      name: at(`/holders/${n}/name`), id_type: at(`/holders/${n}/id_type`), id_number: at(`/holders/${n}/id_number`),
    })),
    number: at("/number"), issued_on: at("/issued_on"), valid_from: at("/valid_from"),
    valid_to: at("/valid_to") || null,
    claims: Object.fromEntries(claims.filter(([, value]) => value !== "")),
  };
}

/**
 * Find what is empty and must not be, before the server is asked.
 * @param {HTMLElement} place
 * @returns {{pointer: string, message: string}[]}
 */
export function missing(place) {
  /** @type {NodeListOf<Control>} */
  const required = place.querySelectorAll("[data-pointer][required]");
  return Array.from(required)
    .filter((one) => !one.value.trim())
    .map((one) => ({ pointer: one.dataset.pointer ?? "", message: t("agency.required") }));
}

/** @param {Kind} kind  @param {number} n  @param {number} count */
function holderFields(kind, n, count) {
  const usual = kind.holder_category === "legal" ? ORGANISATION : RESIDENT;
  const types = pageOf("agency").id_types.map((one) =>
    el("option", { value: one.code, selected: one.code === usual }, `${one.code} ${one.name}`));
  const made = group(count > 1 ? t("agency.holder_n", { n: n + 1 }) : t("agency.holder"),
    field(`/holders/${n}/name`, t("agency.holder_name"), { maxlength: 200 }),
    wrap(`/holders/${n}/id_type`, t("agency.holder_type"), el("select", {}, ...types)),
    field(`/holders/${n}/id_number`, t("agency.holder_number"), { maxlength: 64 }));
  made.dataset.holder = String(n);
  return made;
}

/** @param {KindField} one */
function claimField(one) {
  const label = page.lang === "en" ? `${one.title_en} ${one.title}` : one.title;
  const pointer = `/claims/${one.title}`;
  if (one.max_length > 400) return wrap(pointer, label, el("textarea", { rows: 3, maxlength: one.max_length, required: one.required }));
  const type = one.format === "date" ? "date" : "text";
  return field(pointer, label, { type, maxlength: type === "text" ? one.max_length : null, required: one.required });
}

/** @param {string} legend  @param {...HTMLElement} children */
function group(legend, ...children) {
  return el("fieldset", {}, el("legend", {}, legend), ...children);
}

/** @param {string} pointer  @param {string} label  @param {Record<string, Attribute>} attributes  @param {string} [hint] */
function field(pointer, label, attributes, hint) {
  const isOptional = pointer === "/valid_to" || attributes.required === false;
  return wrap(pointer, label, el("input", { autocomplete: "off", required: !isOptional, ...attributes }), hint);
}

/** @param {string} pointer  @param {string} label  @param {Control} control  @param {string} [hint] */
function wrap(pointer, label, control, hint) {
  control.id = `at${pointer.replace(/\//g, "-")}`;
  control.dataset.pointer = pointer;
  return el("div", { class: "field" },
    el("label", { for: control.id }, label, control.tagName !== "SELECT" && !control.required ? el("small", {}, t("agency.optional")) : null),
    control,
    hint ? el("p", { class: "hint" }, hint) : null,
    el("p", { class: "fault", "data-fault": pointer }));
}
