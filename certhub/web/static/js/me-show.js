// The white page that a clerk scans: a code that renews itself, and is gone when its life is over.
//
// The server says when a code ends, by the server's clock. At that instant the picture and the text leave the page,
// whether or not a new code came. A phone without a network still shows a living code, since the counter can scan it;
// the page says that no new one will come. The live clock and the moving band are decoration: a picture of the code
// is useless because it is used once, and for a minute.

import { Failed, Problem, call } from "./api.js";
import { grouped } from "./codes.js";
import { byId, put, tell } from "./dom.js";
import { t } from "./page.js";
import { countDown, serverNow, startWatch } from "./server-time.js";
import { clockSeconds } from "./times.js";

const RENEW_AFTER_MS = 45_000; // the old code stays good for the rest of its minute
const ASK_AGAIN_MS = 5_000;
const TICK_MS = 250;

/** @import { PresentationOut } from "../../types/answers.js" */
/** @import { ShownItem } from "./proposals.js" */
/** @typedef {{body: {items: ShownItem[], mode: string, matter?: string}, warning: string, what: string, isWanted?: () => boolean}} Showing
 *   `isWanted` is asked when the code is there: the holder may have thought better of it
 */

/** @returns {{open: (showing: Showing) => Promise<void>}} */
export function prepareShowing() {
  const picture = byId("qr", HTMLImageElement);
  const dialog = byId("shown", HTMLDialogElement);
  /** @type {Showing|null} */
  let showing = null;
  /** @type {PresentationOut|null} the living code; none once it is over */
  let living = null;
  /** @type {PresentationOut|null} what stands on the page */
  let drawn = null;
  let left = () => 0;
  let life = 1;
  /** @type {Failed|null} why the last renewal failed */
  let trouble = null;
  let sinceTried = startWatch();
  let waitMs = 0;
  let isRenewing = false;
  let timer = 0;
  /** @type {WakeLockSentinel|null} */
  let lock = null;

  /** @param {Showing} asked  @throws {Failed} */
  async function renew(asked) {
    isRenewing = true;
    try {
      const told = await call("POST", "/api/v1/me/presentations", { body: asked.body });
      if (showing === asked) take(told);
    } finally {
      isRenewing = false;
    }
  }

  /** @param {PresentationOut} told */
  function take(told) {
    living = told;
    left = countDown(told.expires_at);
    life = Math.max(left(), 1);
    trouble = null;
    sinceTried = startWatch();
    waitMs = Math.min(RENEW_AFTER_MS, life * 0.75);
    draw();
  }

  /** Draw the living code, or cover the place where it was: nothing stays to be scanned or copied. */
  function draw() {
    const shown = document.hidden ? null : living;
    if (shown === drawn) return;
    drawn = shown;
    if (shown) picture.src = `data:image/svg+xml,${encodeURIComponent(shown.qr_svg)}`;
    else picture.removeAttribute("src");
    picture.classList.toggle("dense", shown !== null && shown.code.length > 40);
    byId("code-text").textContent = shown ? grouped(shown.code) : "";
    byId("qr-veil").hidden = Boolean(shown);
  }

  async function again() {
    const asked = showing;
    if (!asked || isRenewing) return;
    try {
      await renew(asked);
      if (showing !== asked) return;
      tell(byId("warning"), asked.warning, "warn");
      byId("renewed").textContent = t("me.renewed");
    } catch (failed) {
      if (!(failed instanceof Failed)) throw failed;
      if (showing !== asked) return;
      trouble = failed;
      sinceTried = startWatch();
      waitMs = failed instanceof Problem ? RENEW_AFTER_MS : ASK_AGAIN_MS;
      if (failed instanceof Problem) tell(byId("warning"), failed.words, "bad");
    }
    tick();
  }

  function tick() {
    const now = left();
    if (living && now <= 0) living = null;
    draw();
    byId("clock").textContent = clockSeconds(serverNow());
    byId("ring-left", SVGElement).setAttribute("stroke-dasharray", `${(now / life) * 100} 100`);
    byId("ring-words").textContent = t(living ? stillGood() : "me.code_over", { seconds: Math.ceil(now / 1000) });
    byId("qr-veil").textContent = living ? "" : t(afterTheEnd());
    if (!document.hidden && sinceTried() >= waitMs) again();
  }

  const isUnreached = () => Boolean(trouble) && !(trouble instanceof Problem);
  const stillGood = () => (isUnreached() || !navigator.onLine ? "me.seconds_left_alone" : "me.seconds_left");

  function afterTheEnd() {
    if (trouble instanceof Problem) return "me.over_refused";
    if (isUnreached() || !navigator.onLine) return "me.over_no_network";
    return "me.over_renewing";
  }

  /** The network is back, or somebody looks at the page again: what is due is due now. */
  function look() {
    if (!showing) return;
    if (!living || isUnreached()) waitMs = 0;
    tick();
  }

  function close() {
    showing = living = trouble = null;
    clearInterval(timer);
    lock?.release?.().catch(() => undefined);
    lock = null;
    draw();
  }

  dialog.addEventListener("close", close);
  byId("close").addEventListener("click", () => dialog.close());
  byId("renew").addEventListener("click", again);
  addEventListener("online", look);
  addEventListener("offline", look);
  addEventListener("pageshow", look);
  document.addEventListener("visibilitychange", look);

  return {
    async open(asked) {
      showing = asked;
      trouble = null;
      await renew(asked);
      if (showing !== asked) return;
      if (asked.isWanted?.() === false) {
        close();
        return;
      }
      tell(byId("warning"), asked.warning, "warn");
      put(byId("what"), t("me.showing", { what: asked.what }));
      byId("renewed").textContent = "";
      dialog.showModal();
      dialog.scrollTop = 0; // the focus is on a button below: the code is what has to be seen
      tick();
      timer = setInterval(tick, TICK_MS);
      lock = (await navigator.wakeLock?.request("screen").catch(() => null)) || null;
    },
  };
}
