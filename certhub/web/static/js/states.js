// The state of a certificate in words, as a chip that does not depend on colour alone.

import { el, verdictIcon } from "./dom.js";
import { has, t } from "./page.js";

/** @import { Verdict } from "../../types/routes.js" */

/** @type {Record<string, Verdict>} */
const SHAPES = {
  active: "valid", expiring: "check", expired: "invalid", intended: "undetermined", suspended: "invalid", superseded: "invalid",
  cancelled: "invalid", revoked: "invalid", withdrawn: "invalid", voided: "invalid", transferred_out: "invalid",
};

/** @param {string} state  @returns {string} */
export const stateWord = (state) => (has(`common.state_${state}`) ? t(`common.state_${state}`) : state);

/** @param {string} state  @returns {HTMLElement} */
export function stateChip(state) {
  const shape = SHAPES[state] || "invalid";
  return el("span", { class: `chip ${shape}`, "data-state": state }, verdictIcon(shape), stateWord(state));
}
