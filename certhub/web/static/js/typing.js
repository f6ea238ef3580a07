// The field for codes that are typed or pasted by hand.

import { byId, tell } from "./dom.js";
import { t } from "./page.js";

/** @param {(code: string) => void} onCode */
export function letType(onCode) {
  const field = byId("code", HTMLInputElement);
  byId("typing").addEventListener("submit", (event) => {
    event.preventDefault();
    if (field.value.trim()) onCode(field.value.trim());
    else field.focus();
  });
  byId("paste").addEventListener("click", async () => {
    field.focus();
    const text = await navigator.clipboard?.readText().catch(() => "");
    if (text) field.value = text.trim();
    tell(byId("typing-said"), text ? "" : t("counter.paste_by_hand"), "warn");
  });
}
