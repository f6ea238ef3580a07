// Covered values: the hub sends them covered, and gives each whole one only when it is asked for, on record.

import { call } from "./api.js";

/** @import { ItemOut } from "../../types/answers.js" */
/** @import { Report } from "../../types/routes.js" */

/**
 * Whether a value came covered and can be asked for.
 * @param {ItemOut} item  @param {string} title  @param {Report} report
 */
export const canReveal = (item, title, report) => Boolean(report.verification_id) && (item.masked || []).includes(title);

/**
 * Ask for one whole value; that it was asked for is on record before it comes.
 * @param {Report} report  @param {number} place  of the item, from 0 on  @param {string} field
 * @returns {Promise<unknown>}
 * @throws {import("./api.js").Failed}
 */
export async function reveal(report, place, field) {
  const body = { item: place, field };
  return (await call("POST", `/api/v1/verifications/${report.verification_id}/reveal`, { body })).value;
}
