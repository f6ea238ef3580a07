// Reporting a verification that is not as it should be: a dialog with a note, which keeps what was typed until it is sent.

import { Failed } from "./api.js";
import { byId, tell } from "./dom.js";

/**
 * Let the button #report open the dialog.
 * @param {() => string|null} current  the verification on the screen
 * @param {(id: string, note: string) => Promise<void>} send  @param {(id: string) => void} onSent
 */
export function letReport(current, send, onSent) {
  const dialog = byId("reporting");
  const note = byId("reporting-note");
  let id = "";

  byId("report").addEventListener("click", () => {
    id = current() || "";
    byId("reporting-number").textContent = id;
    tell(byId("reporting-problem"), "");
    dialog.showModal();
    note.focus();
  });
  byId("reporting-back").addEventListener("click", () => dialog.close());
  byId("reporting-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    byId("reporting-send").disabled = true;
    try {
      await send(id, note.value.trim());
      note.value = "";
      dialog.close();
      onSent(id);
    } catch (failed) {
      if (!(failed instanceof Failed)) throw failed;
      tell(byId("reporting-problem"), failed.words, "bad");
    } finally {
      byId("reporting-send").disabled = false;
    }
  });
}
