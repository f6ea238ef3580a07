// What a case still needs: where it can be had, and whether a holder could show it. The number goes out once and stays
// nowhere; the answer is yes or no, and the holder sees that it was asked.

import { Failed, call } from "./api.js";
import { byId, el, tell, verdictIcon } from "./dom.js";
import { IDENTITY_CARD } from "./identity.js";
import { page, t } from "./page.js";
import { nameOf } from "./requirements.js";
import { listed } from "./titles.js";

/** @import { KnownRequirement } from "../../types/answers.js" */

const CREDIT_CODE = "001"; // GB/T 36903, annex A
const CREDIT_CODE_LENGTH = 18;
const OPEN = ["missing", "undetermined", "deferred"];

/**
 * Which document a number is of: a credit code begins with 9 (GB 32100, registered by market supervision), or has a
 * letter before its last place, as an identity card never has (GB 11643).
 * @param {string} number
 */
const typeOf = (number) =>
  (number.length === CREDIT_CODE_LENGTH && /^9|[A-Z].*.$/.test(number) ? CREDIT_CODE : IDENTITY_CARD);

/**
 * Let the clerk ask what a holder could show of what the case still needs.
 * @param {(deed: () => Promise<void>) => Promise<void>} told  says what fails on purpose
 * @returns {(id: string, known: KnownRequirement[]) => void} draws what the case with this id still needs
 */
export function letAskHolder(told) {
  const form = byId("case-ask", HTMLFormElement);
  const number = byId("case-ask-number", HTMLInputElement);
  const send = byId("case-ask-send", HTMLButtonElement);
  const said = byId("case-ask-said");
  const lines = byId("case-ask-lines");
  let id = "";
  let turn = 0; // of whom the answer is: the next person may be of the same case

  /** @param {KnownRequirement[]} known */
  function draw(known) {
    const open = known.filter((one) => OPEN.includes(one.state));
    form.hidden = !open.length;
    lines.replaceChildren(...open.map(lineOf));
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (send.disabled) return; // it is one of the day's three asks
    const typed = number.value.trim().toUpperCase();
    if (!typed) {
      tell(said, t("counter.ask_number_missing"), "bad");
      number.focus();
      return;
    }
    const mine = turn;
    number.value = "";
    tell(said, "");
    send.disabled = true;
    told(async () => {
      try {
        const known = await call("POST", `/api/v1/cases/${id}/known`, { body: { id_type: typeOf(typed), id_number: typed } });
        if (mine !== turn) return; // the next person is on the screen
        draw(known.items);
        tell(said, t("counter.ask_done"), "good");
      } catch (failed) {
        if (mine === turn || !(failed instanceof Failed)) throw failed;
      } finally {
        if (mine === turn) send.disabled = false;
      }
    });
  });

  return (next, known) => {
    id = next;
    if (!id) {
      turn += 1;
      send.disabled = false;
    }
    number.value = "";
    tell(said, "");
    draw(known);
  };
}

/** @param {KnownRequirement} one */
function lineOf(one) {
  const where = listed(one.where.map((agency) => (page.lang === "en" ? agency.agency_name_en : agency.agency_name)));
  const answer = one.can_fetch === null || one.can_fetch === undefined
    ? []
    : [el("span", { class: "answer" }, verdictIcon(one.can_fetch ? "valid" : "invalid"), t(one.can_fetch ? "counter.ask_yes" : "counter.ask_no"))];
  return el("li", { "data-requirement": one.id },
    el("strong", {}, nameOf(one)),
    ...answer,
    where ? el("span", { class: "hint" }, t("counter.ask_where", { where })) : "");
}
