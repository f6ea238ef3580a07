// What a holder could show for a matter: for each requirement their certificates, the fields with their reasons, and
// what they do not have. The holder chooses certificates, and may withhold fields.

import { el, verdictIcon } from "./dom.js";
import { has, page, pageOf, t } from "./page.js";
import { conditionWords, kindsOf, nameOf } from "./requirements.js";
import { listed, titleName } from "./titles.js";

/** @import { ProposalOut, ProposedRequirement } from "../../types/answers.js" */
/** @import { Matter, Verdict } from "../../types/routes.js" */
/**
 * @typedef {{certificate_id: string, fields?: string[]}} ShownItem
 */

/** @type {Record<"met"|"not_applicable", Verdict|"none">} */
const SETTLED = { met: "valid", not_applicable: "none" };

/** @param {string} cause */
export const causeWords = (cause) => pageOf("me").cause_words[cause] ?? cause;

/**
 * Keep a choice of certificates and fields.
 * @param {HTMLElement} place  @param {(id: string) => string} nameOfHeld  @param {() => void} onChange
 */
export function keepChoice(place, nameOfHeld, onChange) {
  /** @type {ProposalOut[]} each certificate once */
  let offered = [];

  /**
   * @param {ProposedRequirement[]} requirements  as the hub proposes
   * @param {Matter|undefined} matter  for the reasons
   */
  function draw(requirements, matter) {
    /** @type {Map<string, ProposalOut>} */
    const known = new Map();
    const due = new Set(requirements.filter(isDue).map((one) => one.proposals.find(({ meets }) => meets)?.certificate_id));
    const cards = requirements.map((one) => card(one, matter, known, due));
    offered = [...known.values()];
    place.replaceChildren(...cards);
  }

  /**
   * @param {ProposedRequirement} one  @param {Matter|undefined} matter
   * @param {Map<string, ProposalOut>} known  those that were drawn
   * @param {Set<string|undefined>} due  those that are ticked at first, in each requirement that they serve
   */
  function card(one, matter, known, due) {
    const { condition } = one; // the offer's own: the list of matters may be of before, or may not be had
    const only = conditionWords(condition);
    const rows = one.proposals.map((proposal) => {
      const isFirst = !known.has(proposal.certificate_id);
      if (isFirst) known.set(proposal.certificate_id, proposal);
      return certificate(proposal, matter, { isChosen: due.has(proposal.certificate_id), isFirst });
    });
    const state = one.settled ? SETTLED[one.settled] : one.missing ? (isDue(one) ? "invalid" : "none") : "valid";
    const words = one.settled ? [el("span", {}, t(`common.requirement_${one.settled}`))]
      : one.missing ? [el("span", {}, t("me.you_lack"))]
        : [el("span", { class: "if-ticked" }, t("me.you_have")), el("span", { class: "unless-ticked" }, t("me.you_have_unticked"))];
    return el("section", { class: "proposed card", "data-requirement": one.id },
      el("h3", {}, verdictIcon(state), ...words, " ", el("span", {}, nameOf(one)),
        one.optional ? el("span", { class: "optional" }, t("common.requirement_optional")) : null),
      one.settled ? el("p", { class: "hint" }, t(`me.settled_${one.settled}`)) : null,
      only ? el("p", { class: "hint" }, t(one.settled || !rows.length ? "me.only_in" : "me.only_where", { condition: only })) : null,
      condition?.when === "computed" && !one.settled ? el("p", { class: "hint" }, t("me.only_computed")) : null,
      ...rows,
      one.missing && !one.settled ? el("p", { class: "line" }, t("common.requirement_accepts", { kinds: kindsOf(one.accepts) })) : null);
  }

  /**
   * @param {ProposalOut} proposal  @param {Matter|undefined} matter
   * @param {{isChosen: boolean, isFirst: boolean}} how  `isFirst`: the fields stand here, and nowhere a second time
   */
  function certificate(proposal, matter, { isChosen, isFirst }) {
    const id = proposal.certificate_id;
    const box = el("input", { type: "checkbox", "data-certificate": id });
    box.checked = isChosen;
    box.addEventListener("change", () => {
      tick(id, box.checked);
      onChange();
    });
    const asks = proposal.predicates.map(questionWords).filter(Boolean);
    return el("div", { class: "proposal" },
      el("label", {}, box, el("span", { class: "held-words" }, el("strong", {}, nameOfHeld(id)))),
      proposal.cause ? el("p", { class: "line todo" }, causeWords(proposal.cause)) : null,
      isFirst && proposal.fields.length
        ? el("fieldset", { class: "fields" }, el("legend", {}, t("me.fields")),
          ...proposal.fields.map((title) => field(id, title, reasonOf(matter, proposal.kind, title)))) : null,
      isFirst && asks.length ? el("p", { class: "line" }, t("me.asks", { what: listed(asks) })) : null);
  }

  /** @param {string} id  @param {string} title  @param {string} reason */
  function field(id, title, reason) {
    const box = el("input", { type: "checkbox", "data-of": id, "data-field": title, onchange: onChange });
    box.checked = true;
    return el("label", {}, box, el("span", {}, titleName(title), reason ? el("span", { class: "line" }, reason) : null));
  }

  /** @param {string} selector */
  const boxes = (selector) => Array.from(place.querySelectorAll(selector)).filter((one) => one instanceof HTMLInputElement);
  /** @param {string} id */
  const isTicked = (id) => boxes(`[data-certificate="${CSS.escape(id)}"]`).some((one) => one.checked);
  /** The same certificate in another requirement is chosen with it. @param {string} id  @param {boolean} isOn */
  function tick(id, isOn) {
    for (const one of boxes(`[data-certificate="${CSS.escape(id)}"]`)) one.checked = isOn;
  }

  return {
    draw,
    clear: () => draw([], undefined),
    /** What would be shown; `fields` only where something is withheld. @returns {ShownItem[]} */
    items: () => offered.filter((one) => isTicked(one.certificate_id)).map((one) => {
      const shown = boxes(`[data-of="${CSS.escape(one.certificate_id)}"]`).filter((box) => box.checked).map((box) => box.dataset.field ?? "");
      return shown.length === one.fields.length ? { certificate_id: one.certificate_id } : { certificate_id: one.certificate_id, fields: shown };
    }),
  };
}

/** Whether a requirement is wanted whatever is declared, and nothing settled it. @param {ProposedRequirement} one */
const isDue = (one) => !one.optional && !one.condition && !one.settled;

/** Why a matter must see a field. @param {Matter|undefined} matter  @param {string} kind  @param {string} title */
function reasonOf(matter, kind, title) {
  const ways = matter?.requirements.flatMap((one) => one.accepts.filter((way) => way.kind === kind)) ?? [];
  const found = ways.flatMap((way) => way.fields).find((one) => one.title === title);
  return found ? (page.lang === "en" ? found.reason_en : found.reason) : "";
}

/** What is asked in the place of a value. @param {Record<string, unknown>} predicate */
function questionWords({ name, arguments: given }) {
  const key = `me.asks_${name}`;
  const values = /** @type {Record<string, unknown>} */ (given);
  return has(key) ? t(key, { ...values, field: titleName(String(values.field ?? "")) }) : "";
}
