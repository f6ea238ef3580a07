// Objecting to a look: a dialog that says what will happen, and keeps what was typed until the hub has it. What was
// typed belongs to its look, and goes with no other.

import { Failed, call } from "./api.js";
import { byId, put, tell } from "./dom.js";
import { clearFaults, showFaults } from "./faults.js";
import { noteOf } from "./notes.js";
import { page, pageOf, t } from "./page.js";
import { serverNow } from "./server-time.js";
import { day } from "./times.js";

/** @import { DisputeState, LookOut } from "../../types/answers.js" */

const DAY_MS = 24 * 3600 * 1000;

/**
 * Prepare the dialog.
 * @param {(id: string, dispute: DisputeState) => void} onSent
 * @param {(words: string) => void} onFailed  told of a look that the dialog has left
 * @returns {(look: LookOut, where: string, what: string) => void} opens it
 */
export function prepareDispute(onSent, onFailed) {
  const dialog = byId("disputing", HTMLDialogElement);
  const form = byId("disputing-form", HTMLFormElement);
  const note = byId("disputing-note", HTMLTextAreaElement);
  const send = byId("disputing-send", HTMLButtonElement);
  const problem = byId("disputing-problem");
  let id = "";
  const isOpenFor = (/** @type {string} */ asked) => asked === id && dialog.open;

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!id || send.disabled) return; // the dialog is open for a look, or not at all
    const asked = id;
    const text = noteOf(note);
    clearFaults(form);
    tell(problem, "");
    send.disabled = true;
    try {
      const dispute = await call("POST", `/api/v1/me/looks/${asked}/dispute`, { body: text ? { note: text } : {} });
      if (asked === id) {
        note.value = "";
        dialog.close();
      }
      onSent(asked, dispute);
    } catch (failed) {
      if (!(failed instanceof Failed)) throw failed;
      if (!isOpenFor(asked)) {
        onFailed(failed.words);
        return;
      }
      const homeless = showFaults(form, failed.errors);
      tell(problem, [failed.words, ...homeless].join(" "), "bad");
    } finally {
      if (asked === id) send.disabled = false;
    }
  });
  byId("disputing-back").addEventListener("click", () => dialog.close());

  return (look, where, what) => {
    if (look.id !== id) {
      note.value = "";
      send.disabled = false; // what is on its way is of another look
    }
    id = look.id;
    clearFaults(form);
    tell(problem, "");
    put(byId("disputing-where"), where);
    put(byId("disputing-what"), what);
    const date = day(serverNow() + pageOf("me").answer_days * DAY_MS);
    const region = page.lang === "en" ? look.region_name_en : look.region_name;
    put(byId("disputing-effect"), look.region === page.region.code
      ? t("me.dispute_effect", { date }) : t("me.dispute_effect_elsewhere", { date, region }));
    dialog.showModal();
    dialog.scrollTop = 0;
    byId("disputing-title").focus();
  };
}
