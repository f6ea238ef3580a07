// The verifier's words for a report: sentences come with it, names of facts and causes from the catalogue
// (certhub_verifier/sentences.json).

import { page, t } from "./page.js";

/**
 * @typedef {"valid"|"check"|"invalid"|"undetermined"} Verdict
 * @typedef {{fact: string, outcome: "yes"|"no"|"undetermined", cause?: string, as_of: string, evidence?: string,
 *            detail?: Record<string, string>}} Fact
 * @typedef {{kind: string, kind_name: string, kind_name_en: string, verdict: Verdict, code: string,
 *            result_number: number|null, facts: Fact[], disclosed: Record<string, any>, masked?: string[], holder?: string,
 *            issuer?: {code: string, name: string}|null, valid_from?: string|null, valid_to?: string|null}} Item
 *   an item that may not be told is {verdict, code} alone
 * @typedef {{verification_id: string|null, verdict: Verdict, code: string, headline: string, next_step: string,
 *            headline_en?: string, next_step_en?: string, as_of: string, channel: string, items: Item[],
 *            receipt_url: string|null}} Report
 * @typedef {{headline: string, nextStep: string}} Sentence
 */

const { codes, facts, outcomes, verdicts } = page.sentences;

const capital = (words) => words.charAt(0).toUpperCase() + words.slice(1);

/** @param {Verdict} verdict */
export const verdictWord = (verdict) => capital(verdicts[verdict]);

/** @param {string} fact */
export const factName = (fact) => capital(facts[fact] || fact);

/** @param {string} outcome */
export const outcomeWord = (outcome) => outcomes[outcome] || outcome;

/** Whether an item is told at all, or is only one of those that were shown. @param {Item} item */
export const isTold = (item) => item.facts !== undefined;

/** @param {Item} item */
export const kindName = (item) =>
  isTold(item) ? (page.lang === "en" ? item.kind_name_en : item.kind_name) : t("counter.untold");

/** @param {Item} item  @returns {string} the issuing agency with its code; "" where it was not told */
export function issuerOf({ issuer }) {
  if (!issuer) return "";
  const name = (page.lang === "en" && page.agency_names[issuer.code]) || issuer.name;
  return name && issuer.code ? t("counter.issuer_words", { name, code: issuer.code }) : name || issuer.code || "";
}

/** @param {Item} item  @returns {string} from when until when; "" where it was not told */
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
    return { headline: report.headline_en, nextStep: report.next_step_en };
  }
  return { headline: report.headline, nextStep: report.next_step };
}

/**
 * Return who stands behind an item, as the fact says it.
 * @param {Item} item
 */
export function behind(item) {
  const detail = item.facts.find((one) => one.fact === "stands_behind")?.detail || {};
  return inOurLanguage(detail, "agency") || inOurLanguage(detail, "region") || "";
}

function inOurLanguage(detail, name) {
  return (page.lang === "en" && detail[`${name}_en`]) || detail[name];
}
