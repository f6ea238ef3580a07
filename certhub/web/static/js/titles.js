// What the values of a certificate are called, and how they are written: claims by their titles, core names by ours.

import { page, t } from "./page.js";

/** @type {Record<string, string>} */
const CORE = {
  证照标识: "common.core_identifier", 证照编号: "common.core_number", 持证主体: "common.core_holder",
  持证主体代码: "common.core_holder_number",
};
/** @type {Record<string, string>} */
const names = "field_names" in page ? page.field_names : {};

/** @param {string} words */
export const capital = (words) => words.charAt(0).toUpperCase() + words.slice(1);

/** Several words one after the other, as the page's language lists them. @param {string[]} words */
export const listed = (words) => words.join(page.lang === "en" ? ", " : "、");

/** @param {string} title */
export const titleName = (title) => (title in CORE ? t(CORE[title]) : names[title] || title);

/** @param {unknown} given */
export const textOf = (given) => (Array.isArray(given) ? given : [given]).map(plain).join("、");

/** A holder's number is {type, number}; everything else is text. @param {unknown} given */
function plain(given) {
  if (!given || typeof given !== "object") return String(given);
  return String(("number" in given ? given.number : null) ?? JSON.stringify(given));
}
