// One question of a counter to the hub, and the line that its answer makes in the list.

import { NoAnswer, call } from "./api.js";
import { isTold, kindName } from "./verdicts.js";

/** @import { OfflineReport, Report } from "../../types/routes.js" */
/**
 * @typedef {{matter: string, window: string, case_number?: string, not_applicable?: string[]}} About  what is asked, however
 * @typedef {About & {code: string, verification_id: string}} Question
 */

/**
 * Ask; the same question once more when no answer came, under the same id.
 * @param {Question} question  @param {() => void} onAgain
 * @returns {Promise<Report>}
 */
export async function ask(question, onAgain) {
  try {
    return await call("POST", "/api/v1/verifications", { body: question });
  } catch (failed) {
    if (!(failed instanceof NoAnswer)) throw failed;
    onAgain();
    return call("POST", "/api/v1/verifications", { body: question });
  }
}

/**
 * @param {Report} report  @param {About} question  @param {OfflineReport} [alone]  made without the hub
 * @returns {import("./history.js").Line}
 */
export function lineOf(report, question, alone) {
  return {
    id: report.verification_id, at: Date.now(), verdict: report.verdict, kinds: report.items.map(kindName), outcome: null,
    name: report.items.filter(isTold).map((item) => item.holder).find(Boolean) || "", matter: question.matter, window: question.window,
    caseNumber: question.case_number || "", ...(alone ? { report, offline: alone } : {}),
  };
}
