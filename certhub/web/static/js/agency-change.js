// The dialog of a change of state: what it will do stands above what has to be typed.

import { Failed, Problem, call, randomHex } from "./api.js";
import { byId, put, tell } from "./dom.js";
import { clearFaults, showFaults } from "./faults.js";
import { t } from "./page.js";

/** @import { CertificateOut } from "../../types/answers.js" */

/** What can be done in each state, and where it is asked for. @type {Record<string, string>} */
const PATHS = {
  suspend: "suspension", reinstate: "reinstatement", revoke: "revocation", withdraw: "withdrawal", cancel: "cancellation",
};
/** @type {Record<string, string[]>} */
const POSSIBLE = {
  active: ["suspend", "revoke", "withdraw", "cancel"],
  suspended: ["reinstate", "revoke", "withdraw", "cancel"],
};

/** @param {string} state  @returns {string[]} */
export const possible = (state) => POSSIBLE[state] || [];

/**
 * Prepare the dialog.
 * @param {(changed: CertificateOut) => void} onChanged  with the certificate as it now is
 * @returns {(event: string, certificate: CertificateOut, what: string) => void} opens it
 */
export function prepareChange(onChanged) {
  const dialog = byId("change", HTMLDialogElement);
  const form = byId("changing", HTMLFormElement);
  const reason = byId("reason", HTMLInputElement);
  const decision = byId("decision", HTMLInputElement);
  const confirm = byId("confirm", HTMLButtonElement);
  /** @type {{event: string, certificate: CertificateOut, key: string}|null} */
  let asked = null;

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!asked) return; // the dialog is open for something, or not at all
    clearFaults(form);
    const body = { reason: reason.value.trim(), decision_number: decision.value.trim() };
    const empty = Object.entries(body).filter(([, value]) => !value);
    if (empty.length) {
      showFaults(form, empty.map(([name]) => ({ pointer: `/${name}`, message: t("agency.required") })));
      return;
    }
    confirm.disabled = true;
    try {
      const { certificate, key } = asked;
      const changed = await call("POST", `/api/v1/certificates/${certificate.id}/${PATHS[asked.event]}`, { body, key });
      dialog.close();
      onChanged(changed);
    } catch (failed) {
      complain(failed);
    } finally {
      confirm.disabled = false;
    }
  });
  byId("cancel").addEventListener("click", () => dialog.close());

  /** @param {unknown} failed */
  function complain(failed) {
    if (!(failed instanceof Failed)) throw failed;
    if (asked && failed instanceof Problem) asked.key = randomHex(); // what changes is another request
    const homeless = showFaults(form, failed.errors);
    tell(byId("change-problem"), [failed.words, ...homeless].join(" "), "bad");
  }

  return (event, certificate, what) => {
    asked = { event, certificate, key: randomHex() };
    form.reset();
    clearFaults(form);
    tell(byId("change-problem"), "");
    byId("change-title").textContent = t(`agency.do_${event}`);
    put(byId("change-what"), what);
    byId("change-effect").textContent = t(`agency.effect_${event}`);
    confirm.textContent = t("agency.confirm", { what: t(`agency.do_${event}`) });
    dialog.showModal();
    reason.focus();
  };
}
