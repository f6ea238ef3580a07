// The demo's test cards: fetch a fresh code and type it in as a gun would.

import { call } from "./api.js";
import { typeLikeAGun } from "./gun.js";

/** @import { DemoCard } from "../../types/routes.js" */

/**
 * @param {string} name  @param {(card: DemoCard) => void} onDealt  told before the code is typed
 * @throws {import("./api.js").Failed}
 */
export async function dealCard(name, onDealt) {
  window.history.replaceState(null, "", location.pathname);
  const card = await call("POST", `/demo/cards/${encodeURIComponent(name)}`);
  onDealt(card);
  typeLikeAGun(card.code);
}
