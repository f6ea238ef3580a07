// Making elements without markup in strings: nothing that was typed or received is ever parsed as HTML.

/** @import { Verdict } from "../../types/routes.js" */
/** @typedef {string|number|boolean|null|undefined|((event: Event) => void)} Attribute */
/** @typedef {Node|string|null|undefined} Child */

const SVG = "http://www.w3.org/2000/svg";

/**
 * Return the element with an id; a page whose template lacks it, or has another there, is a mistake that should be loud.
 * @template {Element} [Made=HTMLElement]
 * @param {string} id
 * @param {new () => Made} [made]  what it must be, where any HTMLElement is not enough
 * @returns {Made}
 */
export function byId(id, made) {
  const found = document.getElementById(id);
  const wanted = /** @type {new () => Made} */ (made ?? HTMLElement);
  if (!(found instanceof wanted)) throw new Error(`the page has no ${wanted.name} #${id}`);
  return found;
}

const isEnglish = () => document.documentElement.lang.startsWith("en");
const HAN = /\p{Script=Han}/u;
/** Chinese, with its signs and the digits between them: "鄂演决字〔2026〕第1号". */
const HAN_RUN = /(\p{Script=Han}(?:[\p{Script=Han}\d\u3000-\u303f\uff00-\uffef*·-]*[\p{Script=Han}\u3000-\u303f\uff00-\uffef])?)/u;

/**
 * The language of a value that is not the page's: Chinese names and values stand as they are on an English page, and
 * a screen reader must not read them as English (WCAG 2.2, 3.1.2).
 * @param {string} text
 * @returns {"zh-CN"|null}
 */
export const foreignLang = (text) => (isEnglish() && HAN.test(text) && !/[A-Za-z]{3}/.test(text) ? "zh-CN" : null);

/**
 * A sentence that quotes a Chinese value keeps its own language, and the value says its.
 * @param {string} text
 * @returns {(Node|string)[]}
 */
function parts(text) {
  if (!isEnglish() || !HAN.test(text) || foreignLang(text)) return [text];
  return text.split(HAN_RUN).filter(Boolean).map((part) => {
    if (!HAN.test(part)) return part;
    const quoted = document.createElement("bdi");
    quoted.lang = "zh-CN";
    quoted.textContent = part;
    return quoted;
  });
}

/** Put a text into an element, with its language. @param {HTMLElement} place  @param {string} text */
export function put(place, text) {
  const lang = foreignLang(text);
  place.replaceChildren(...parts(text));
  if (lang) place.lang = lang;
  else place.removeAttribute("lang");
}

/**
 * Make an element. Attributes that are functions are listeners (`onclick`), true is an empty attribute, and
 * false, null and undefined are left out. A text in another language than the page's says so (`lang`).
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, Attribute>} [attributes]
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function el(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, String(value));
  }
  const lang = foreignLang(children.filter((child) => typeof child === "string").join(""));
  if (lang && !made.lang) made.lang = lang;
  const shown = children.filter((child) => child !== null && child !== undefined);
  made.append(...(made.lang || tag === "option" ? shown : shown.flatMap((child) => (typeof child === "string" ? parts(child) : [child]))));
  return made;
}

/**
 * Draw one of the four verdict shapes, which tell apart without colour: circle, triangle, octagon, square; `none` is
 * a bar, for what is not asked.
 * @param {Verdict|"none"} verdict
 * @returns {SVGElement}
 */
export function verdictIcon(verdict) {
  const [outline, mark] = {
    valid: ["M24 3a21 21 0 1 1 0 42a21 21 0 1 1 0-42z", "M14 25l7 7l14-15"],
    check: ["M24 4L46 43H2z", "M24 18v12M24 36v1"],
    invalid: ["M15 3h18l12 12v18L33 45H15L3 33V15z", "M16 16l16 16M32 16L16 32"],
    undetermined: ["M5 5h38v38H5z", "M18 19a6 6 0 1 1 8 6q-2 1-2 4M24 36v1"],
    none: ["M3 14h42v20H3z", "M13 24h22"],
  }[verdict];
  const icon = document.createElementNS(SVG, "svg");
  icon.setAttribute("viewBox", "0 0 48 48");
  icon.setAttribute("class", `verdict-icon ${verdict}`);
  icon.setAttribute("aria-hidden", "true");
  for (const [name, d] of [["outline", outline], ["mark", mark]]) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("class", name);
    path.setAttribute("d", d);
    icon.append(path);
  }
  return icon;
}

/**
 * Show a sentence in a status line, or hide the line.
 * @param {HTMLElement} line
 * @param {string} words  empty hides
 * @param {"good"|"warn"|"bad"} [tone]
 */
export function tell(line, words, tone = "good") {
  line.classList.remove("good", "warn", "bad");
  line.classList.add(tone);
  put(line, words);
  line.hidden = !words;
}
