// How the requirements of a matter stand, as a list that is seen at one look: shape, word, name, and what is missing.

import { el, verdictIcon } from "./dom.js";
import { page, t } from "./page.js";
import { listed, titleName } from "./titles.js";

/** @import { AcceptedKind } from "../../types/answers.js" */
/** @import { Materials, Matter, Requirement, Verdict } from "../../types/routes.js" */
/** @typedef {Record<string, unknown>|null|undefined} Condition  as the hub tells it */
/** @typedef {{causeWords: (cause: string) => string, more?: (one: Requirement) => Node|null}} Say */

/** @type {Record<Requirement["state"], Verdict|"none">} */
const SHAPES = { met: "valid", missing: "invalid", not_applicable: "none", undetermined: "undetermined", deferred: "check" };
/** @type {Record<Materials, Verdict>} */
const WHOLE = { complete: "valid", incomplete: "invalid", undetermined: "undetermined" };

/** The name of a requirement, or of whatever else has one in both languages. @param {{name: string, name_en: string}} one */
export const nameOf = (one) => (page.lang === "en" ? one.name_en : one.name);

/** @param {Requirement} one */
export const stateWords = (one) => t(`common.requirement_${one.state}`);

/** The kinds of certificate that would do. @param {AcceptedKind[]} accepts */
export const kindsOf = (accepts) => listed(accepts.map((kind) => (page.lang === "en" ? kind.kind_name_en : kind.kind_name)));

/**
 * The condition under which a requirement is wanted, where a person has to say whether it holds; nothing elsewhere.
 * @param {Condition} condition
 */
export function conditionWords(condition) {
  if (condition?.when !== "declared") return "";
  return String((page.lang === "en" ? condition.text_en : condition.text) ?? "");
}

/** The same of a matter's requirement. @param {Matter|null|undefined} matter  @param {string} id  of the requirement */
export const conditionOf = (matter, id) => conditionWords(matter?.requirements.find((one) => one.id === id)?.condition);

/** @param {Materials} materials */
export const materialsWords = (materials) => t(`common.materials_${materials}`);

/** The shape and the word for the whole. @param {Materials} materials  @returns {Node[]} */
export const materialsHead = (materials) => [verdictIcon(WHOLE[materials]), el("span", {}, materialsWords(materials))];

/**
 * What stands under the name of a requirement: what met it, or what is missing and why.
 * @param {Requirement} one  @param {Say["causeWords"]} causeWords
 * @returns {string[]}
 */
export function linesOf(one, causeWords) {
  const isOpen = one.state !== "met" && one.state !== "not_applicable";
  return [
    metBy(one),
    one.state === "not_applicable" && one.declared_by ? t("common.requirement_declared") : "",
    one.cause && isOpen ? causeWords(one.cause) : "",
    isOpen && one.missing_fields?.length ? t("common.requirement_fields", { fields: listed(one.missing_fields.map(titleName)) }) : "",
    isOpen ? t("common.requirement_accepts", { kinds: kindsOf(one.accepts) }) : "",
  ].filter((line) => line !== "");
}

/** @param {Requirement} one */
function metBy(one) {
  if (one.state !== "met") return "";
  if (one.verification_id) return t("common.requirement_earlier");
  return typeof one.item === "number" ? t("common.requirement_item", { n: one.item + 1 }) : "";
}

/**
 * Draw the list.
 * @param {HTMLElement} place  a list element
 * @param {Requirement[]} requirements
 * @param {Say} say
 */
export function drawRequirements(place, requirements, { causeWords, more }) {
  place.replaceChildren(...requirements.map((one) => el("li", { class: `requirement ${one.state}`, "data-requirement": one.id },
    verdictIcon(SHAPES[one.state]),
    el("div", {},
      el("p", { class: "requirement-head" },
        el("strong", { class: "requirement-state" }, stateWords(one)), " ", el("span", {}, nameOf(one)),
        one.optional ? el("span", { class: "optional" }, t("common.requirement_optional")) : null),
      ...linesOf(one, causeWords).map((line) => el("p", { class: "requirement-line" }, line)),
      more ? more(one) : null))));
}
