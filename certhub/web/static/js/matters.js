// The matters that a counter works on: the list of the hub, and the choice that this machine keeps.

import { call } from "./api.js";
import { el } from "./dom.js";
import { page } from "./page.js";

const KEPT = "certhub.matter";

/** @param {{name: string, name_en: string}|undefined} one */
export const matterName = (one) => (one ? (page.lang === "en" ? one.name_en : one.name) : "");

/**
 * Fill the field with the hub's matters, the last choice first; `page.matters` has them.
 * @param {HTMLSelectElement} field
 * @throws {import("./api.js").Failed}
 */
export async function loadMatters(field) {
  page.matters = [];
  page.matters = (await call("GET", "/api/v1/matters")).items;
  field.replaceChildren(...page.matters.map((one) => el("option", { value: one.code }, matterName(one))));
  const kept = localStorage.getItem(KEPT);
  if (page.matters.some((one) => one.code === kept)) field.value = kept;
  field.addEventListener("change", () => localStorage.setItem(KEPT, field.value));
}
