// The white page that a clerk scans: a code that renews itself, and says how long it is good.
//
// The live clock and the moving band are decoration: a picture of the code is useless because it is used once,
// and for a minute.

import { Failed, Problem, call } from "./api.js";
import { byId, tell } from "./dom.js";
import { t } from "./page.js";
import { clockSeconds } from "./times.js";

const RENEW_AFTER_MS = 45_000; // the old code stays good for the rest of its minute
const TICK_MS = 250;
const GROUP = 5;

/**
 * @typedef {{body: any, warning: string, what: string}} Showing
 * @typedef {{code: string, expires_at: string, qr_svg: string, warnings: any[]}} Presentation
 */

/** @returns {{open: (showing: Showing) => Promise<void>}} */
export function prepareShowing() {
  const dialog = byId("shown");
  /** @type {Showing|null} */
  let showing = null;
  let madeAt = 0;
  let life = 60_000;
  let isRenewing = false;
  let timer = 0;
  let lock = null;

  /** @throws {Problem|NoAnswer} */
  async function renew() {
    isRenewing = true;
    const asked = showing;
    try {
      const told = await call("POST", "/api/v1/me/presentations", { body: asked.body });
      if (showing === asked) draw(told);
    } finally {
      isRenewing = false;
    }
  }

  /** @param {Presentation} told */
  function draw(told) {
    madeAt = Date.now();
    life = Math.min(Math.max(Date.parse(told.expires_at) - madeAt, 20_000), 60_000);
    byId("qr").src = `data:image/svg+xml,${encodeURIComponent(told.qr_svg)}`;
    byId("qr").classList.toggle("dense", told.code.length > 40);
    byId("code-text").textContent = grouped(told.code);
    byId("qr-veil").hidden = true;
  }

  async function again() {
    if (!showing || isRenewing) return;
    try {
      await renew();
      tell(byId("warning"), showing.warning, "warn");
      byId("renewed").textContent = t("me.renewed");
    } catch (failed) {
      if (!(failed instanceof Failed)) throw failed;
      tell(byId("warning"), failed.words, "bad");
      madeAt += failed instanceof Problem ? RENEW_AFTER_MS : 5_000; // not every quarter of a second
    }
  }

  function tick() {
    const now = Date.now();
    const left = Math.max(0, madeAt + life - now);
    byId("clock").textContent = clockSeconds(now);
    byId("ring-left").setAttribute("stroke-dasharray", `${(left / life) * 100} 100`);
    byId("ring-words").textContent = t("me.seconds_left", { seconds: Math.ceil(left / 1000) });
    byId("qr-veil").hidden = left > 0;
    byId("qr-veil").textContent = left > 0 ? "" : t("me.code_over");
    if (now - madeAt >= Math.min(RENEW_AFTER_MS, life * 0.75)) again();
  }

  function close() {
    showing = null;
    clearInterval(timer);
    lock?.release?.().catch(() => undefined);
    lock = null;
    byId("qr").removeAttribute("src");
    byId("code-text").textContent = "";
  }

  dialog.addEventListener("close", close);
  byId("close").addEventListener("click", () => dialog.close());
  byId("renew").addEventListener("click", again);

  return {
    async open(asked) {
      showing = asked;
      await renew();
      tell(byId("warning"), asked.warning, "warn");
      byId("what").textContent = t("me.showing", { what: asked.what });
      byId("renewed").textContent = "";
      dialog.showModal();
      tick();
      timer = setInterval(tick, TICK_MS);
      lock = (await navigator.wakeLock?.request("screen").catch(() => null)) || null;
    },
  };
}

/** @param {string} code  @returns {string} in groups that can be read out */
function grouped(code) {
  return code.match(new RegExp(`.{1,${GROUP}}`, "g")).join(" ");
}
