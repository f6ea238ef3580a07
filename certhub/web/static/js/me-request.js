// A request of a counter: who asks, where, for what; the holder compares two digits, and consents or refuses.

import { Failed, Problem, call } from "./api.js";
import { byId, el, tell } from "./dom.js";
import { matterOf } from "./me-matters.js";
import { page, t } from "./page.js";
import { keepChoice } from "./proposals.js";
import { nameOf } from "./requirements.js";
import { clockTime } from "./times.js";
import { titleName } from "./titles.js";

/** @import { OfferOut } from "../../types/answers.js" */

const FINAL = /^REQUEST_(USED|VOID|REFUSED|EXPIRED|TAKEN)$/; // nothing more can come of it

/**
 * Let the holder open a request by its code.
 * @param {(id: string) => string} nameOfHeld
 */
export function letAnswer(nameOfHeld) {
  const form = byId("asked", HTMLFormElement);
  const field = byId("asked-code", HTMLInputElement);
  const dialog = byId("asking", HTMLDialogElement);
  const agree = byId("consent", HTMLButtonElement);
  const decline = byId("refuse", HTMLButtonElement);
  const said = byId("asking-said");
  const choice = keepChoice(byId("asking-proposals"), nameOfHeld, fit);
  let code = "";
  let match = "";

  /** Consenting needs a pair of digits and something to show. */
  function fit() {
    const count = choice.items().length;
    agree.disabled = !match || count < 1 || count > 10;
  }

  /** @param {OfferOut} offer */
  function draw(offer) {
    match = "";
    decline.disabled = false; // what is on its way is of another request
    tell(said, "");
    isOpen(true);
    /** @type {[string, string][]} */
    const who = [
      [t("me.asking_office"), offer.office], [t("me.asking_window"), offer.window],
      [t("me.asking_region"), page.lang === "en" ? offer.region_name_en : offer.region_name],
      [t("me.asking_matter"), nameOf({ name: offer.matter_name, name_en: offer.matter_name_en })],
      ...Object.entries(offer.declared).map(([title, value]) => /** @type {[string, string]} */ ([t("me.asking_declared", { field: titleName(title) }), value])),
      [t("me.asking_until"), clockTime(new Date(offer.expires_at))],
    ];
    byId("asking-who").replaceChildren(...who.flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]));
    choice.draw(offer.requirements, matterOf(offer.matter));
    byId("asking-digits").replaceChildren(...offer.match_choices.map((pair) => el("button", {
      type: "button", class: "digit", "aria-pressed": "false", onclick: (event) => pick(pair, event.currentTarget),
    }, pair)));
    fit();
    dialog.showModal();
    dialog.scrollTop = 0;
    byId("asking-title").focus();
  }

  /** @param {string} pair  @param {EventTarget|null} button */
  function pick(pair, button) {
    match = pair;
    for (const one of byId("asking-digits").children) one.setAttribute("aria-pressed", String(one === button));
    fit();
  }

  /** Whether an answer is still awaited. @param {boolean} isAwaited */
  function isOpen(isAwaited) {
    byId("asking-open").hidden = byId("asking-answer").hidden = !isAwaited;
  }

  /** @param {() => Promise<string>} deed  returns what to say */
  async function answer(deed) {
    const asked = code;
    agree.disabled = decline.disabled = true; // a second press would be a second answer
    try {
      const words = await deed();
      if (asked !== code) return; // another request is open
      isOpen(false);
      tell(said, words, "good");
    } catch (failed) {
      if (!(failed instanceof Failed)) throw failed;
      if (asked !== code) return;
      isOpen(!(failed instanceof Problem && FINAL.test(failed.code)));
      tell(said, failed.words, "bad");
    } finally {
      if (asked === code) {
        decline.disabled = false;
        fit();
      }
    }
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    code = field.value.replace(/\s/g, "");
    if (!code) {
      field.focus();
      return;
    }
    const open = byId("asked-open", HTMLButtonElement);
    open.disabled = true;
    tell(byId("asked-said"), "");
    try {
      draw(await call("GET", `/api/v1/me/requests/${encodeURIComponent(code)}`));
      field.value = "";
    } catch (failed) {
      if (!(failed instanceof Failed)) throw failed;
      tell(byId("asked-said"), failed.words, "bad");
    } finally {
      open.disabled = false;
    }
  });
  agree.addEventListener("click", () => answer(async () => {
    await call("POST", `/api/v1/me/requests/${encodeURIComponent(code)}/consent`, { body: { items: choice.items(), match } });
    return t("me.consented");
  }));
  decline.addEventListener("click", () => answer(async () => {
    await call("POST", `/api/v1/me/requests/${encodeURIComponent(code)}/refusal`);
    return t("me.refused");
  }));
  byId("asking-close").addEventListener("click", () => dialog.close());
}
