// The verifier's words for a report: sentences come with it, names of facts and causes from the catalogue
// (certhub_verifier/sentences.json).

import { page, pageOf, t } from "./page.js";
import { capital } from "./titles.js";

/** @import { FactOut, ItemOut } from "../../types/answers.js" */
/** @import { Item, Report, Verdict } from "../../types/routes.js" */
/** @typedef {{headline: string, nextStep: string}} Sentence */

const { agency_names: agencyNames, sentences: { codes, facts, outcomes, verdicts } } = pageOf("counter");

/** @param {Verdict} verdict */
export const verdictWord = (verdict) => capital(verdicts[verdict]);

/** @param {string} fact */
export const factName = (fact) => capital(facts[fact] || fact);

/** @param {string} outcome */
export const outcomeWord = (outcome) => outcomes[outcome] || outcome;

/**
 * Whether an item is told at all, or is only one of those that were shown.
 * @param {Item} item
 * @returns {item is ItemOut}
 */
export const isTold = (item) => "facts" in item;

/** @param {Item} item */
export const kindName = (item) =>
  isTold(item) ? (page.lang === "en" ? item.kind_name_en : item.kind_name) : t("counter.untold");

/** @param {ItemOut} item  @returns {string} the issuing agency with its code; "" where it was not told */
export function issuerOf({ issuer }) {
  if (!issuer) return "";
  const name = (page.lang === "en" && agencyNames[issuer.code]) || issuer.name;
  return name && issuer.code ? t("counter.issuer_words", { name, code: issuer.code }) : name || issuer.code || "";
}

/** @param {ItemOut} item  @returns {string} from when until when; "" where it was not told */
export function validityOf({ valid_from: from, valid_to: to }) {
  if (!from) return "";
  return to ? t("counter.valid_from_to", { from, to }) : t("counter.valid_from_on", { from });
}

/**
 * @param {string} cause
 * @returns {string} the plainest words for it
 */
export function causeWords(cause) {
  const ways = codes[cause]?.headline;
  return ways ? ways[ways.length - 1] : cause;
}

/**
 * Return what the clerk is told about a report: the hub says it in both languages.
 * @param {Report} report
 * @returns {Sentence}
 */
export function explain(report) {
  if (page.lang === "en" && report.headline_en) {
    return { headline: report.headline_en, nextStep: report.next_step_en ?? report.next_step };
  }
  return { headline: report.headline, nextStep: report.next_step };
}

/**
 * Return who stands behind an item, as the fact says it.
 * @param {{facts: FactOut[]}} item
 */
export function behind(item) {
  const detail = item.facts.find((one) => one.fact === "stands_behind")?.detail || {};
  return inOurLanguage(detail, "agency") || inOurLanguage(detail, "region") || "";
}

/** @param {Record<string, string>} detail  @param {"agency"|"region"} name */
function inOurLanguage(detail, name) {
  return (page.lang === "en" && detail[`${name}_en`]) || detail[name];
}
