// The counter's keys: a gun's scan, Enter for the next person, F4 for the field of codes, F8 for a request,
// F9 for the printer.

import { listenForGun } from "./gun.js";

/**
 * Listen on the whole document.
 * @param {{onCode: (code: string) => void, onProgress: (length: number) => void, onDone: () => void,
 *          onField: () => void, onPrint: () => void, onRequest: () => void}} heard
 *   `onCode` and `onProgress` as for gun.js; `onDone` is Enter where it presses no control
 */
export function listenForKeys({ onCode, onProgress, onDone, onField, onPrint, onRequest }) {
  listenForGun({
    onCode, onProgress,
    onEnter: (event) => {
      if (!(event.target instanceof Element && event.target.closest("button, a, summary, select"))) onDone();
    },
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "F4" && !event.altKey) onField();
    else if (event.key === "F8") {
      if (!event.repeat && !document.querySelector("dialog[open]")) onRequest();
    } else if (event.key === "F9") onPrint();
    else return;
    event.preventDefault();
  });
}
