// The band and the items of one check: what a clerk sees within a second, and what they may look up.

import { Failed } from "./api.js";
import { el, put, verdictIcon } from "./dom.js";
import { canReveal, reveal } from "./masks.js";
import { pageOf, t } from "./page.js";
import { ageOf, dayAndTime } from "./times.js";
import { textOf, titleName } from "./titles.js";
import { behind, causeWords, factName, isTold, issuerOf, kindName, outcomeWord, validityOf, verdictWord } from "./verdicts.js";

/** @import { FactOut, ItemOut } from "../../types/answers.js" */
/** @import { Alternative, Item, Report, Verdict } from "../../types/routes.js" */
/** @import { Sentence } from "./verdicts.js" */

const { names } = pageOf("counter");
/** @type {Record<FactOut["outcome"], Verdict>} */
const OUTCOME_ICON = { yes: "valid", no: "invalid", undetermined: "undetermined" };

/**
 * Fill the band: shape, word, one sentence, what to do now.
 * @param {HTMLElement} band
 * @param {Verdict} verdict
 * @param {Sentence} sentence
 * @param {string} [word]  in place of the verdict's, where there is none
 */
export function showBand(band, verdict, sentence, word) {
  band.className = `band ${verdict}`;
  band.replaceChildren(
    verdictIcon(verdict),
    el("div", {},
      el("p", { class: "verdict-word" }, word ?? verdictWord(verdict)),
      el("p", { class: "headline" }, sentence.headline),
      el("p", { class: "next-step" }, sentence.nextStep)),
  );
}

/**
 * Fill the list of items.
 * @param {HTMLElement} place
 * @param {Report} report
 * @param {Alternative[]} needs  of the matter: the order in which fields are shown
 * @param {(failed: Failed) => void} onFailed  told when a covered value could not be had
 */
export function showItems(place, report, needs, onFailed) {
  /** @param {ItemOut} item */
  const orderOf = (item) => needs.filter((need) => need.kind === item.kind).flatMap((need) => need.fields.map((one) => one.title));
  place.replaceChildren(...report.items.map((item, n) => (isTold(item)
    ? itemCard(item, report, n, orderOf(item), onFailed) : untoldCard(item, n, report.items.length))));
}

/**
 * One that was shown and may not be told: it counts, and nothing else is known of it.
 * @param {Item} item  @param {number} n  @param {number} count
 */
function untoldCard(item, n, count) {
  return el("article", { class: `item card untold ${item.verdict}` },
    el("header", {},
      verdictIcon(item.verdict),
      el("h2", {}, t("counter.untold_nth", { n: n + 1, count }), el("span", { class: "item-word" }, verdictWord(item.verdict)))),
    el("p", { class: "cause" }, causeWords(item.code)),
    el("p", { class: "hint" }, t("counter.untold_what")));
}

/**
 * @param {ItemOut} item  @param {Report} report  @param {number} n  @param {string[]} order
 * @param {(failed: Failed) => void} onFailed
 */
function itemCard(item, report, n, order, onFailed) {
  const titles = sorted(Object.keys(item.disclosed || {}), order);
  /** @param {string} title */
  const ask = (title) => reveal(report, n, title);
  const rows = titles.flatMap((title) => value(title, item.disclosed[title],
    canReveal(item, title, report) ? revealButton(title, item.disclosed[title], ask, onFailed) : null));
  return el("article", { class: `item card ${item.verdict}` },
    el("header", {},
      verdictIcon(item.verdict),
      el("h2", {}, kindName(item), el("span", { class: "item-word" }, verdictWord(item.verdict)))),
    el("p", { class: "behind" }, behind(item) ? t("counter.behind", { who: behind(item) }) : t("counter.behind_nobody")),
    item.code === "OK" ? null : el("p", { class: "cause" }, causeWords(item.code)),
    el("dl", { class: "values" },
      ...line("issuer", issuerOf(item) || t("counter.not_told")), ...line("validity", validityOf(item) || t("counter.not_told")),
      ...rows),
    titles.length ? null : el("p", { class: "hint" }, t("counter.nothing_disclosed")),
    factsPanel(item, report));
}

