// What a clerk does after a report, where the verifier's own step knows too little: it speaks of the certificates, not of
// the matter beside them, of a holder who consented on the phone, or of a value that nobody typed. Paper and receipt keep
// the verifier's words.

import { t } from "./page.js";
import { capital, titleName } from "./titles.js";
import { causeWords, isTold } from "./verdicts.js";

/** @import { Alternative, Report } from "../../types/routes.js" */
/** @import { Sentence } from "./verdicts.js" */
/** @typedef {"card"|"L2"|"L3"} Manner  how it was shown: a code that is scanned, a request, a request in person */

/** Their own steps say already that the matter lacks something, or that nothing was used. */
const SAYS_WHAT_IS_LACKING = ["NOT_NEEDED", "FIELDS_WITHHELD", "CLAIM_ABSENT", "MODE_L2", "MODE_L3"];

/**
 * In which manner the certificates of a report were shown. A mode that a matter demands and that was reached took a
 * request; where it demands none, only the page that made the request knows.
 * @param {Report} report  @param {Alternative[]} ways  of the matter  @param {boolean} isRequested  by this page
 * @returns {Manner}
 */
export function mannerOf(report, ways, isRequested) {
  const reached = report.items.filter(isTold)
    .filter((item) => item.facts.some((one) => one.fact === "mode" && one.outcome === "yes" && !one.cause))
    .map((item) => ways.filter((way) => way.kind === item.kind).map((way) => way.mode).sort()[0]);
  if (reached.includes("L3")) return "L3";
  return isRequested || reached.includes("L2") ? "L2" : "card";
}

/**
 * The claim that the matter compares with a value which was not typed, where that alone is why something is missing.
 * @param {Report} report  @param {Alternative[]} ways  of the matter
 * @returns {string} "" where there is none
 */
export function valueLacking({ code, items, requirements }, ways) {
  if (code !== "FIELDS_WITHHELD" || (requirements ?? []).some((one) => one.missing_fields?.length)) return "";
  const compared = items.filter(isTold).flatMap((item) => ways.filter((way) => way.kind === item.kind)
    .flatMap((way) => way.predicates)
    .filter((one) => one.name === "equals" && !(item.predicates ?? []).some((told) => told.name === "equals")));
  return String(compared[0]?.arguments.field ?? "");
}

/**
 * The words for why a requirement is open, where the reason is a value that nobody typed too.
 * @param {Report} report  @param {Alternative[]} ways  of the matter
 * @returns {(cause: string) => string}
 */
export function reasons(report, ways) {
  const field = titleName(valueLacking(report, ways));
  return (cause) => (field && cause === report.code ? t("counter.value_lacking", { field }) : causeWords(cause));
}

/**
 * What the band says: what is the case, and what to do now.
 * @param {Report} report  @param {Sentence} said  by the verifier  @param {Alternative[]} ways  @param {boolean} isRequested
 * @returns {Sentence}
 */
export function bandSentence(report, said, ways, isRequested) {
  const field = titleName(valueLacking(report, ways));
  if (field) return { headline: t("counter.value_lacking", { field }), nextStep: t("counter.value_lacking_step") };
  return { headline: said.headline, nextStep: nextStep(report, said, mannerOf(report, ways, isRequested)) };
}

/** @param {Report} report  @param {Sentence} said  @param {Manner} manner */
function nextStep({ code, materials, verdict }, said, manner) {
  const lacks = materials && materials !== "complete" ? t(`counter.act_${materials}`) : "";
  if (code !== "OK") {
    return lacks && verdict === "check" && !SAYS_WHAT_IS_LACKING.includes(code) ? both(said.nextStep, capital(lacks)) : said.nextStep;
  }
  if (lacks) return both(t("counter.act_but", { lacks }), t(`counter.act_${manner}`));
  return manner === "card" ? said.nextStep : both(t(`counter.act_${manner}`), t("counter.act_on"));
}

/** @param {string} first  @param {string} second */
const both = (first, second) => t("common.two_sentences", { first, second });
