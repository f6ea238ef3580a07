// Reporting a verification that is not as it should be: a dialog with a note, which keeps what was typed until it is
// sent. The note belongs to its verification, and goes with no other.

import { Failed } from "./api.js";
import { byId, tell } from "./dom.js";
import { noteOf } from "./notes.js";
import { t } from "./page.js";

/**
 * Let the button #report open the dialog.
 * @param {() => string|null} current  the verification on the screen
 * @param {(id: string, note: string) => Promise<void>} send  @param {(id: string) => void} onSent
 * @param {(code: string) => void} onLater  told the last code that was scanned meanwhile, once the dialog is closed
 * @returns {(code: string) => boolean} keeps a code while the dialog is open, and says so there; false: it is closed
 */
export function letReport(current, send, onSent, onLater) {
  const dialog = byId("reporting", HTMLDialogElement);
  const note = byId("reporting-note", HTMLTextAreaElement);
  const waiting = byId("reporting-waiting");
  const sending = byId("reporting-send", HTMLButtonElement);
  let id = "";
  let later = "";

  byId("report").addEventListener("click", () => {
    const shown = current() || "";
    if (shown !== id) note.value = "";
    id = shown;
    tell(waiting, "");
    byId("reporting-number").textContent = id;
    tell(byId("reporting-problem"), "");
    dialog.showModal();
    note.focus();
  });
  byId("reporting-back").addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => {
    const code = later;
    later = "";
    if (code) onLater(code);
  });
  byId("reporting-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    sending.disabled = true;
    try {
      await send(id, noteOf(note));
      note.value = "";
      dialog.close();
      onSent(id);
    } catch (failed) {
      if (!(failed instanceof Failed)) throw failed;
      tell(byId("reporting-problem"), failed.words, "bad");
    } finally {
      sending.disabled = false;
    }
  });
  return (code) => {
    if (!dialog.open) return false;
    later = code;
    tell(waiting, t("counter.reporting_waiting"), "warn");
    return true;
  };
}
