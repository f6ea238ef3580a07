// The matters that a counter works on: the list of the hub, and the choice that this machine keeps.

import { call } from "./api.js";
import { el } from "./dom.js";
import { page } from "./page.js";

/** @import { Matter } from "../../types/routes.js" */

const KEPT = "certhub.matter";
/** @type {Matter[]} */
let known = [];

/** @param {string} code  @returns {Matter|undefined} */
export const matterOf = (code) => known.find((one) => one.code === code);

/** @param {{name: string, name_en: string}|undefined} one  @returns {string} */
export const matterName = (one) => (one ? (page.lang === "en" ? one.name_en : one.name) : "");

/**
 * Fill the field with the hub's matters, the last choice first; `matterOf` has them.
 * @param {HTMLSelectElement} field
 * @throws {import("./api.js").Failed}
 */
export async function loadMatters(field) {
  known = (await call("GET", "/api/v1/matters")).items;
  field.replaceChildren(...known.map((one) => el("option", { value: one.code }, matterName(one))));
  const kept = localStorage.getItem(KEPT);
  if (kept !== null && matterOf(kept)) field.value = kept;
  field.addEventListener("change", () => localStorage.setItem(KEPT, field.value));
  openInPage(field);
}

/**
 * Open a list in the page where the browser would open one outside of it (no `appearance: base-select`): that one
 * takes every key before the page, and a scan into it would be lost. A list of several rows is part of the page.
 * @param {HTMLSelectElement} field
 */
function openInPage(field) {
  if (CSS.supports("appearance", "base-select")) return;
  const isOpen = () => field.size > 1;
  const close = () => field.removeAttribute("size");
  const open = () => {
    field.size = Math.max(2, field.options.length);
    field.focus();
  };
  field.addEventListener("mousedown", (event) => {
    if (isOpen()) return;
    event.preventDefault();
    open();
  });
  field.addEventListener("click", (event) => event.target !== field && close());
  field.addEventListener("blur", close);
  field.addEventListener("keydown", (event) => {
    const opens = !isOpen() && (event.key === " " || event.key === "F4" || event.key.startsWith("Arrow"));
    if (!opens && !(isOpen() && ["Enter", "Escape"].includes(event.key))) return;
    event.preventDefault();
    if (opens) open();
    else close();
  });
}