/**
 * What every item says of itself, whatever was disclosed: who issued it, and for how long it is good.
 * @param {"issuer"|"validity"} name  @param {string} text
 */
const line = (name, text) => [el("dt", {}, t(`counter.${name}`)), el("dd", { "data-line": name }, text)];

/**
 * One disclosed value as a term and its description, as it came; with what shows it whole, if it came covered.
 * @param {string} title  @param {unknown} given  @param {HTMLElement|null} button
 */
function value(title, given, button) {
  return [el("dt", {}, titleName(title)), el("dd", { "data-title": title }, el("span", {}, textOf(given)), button)];
}


/**
 * A button that fetches the whole value, and covers it again; every showing is asked for anew, on record.
 * @param {string} title  @param {unknown} covered  @param {(title: string) => Promise<unknown>} ask
 * @param {(failed: Failed) => void} onFailed
 */
function revealButton(title, covered, ask, onFailed) {
  const name = titleName(title);
  const button = el("button", { type: "button", class: "reveal", "aria-pressed": "false" });
  /** @param {unknown} given  @param {boolean} isOpen */
  const draw = (given, isOpen) => {
    const shown = button.previousElementSibling;
    if (shown instanceof HTMLElement) put(shown, textOf(given));
    button.setAttribute("aria-pressed", String(isOpen));
    button.textContent = t(isOpen ? "counter.cover" : "counter.reveal");
    button.setAttribute("aria-label", t(isOpen ? "counter.cover_what" : "counter.reveal_what", { what: name }));
  };
  button.addEventListener("click", async () => {
    if (button.getAttribute("aria-pressed") === "true") {
      draw(covered, false);
      return;
    }
    try {
      draw(await ask(title), true);
    } catch (failed) {
      if (!(failed instanceof Failed)) throw failed;
      onFailed(failed);
    }
  });
  draw(covered, false);
  return button;
}

/** Names first, then in the matter's order, then what else there is. @param {string[]} titles  @param {string[]} order */
function sorted(titles, order) {
  const places = [...names, ...order];
  /** @param {string} title */
  const placeOf = (title) => (places.includes(title) ? places.indexOf(title) : places.length);
  return [...titles].sort((a, b) => placeOf(a) - placeOf(b));
}

/**
 * What was checked: each fact with its answer, the age of what it rests on, and who says so.
 * @param {ItemOut} item  @param {Report} report
 */
function factsPanel(item, report) {
  const rows = item.facts.map((fact) => el("tr", { class: fact.outcome },
    el("th", { scope: "row" }, factName(fact.fact)),
    el("td", { class: "outcome" }, verdictIcon(OUTCOME_ICON[fact.outcome] ?? "undetermined"), outcomeWord(fact.outcome)),
    el("td", {}, fact.cause ? causeWords(fact.cause) : who(fact)),
    el("td", { title: dayAndTime(new Date(fact.as_of)) }, ageOf(fact.as_of, new Date(report.as_of)))));
  const heads = ["fact", "outcome", "says", "age"].map((name) => el("th", { scope: "col" }, t(`counter.facts_${name}`)));
  return el("details", { class: "facts" },
    el("summary", {}, t("counter.facts", { count: item.facts.length })),
    el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": t("counter.facts_label") },
      el("table", {}, el("thead", {}, el("tr", {}, ...heads)), el("tbody", {}, ...rows))),
    el("details", { class: "technical" }, el("summary", {}, t("counter.technical")),
      el("pre", { tabindex: "0", role: "region", "aria-label": t("counter.technical") }, technical(item))));
}

/** @param {FactOut} fact */
function who(fact) {
  return fact.fact === "stands_behind" ? behind({ facts: [fact] }) : "";
}

/** For operators: codes and digests; never what was disclosed. @param {ItemOut} item */
function technical({ kind, code, result_number, facts }) {
  return JSON.stringify({ kind, code, result_number, facts }, null, 1);
}
