// Settling a dispute: a dialog with what is known of it, that says what will happen. What was typed stays until the hub
// has it, and goes with no other dispute.

import { Failed, Problem, call } from "./api.js";
import { byId, put, tell } from "./dom.js";
import { clearFaults, showFaults } from "./faults.js";
import { noteOf } from "./notes.js";
import { t } from "./page.js";

/** @import { DisputeOut } from "../../types/answers.js" */

/** What names a dispute: the holder's region, and the id that it has there. @param {DisputeOut} one */
export const addressOf = (one) => `${one.home}/${one.id}`;

/**
 * Prepare the dialog.
 * @param {(settled: DisputeOut) => void} onSettled  @param {() => void} onStale  somebody else settled it
 * @returns {(one: DisputeOut, words: {where: string, what: string, said: string, effect: string}) => void} opens it
 */
export function prepareSettling(onSettled, onStale) {
  const dialog = byId("settling", HTMLDialogElement);
  const form = byId("settling-form", HTMLFormElement);
  const note = byId("settling-note", HTMLTextAreaElement);
  const send = byId("settling-send", HTMLButtonElement);
  const problem = byId("settling-problem");
  /** @type {DisputeOut|null} */
  let dispute = null;

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!dispute || send.disabled) return; // the dialog is open for a dispute, or not at all
    const finding = new FormData(form).get("finding");
    clearFaults(form);
    tell(problem, "");
    if (!finding) {
      tell(problem, t("disputes.choose"), "bad");
      form.querySelector("input")?.focus();
      return;
    }
    const text = noteOf(note);
    send.disabled = true;
    try {
      const settled = await call("POST", `/api/v1/disputes/${dispute.home}/${dispute.id}/settlement`, { body: text ? { finding, note: text } : { finding } });
      form.reset();
      dialog.close();
      onSettled(settled);
    } catch (failed) {
      if (!(failed instanceof Failed)) throw failed;
      const homeless = showFaults(form, failed.errors);
      tell(problem, [failed.words, ...homeless].join(" "), "bad");
      if (failed instanceof Problem && failed.status === 409) onStale();
    } finally {
      send.disabled = false;
    }
  });
  byId("settling-back").addEventListener("click", () => dialog.close());

  return (one, { where, what, said, effect }) => {
    if (!dispute || addressOf(one) !== addressOf(dispute)) form.reset();
    dispute = one;
    clearFaults(form);
    tell(problem, "");
    put(byId("settling-where"), where);
    put(byId("settling-what"), what);
    put(byId("settling-note-said"), said);
    put(byId("settling-effect"), effect);
    dialog.showModal();
    dialog.scrollTop = 0;
    byId("settling-title").focus();
  };
}
