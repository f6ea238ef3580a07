// The identity check of a matter in mode L3: how the clerk looked, and the number that was read. The number goes out
// once and stays nowhere: not in the field, not in the page.

import { Failed, call } from "./api.js";
import { byId, tell } from "./dom.js";
import { t } from "./page.js";
import { clockTime } from "./times.js";

/** @import { RequestStandingOut } from "../../types/answers.js" */

const WITH_NUMBER = "id_card_reader";
export const IDENTITY_CARD = "111"; // GB/T 36903, annex A

/** @typedef {{method: string, id_type?: string, id_number?: string}} IdentityOrder */

/** Whether a number is read in this way. @param {string} method */
export const isRead = (method) => method === WITH_NUMBER;

/** A check as the hub takes it. @param {string} method  @param {string} number  @returns {IdentityOrder} */
export const checkOf = (method, number) => (isRead(method) ? { method, id_type: IDENTITY_CARD, id_number: number } : { method });

/**
 * Let the clerk record a check of the request that waits.
 * @returns {(standing: RequestStandingOut|null, isAsked: boolean) => void} takes how the request stands
 */
export function letCheckIdentity() {
  const form = byId("identity", HTMLFormElement);
  const number = byId("identity-number", HTMLInputElement);
  const send = byId("identity-send", HTMLButtonElement);
  const said = byId("identity-said");
  let id = "";

  const method = () => String(new FormData(form).get("identity-method") ?? "");

  function fit() {
    byId("identity-number-field").hidden = !isRead(method());
    number.required = isRead(method());
  }

  /** @param {RequestStandingOut} standing */
  function drawCheck({ identity_check: check }) {
    if (!check) return;
    tell(said, t(check.has_number ? "counter.identity_done_number" : "counter.identity_done", {
      method: t(`counter.identity_${check.method}`), time: clockTime(new Date(check.at)),
    }), check.has_number ? "good" : "warn");
  }

  form.addEventListener("change", fit);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const asked = id;
    const typed = number.value.trim();
    if (isRead(method()) && !typed) {
      tell(said, t("counter.identity_number_missing"), "bad");
      number.focus();
      return;
    }
    number.value = "";
    send.disabled = true;
    try {
      const standing = await call("POST", `/api/v1/requests/${asked}/identity-check`, { body: checkOf(method(), typed) });
      if (asked === id) drawCheck(standing);
    } catch (failed) {
      if (!(failed instanceof Failed)) throw failed;
      if (asked === id) tell(said, failed.words, "bad");
    } finally {
      if (asked === id) send.disabled = false;
    }
  });

  return (standing, isAsked) => {
    form.hidden = !standing || !isAsked;
    if (standing && standing.request_id === id) {
      drawCheck(standing);
      return;
    }
    id = standing?.request_id ?? "";
    send.disabled = false; // a check that is on its way is of another request
    form.reset();
    fit();
    tell(said, "");
    if (standing) drawCheck(standing);
  };
}
