// Whether the hub can be reached, and how old its trust list is: always on the screen.

import { clock } from "./api.js";
import { pageOf, t } from "./page.js";
import { ageOf } from "./times.js";

/** @import { HealthOut } from "../../types/answers.js" */
/** @typedef {"online"|"not_ready"|"down"|"no_network"} State */

const EVERY_MS = 20_000;
const CLOCK_LIMIT_SECONDS = 60;

/**
 * Keep the badge and the warning about a wrong clock.
 * @param {HTMLElement} badge
 * @param {HTMLElement} warning
 * @returns {{look: () => Promise<State>}} looks now
 */
export function watchConnection(badge, warning) {
  let trustAsOf = pageOf("counter").trust_as_of;

  async function look() {
    /** @type {State} */
    let state = navigator.onLine ? "down" : "no_network";
    try {
      const response = await fetch("/readyz", { cache: "no-store" });
      /** @type {HealthOut} */
      const told = await response.json();
      state = told.ready ? "online" : "not_ready";
      const asOf = told.checks.find((one) => one.check === "trust")?.detail?.as_of;
      if (asOf) trustAsOf = String(asOf);
      const date = Date.parse(response.headers.get("Date") || "");
      if (date) clock.ahead = Math.round((Date.now() - date) / 1000);
    } catch {
      // the state says it
    }
    show(state);
    return state;
  }

  /** @param {State} state */
  function show(state) {
    const age = trustAsOf ? ageOf(trustAsOf, Date.now() - (clock.ahead || 0) * 1000) : t("counter.no_list");
    badge.className = `badge ${state}`;
    const words = t(`counter.connection_${state}`, { age });
    if (badge.textContent !== words) badge.textContent = words;
    const seconds = clock.ahead || 0;
    const isWrong = Math.abs(seconds) > CLOCK_LIMIT_SECONDS;
    warning.hidden = !isWrong;
    if (isWrong) {
      const key = seconds > 0 ? "counter.clock_fast" : "counter.clock_slow";
      warning.textContent = t(key, { minutes: Math.max(1, Math.round(Math.abs(seconds) / 60)) });
    }
  }

  look();
  setInterval(look, EVERY_MS);
  addEventListener("online", look);
  addEventListener("offline", look);
  return { look };
}
