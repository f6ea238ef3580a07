// The demo's first page: 重置演示 asks first, and says afterwards what it did.

import { Failed, call } from "./api.js";
import { byId, tell } from "./dom.js";
import { t } from "./page.js";

/** The deed is the operator's, whose page signs in; this page sets no cookie before it is needed. */
async function signIn() {
  await fetch("/ops", { cache: "no-store" }).catch(() => null); // no network: the call says so
}

const dialog = byId("resetting", HTMLDialogElement);
const confirm = byId("reset-confirm", HTMLButtonElement);

byId("reset").addEventListener("click", () => {
  tell(byId("reset-problem"), "");
  tell(byId("reset-said"), "");
  dialog.showModal();
  byId("reset-back").focus();
});
byId("reset-back").addEventListener("click", () => dialog.close());
byId("reset-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  confirm.disabled = true;
  try {
    await signIn();
    const did = await call("POST", "/demo/reset");
    dialog.close();
    tell(byId("reset-said"), t("home.reset_done", { ...did, resumed: did.resumed.length }), "good");
  } catch (failed) {
    if (!(failed instanceof Failed)) throw failed;
    tell(byId("reset-problem"), failed.words, "bad");
  } finally {
    confirm.disabled = false;
  }
});
document.documentElement.dataset.ready = "true";
