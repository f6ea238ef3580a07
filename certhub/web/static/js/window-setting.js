// The window's name: a setting of the shift. It goes into every receipt, so it is changed on purpose, in a dialog,
// and a name that is a code or holds one is nobody's.

import { byId, put, tell } from "./dom.js";
import { looksLikeCode } from "./gun-run.js";
import { t } from "./page.js";

const KEY = "certhub.window";

/**
 * Keep the window's name in the bar.
 * @param {string} given  what the account says, where nobody changed it
 * @param {() => void} onChanged
 * @returns {{name: () => string, ask: () => void, dismiss: () => void}} `ask` opens the dialog
 */
export function keepWindow(given, onChanged) {
  const dialog = byId("window-dialog", HTMLDialogElement);
  const field = byId("window-name", HTMLInputElement);
  let name = kept() || given;

  function kept() {
    const found = (localStorage.getItem(KEY) || "").trim();
    if (!looksLikeCode(found)) return found;
    localStorage.removeItem(KEY);
    return "";
  }

  function show() {
    put(byId("window"), name || t("counter.window_none"));
  }

  function ask() {
    if (dialog.open) return;
    field.value = name;
    tell(byId("window-problem"), "");
    dialog.showModal();
    field.select();
  }

  byId("window-change").addEventListener("click", ask);
  byId("window-cancel").addEventListener("click", () => dialog.close());
  byId("window-form").addEventListener("submit", (event) => {
    event.preventDefault();
    const typed = field.value.trim();
    if (!typed || looksLikeCode(typed)) {
      tell(byId("window-problem"), t(typed ? "counter.window_is_code" : "counter.window_empty"), "bad");
      field.focus();
      return;
    }
    name = typed;
    localStorage.setItem(KEY, name);
    show();
    dialog.close();
    onChanged();
  });
  show();
  return { name: () => name, ask, dismiss: () => dialog.close() };
}
