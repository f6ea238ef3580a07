// A request of the counter: its code on the second screen or on paper, and the steps as they light up by themselves.

import { Failed, call } from "./api.js";
import { grouped } from "./codes.js";
import { byId, el, tell } from "./dom.js";
import { ENDED, follow } from "./follow.js";
import { letCheckIdentity } from "./identity.js";
import { t } from "./page.js";
import { countDown } from "./server-time.js";

/** @import { RequestOut, RequestStandingOut } from "../../types/answers.js" */
/** @import { Mode, Report } from "../../types/routes.js" */
/** @import { IdentityOrder } from "./identity.js" */
/**
 * @typedef {{matter: string, window: string, case_number?: string, not_applicable?: string[],
 *            declared?: Record<string, string>, identity_check?: IdentityOrder}} Asked
 * @typedef {{asked: Asked, matterName: string, mode: Mode}} Order
 */

/**
 * Keep the panel of a request.
 * @param {{onOpen: () => void, onReport: (report: Report, order: Order) => void, onClose: () => void}} heard
 */
export function keepRequest({ onOpen, onReport, onClose }) {
  const panel = byId("requesting");
  const picture = byId("request-qr", HTMLImageElement);
  const drawIdentity = letCheckIdentity();
  /** @type {Order|null} */
  let order = null;
  /** @type {RequestOut|null} */
  let opened = null;
  let left = () => 0;
  let abort = new AbortController();
  let timer = 0;
  /** @type {Order|null} what is being opened, while it is wanted */
  let opening = null;
  let isOver = false;

  /**
   * Open a request, and follow it until its report comes. One that was closed meanwhile runs out by itself.
   * @param {Order} wanted
   * @throws {Failed} nothing was opened
   */
  async function open(wanted) {
    opening = wanted;
    /** @type {RequestOut} */
    let told;
    try {
      told = await call("POST", "/api/v1/requests", { body: wanted.asked });
      if (opening !== wanted) return;
    } catch (failed) {
      if (opening !== wanted) return;
      throw failed;
    } finally {
      if (opening === wanted) opening = null;
    }
    stop();
    opened = told;
    onOpen();
    order = wanted;
    abort = new AbortController();
    begin(told, wanted);
    await watch(told, wanted, abort.signal);
  }

  /** @param {RequestOut} told  @param {Order} wanted */
  function begin(told, wanted) {
    left = countDown(told.expires_at);
    picture.src = `data:image/svg+xml,${encodeURIComponent(told.qr_svg)}`;
    byId("request-code").textContent = grouped(told.code);
    byId("requesting-title").textContent = t("counter.request_for", { matter: wanted.matterName });
    tell(byId("request-said"), "");
    panel.hidden = false;
    document.body.classList.add("has-request");
    draw({ request_id: told.request_id, state: "open", expires_at: told.expires_at });
    timer = setInterval(tick, 1000);
    byId("requesting-title").focus();
    scrollTo({ top: 0 });
  }

  /** @param {RequestOut} told  @param {Order} wanted  @param {AbortSignal} signal */
  async function watch(told, wanted, signal) {
    try {
      await follow(told.request_id, (standing) => {
        draw(standing);
        if (!standing.report) return;
        close();
        onReport(standing.report, wanted);
      }, signal);
    } catch (failed) {
      if (!(failed instanceof Failed)) throw failed;
      tell(byId("request-said"), failed.words, "bad");
    }
  }

  /** Light the steps. @param {RequestStandingOut} standing */
  function draw(standing) {
    const { state, match } = standing;
    isOver = ENDED.includes(state);
    const reached = state === "open" ? 0 : state === "seen" ? 1 : 2;
    const words = [t("counter.step_open"), t("counter.step_seen"), t(reached === 2 ? `counter.step_${state}` : "counter.step_answer")];
    byId("request-steps").replaceChildren(...words.map((word, n) => el("li", {
      class: n < reached ? "done" : n > reached ? "later" : isOver ? "now bad" : "now",
      "aria-current": n === reached ? "step" : null,
    }, el("span", {}, word), n === 1 && match ? el("strong", { class: "match" }, match) : null)));
    tell(byId("request-step"), match ? t("counter.step_match", { match }) : words[reached]);
    picture.hidden = byId("request-code").hidden = reached > 0;
    byId("request-digits").hidden = !match;
    byId("request-digits").textContent = match ?? "";
    byId("request-ended").hidden = !isOver;
    byId("request-ended").textContent = isOver ? t(`counter.step_${state}_next`) : "";
    byId("request-again").hidden = !isOver;
    byId("request-print").hidden = reached > 0;
    drawIdentity(standing, order?.mode === "L3" && !isOver && reached < 2);
    tick();
  }

  function tick() {
    const seconds = Math.ceil(left() / 1000);
    byId("request-left").textContent = isOver ? "" : t("counter.request_left", {
      time: `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`,
    });
  }

  function stop() {
    abort.abort();
    clearInterval(timer);
  }

  /** Leave the request alone: it runs out by itself. */
  function close() {
    stop();
    order = opened = opening = null;
    drawIdentity(null, false);
    picture.removeAttribute("src");
    byId("request-code").textContent = "";
    panel.hidden = true;
    document.body.classList.remove("has-request");
  }

  byId("request-cancel").addEventListener("click", () => {
    close();
    onClose();
  });

  return {
    open, close,
    isOpening: () => opening !== null,
    /** The sheet with the code, while it may be scanned. @returns {Node[]|null} */
    sheet() {
      if (!opened || !order || !picture.src || picture.hidden) return null;
      return [
        el("h1", {}, t("counter.request_for", { matter: order.matterName })),
        el("img", { class: "paper-qr", src: picture.src, alt: t("counter.request_alt") }),
        el("p", { class: "paper-code" }, grouped(opened.code)),
        el("p", {}, t("counter.request_paper", { window: order.asked.window })),
      ];
    },
  };
}
