// The demo's test cards at the counter (`/counter?card=valid`): fetch a fresh code and type it in as a gun would.

import { call } from "./api.js";
import { typeLikeAGun } from "./card-typing.js";
import { offline, started, tried } from "./counter.js";
import { byId } from "./dom.js";

/**
 * @param {string} name
 * @throws {import("./api.js").Failed}
 */
async function dealCard(name) {
  window.history.replaceState(null, "", location.pathname);
  const matter = byId("matter", HTMLSelectElement);
  matter.selectedIndex = 0; // the first matter is the one that a card's face speaks of
  matter.dispatchEvent(new Event("change"));
  const card = await call("POST", `/demo/cards/${encodeURIComponent(name)}`);
  const { code, report, offline_hours } = card;
  if (report && offline_hours !== undefined) offline.set(code, { report, offline_hours });
  typeLikeAGun(code);
}

const named = new URLSearchParams(location.search).get("card");
if (named) {
  started.then(async () => {
    const { dataset } = document.documentElement;
    delete dataset.ready; // the page is ready once its card is dealt
    await tried(() => dealCard(named));
    dataset.ready = "true";
  });
}
