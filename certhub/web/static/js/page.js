// What the server knew when it drew the page, and its words.

/**
 * @typedef {Object} PageData
 * @property {string} page        name of the page
 * @property {"zh"|"en"} lang
 * @property {string} html_lang   for Intl
 * @property {string|null} role   the role that this page speaks for
 * @property {{code: string, name: string}} region
 * @property {string} now         the server's time when the page was drawn
 * @property {{name: string, office: string, window: string}} [actor]
 * @property {Record<string, string>} texts
 * @property {Record<string, string>} ages  words for "5 minutes ago"
 */

/** @type {PageData & Record<string, any>} */
export const page = JSON.parse(document.getElementById("page-data").textContent);

/**
 * Return the text of a key, its {placeholders} filled.
 * @param {string} key
 * @param {Record<string, string|number>} [values]
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
 * @param {Record<string, string|number>} values
 */
export function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? "…"));
}
