// The dialog of a change of state: what it will do stands above what has to be typed.

import { Failed, Problem, call, randomHex } from "./api.js";
import { byId, put, tell } from "./dom.js";
import { clearFaults, showFaults } from "./faults.js";
import { t } from "./page.js";

/** What can be done in each state, and where it is asked for. */
const PATHS = {
  suspend: "suspension", reinstate: "reinstatement", revoke: "revocation", withdraw: "withdrawal", cancel: "cancellation",
};
const POSSIBLE = {
  active: ["suspend", "revoke", "withdraw", "cancel"],
  suspended: ["reinstate", "revoke", "withdraw", "cancel"],
};

/** @param {string} state  @returns {string[]} */
export const possible = (state) => POSSIBLE[state] || [];

/**
 * Prepare the dialog.
 * @param {(changed: any) => void} onChanged  with the certificate as it now is
 * @returns {(event: string, certificate: any, what: string) => void} opens it
 */
export function prepareChange(onChanged) {
  const dialog = byId("change");
  const form = byId("changing");
  /** @type {{event: string, certificate: any, key: string}|null} */
  let asked = null;

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    clearFaults(form);
    const body = { reason: byId("reason").value.trim(), decision_number: byId("decision").value.trim() };
    const empty = Object.keys(body).filter((name) => !body[name]);
    if (empty.length) {
      showFaults(form, empty.map((name) => ({ pointer: `/${name}`, message: t("agency.required") })));
      return;
    }
    byId("confirm").disabled = true;
    try {
      const path = `/api/v1/certificates/${asked.certificate.id}/${PATHS[asked.event]}`;
      const changed = await call("POST", path, { body, key: asked.key });
      dialog.close();
      onChanged(changed);
    } catch (failed) {
      complain(failed);
    } finally {
      byId("confirm").disabled = false;
    }
  });
  byId("cancel").addEventListener("click", () => dialog.close());

  function complain(failed) {
    if (!(failed instanceof Failed)) throw failed;
    if (failed instanceof Problem) asked.key = randomHex(); // what changes is another request
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
    byId("confirm").textContent = t("agency.confirm", { what: t(`agency.do_${event}`) });
    dialog.showModal();
    byId("reason").focus();
  };
}
