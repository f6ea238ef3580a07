// What the server knew when it drew the page, and its words.

import { byId } from "./dom.js";

/** @import { PageData, Pages } from "../../types/page.js" */

/** @type {PageData} */
export const page = JSON.parse(byId("page-data").textContent);

/**
 * Return the same with what only one page knows; a module of that page asks for it by the page's name.
 * @template {keyof Pages} Name
 * @param {Name} name
 * @returns {Pages[Name]}
 */
export function pageOf(name) {
  if (page.page !== name) throw new Error(`the page ${page.page} has nothing of ${name}`);
  return /** @type {Pages[Name]} */ (page);
}

/**
 * Return the text of a key, its {placeholders} filled.
 * @param {string} key
 * @param {Record<string, unknown>} [values]
 * @returns {string}
 */
export function t(key, values = {}) {
  const text = page.texts[key];
  if (text === undefined) throw new Error(`no text for ${key}`);
  return fill(text, values);
}

/**
 * Whether the catalogue has a key: for words of states and codes that a later server may add to.
 * @param {string} key
 */
export const has = (key) => key in page.texts;

/**
 * @param {string} text
 * @param {Record<string, unknown>} values
 * @returns {string}
 */
export function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? "…"));
}
