// Covered values: the hub sends them covered, and gives each whole one only when it is asked for, on record.

import { call } from "./api.js";

/**
 * @typedef {import("./verdicts.js").Report} Report
 * @typedef {import("./verdicts.js").Item} Item
 */

/**
 * Whether a value came covered and can be asked for.
 * @param {Item} item  @param {string} title  @param {Report} report
 */
export const canReveal = (item, title, report) => Boolean(report.verification_id) && (item.masked || []).includes(title);

/**
 * Ask for one whole value; that it was asked for is on record before it comes.
 * @param {Report} report  @param {number} place  of the item, from 0 on  @param {string} field
 * @returns {Promise<any>}
 * @throws {import("./api.js").Failed}
 */
export async function reveal(report, place, field) {
  const path = `/api/v1/verifications/${report.verification_id}/reveal`;
  return (await call("POST", path, { body: { item: place, field } })).value;
}
