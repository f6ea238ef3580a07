// The verifier's words for a report. Chinese sentences come with the report; English ones are filled here from
// the same catalogue (certhub_verifier/sentences.json), with the details that the facts carry.

import { fill, page } from "./page.js";
import { clockTime, day, dayAndTime } from "./times.js";

/**
 * @typedef {"valid"|"check"|"invalid"|"undetermined"} Verdict
 * @typedef {{fact: string, outcome: "yes"|"no"|"undetermined", cause?: string, as_of: string, evidence?: string,
 *            detail?: Record<string, string>}} Fact
 * @typedef {{kind: string, kind_name: string, kind_name_en: string, verdict: Verdict, code: string,
 *            result_number: number|null, facts: Fact[], disclosed: Record<string, any>}} Item
 * @typedef {{verification_id: string|null, verdict: Verdict, code: string, headline: string, next_step: string,
 *            as_of: string, channel: string, items: Item[], receipt_url: string|null,
 *            detail?: Record<string, string>}} Report
 * @typedef {{headline: string, nextStep: string}} Sentence
 */

const { codes, facts, outcomes, verdicts } = page.sentences;
const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d/;

const capital = (words) => words.charAt(0).toUpperCase() + words.slice(1);

/** @param {Verdict} verdict */
export const verdictWord = (verdict) => capital(verdicts[verdict]);

/** @param {string} fact */
export const factName = (fact) => capital(facts[fact] || fact);

/** @param {string} outcome */
export const outcomeWord = (outcome) => outcomes[outcome] || outcome;

/** @param {Item} item */
export const kindName = (item) => (page.lang === "en" ? item.kind_name_en : item.kind_name);

/**
 * @param {string} cause
 * @returns {string} the plainest words for it
 */
export function causeWords(cause) {
  const ways = codes[cause]?.headline;
  return ways ? ways[ways.length - 1] : cause;
}

/**
 * Return what the clerk is told about a report.
 * @param {Report} report
 * @param {{toldIn?: string, deficiencyAllowed?: boolean}} [options]
 *   `toldIn`: the language of the report's own sentences
 * @returns {Sentence}
 */
export function explain(report, { toldIn = "zh", deficiencyAllowed = false } = {}) {
  const entry = codes[report.code];
  if (toldIn === page.lang || !entry) return { headline: report.headline, nextStep: report.next_step };
  const known = detailsOf(report);
  const steps = (deficiencyAllowed && entry.deficiency) || entry.next_step;
  return { headline: best(entry.headline, known), nextStep: best(steps, known) };
}

/**
 * Return who stands behind an item, as the fact says it.
 * @param {Item} item
 */
export function behind(item) {
  const detail = item.facts.find((one) => one.fact === "stands_behind")?.detail || {};
  return inOurLanguage(detail, "agency") || inOurLanguage(detail, "region") || "";
}

/** @param {Report} report  @returns {Record<string, string>} placeholder → words */
function detailsOf(report) {
  const worst = report.items.find((item) => item.code === report.code);
  const told = Object.assign(
    {},
    worst?.facts.find((one) => one.fact === "stands_behind")?.detail,
    worst?.facts.find((one) => one.cause === report.code)?.detail,
    report.detail,
  );
  const names = Object.keys(told).filter((name) => !name.endsWith("_en") && told[name]);
  return Object.fromEntries(names.map((name) => [name, shown(inOurLanguage(told, name), report.as_of)]));
}

function inOurLanguage(detail, name) {
  return (page.lang === "en" && detail[`${name}_en`]) || detail[name];
}

function shown(value, asOf) {
  if (!MOMENT.test(value)) return value;
  const moment = new Date(value);
  if (day(moment) !== day(new Date(asOf))) return dayAndTime(moment);
  return fill(page.ages.today, { time: clockTime(moment) });
}

/** The first way of saying it whose details are all known; the last needs none. */
function best(ways, known) {
  const able = ways.find((way) => [...way.matchAll(/\{(\w+)\}/g)].every(([, name]) => name in known));
  return fill(able ?? ways[ways.length - 1], known);
}
