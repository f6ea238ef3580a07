// The identity check of a matter in mode L3, made before its request is opened: it goes with the request. The number
// that was read stays in its field until the request has it, and no longer.

import { byId, tell } from "./dom.js";
import { checkOf, isRead } from "./identity.js";
import { t } from "./page.js";

/** @import { IdentityOrder } from "./identity.js" */

/** Keep what the clerk says of it, where the matter takes a check. */
export function keepIdentityBefore() {
  const place = byId("before");
  const number = byId("before-number", HTMLInputElement);
  const said = byId("before-said");
  const later = byId("before-later", HTMLInputElement);

  function method() {
    const chosen = place.querySelector("input[type=radio]:checked");
    return chosen instanceof HTMLInputElement ? chosen.value : "";
  }

  function fit() {
    byId("before-number-field").hidden = number.disabled = !isRead(method());
    tell(said, "");
  }

  function clear() {
    later.checked = true;
    number.value = "";
    fit();
  }

  place.addEventListener("change", fit);
  return {
    clear,
    /** @param {boolean} isAsked  whether the matter takes a check at all */
    show(isAsked) {
      if (place.hidden === isAsked) clear();
      place.hidden = !isAsked;
    },
    /** The check as it goes with the request; nothing where it is made later, null where the number is missing. @returns {IdentityOrder|undefined|null} */
    check() {
      if (place.hidden || !method()) return undefined;
      if (!isRead(method()) || number.value.trim()) return checkOf(method(), number.value.trim());
      tell(said, t("counter.identity_number_missing"), "bad");
      number.focus();
      return null;
    },
  };
}
