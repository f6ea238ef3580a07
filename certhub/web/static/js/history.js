// The clerk's last ten verifications, as the hub has them: time, kind, shape, covered name, how it ended.

import { Failed, call, clock } from "./api.js";
import { el, verdictIcon } from "./dom.js";
import { page, t } from "./page.js";
import { clockTime } from "./times.js";
import { verdictWord } from "./verdicts.js";

/** @import { VerificationLine } from "../../types/answers.js" */
/** @import { OfflineReport, Outcome, Report, Verdict } from "../../types/routes.js" */

const KEPT = 10;
/** Verdicts after which the person is compared with the certificate. @type {Verdict[]} */
export const LOOKED_AT = ["valid", "check"];

/**
 * @typedef {{id: string|null, at: number, verdict: Verdict, kinds: string[], name: string,
 *            matter: string, window: string, caseNumber: string, outcome: Outcome|null, isOpen?: boolean, isRequested?: boolean,
 *            report?: Report, offline?: OfflineReport}} Line
 *   `at` by this machine's clock; `report` only where the hub has none (a counter without a network)
 */

/**
 * Keep the list at the side.
 * @param {HTMLElement} list
 * @param {HTMLElement} empty  shown while there is none, or none could be read
 * @param {{mayOpen: (line: Line) => boolean, onOpen: (line: Line) => void, waits: (id: string) => boolean}} rules
 */
export function keepHistory(list, empty, { mayOpen, onOpen, waits }) {
  /** @type {Line[]} */
  let lines = [];
  let reading = 0; // which reading is the latest: an earlier one, answered late, knows less than what stands here

  function draw() {
    empty.hidden = lines.length > 0;
    list.replaceChildren(...lines.map((line) => el("li", {}, row(line))));
  }

  /** @param {Line} line */
  function row(line) {
    const parts = [
      verdictIcon(line.verdict),
      el("span", { class: "history-words" },
        el("strong", {}, verdictWord(line.verdict)), " ", el("span", {}, line.kinds.join(page.lang === "en" ? ", " : "、") || t("counter.history_no_item")),
        el("small", {}, ...[clockTime(line.at), line.name, ended(line)].filter(Boolean)
          .flatMap((words, n) => [n ? " · " : null, el("span", {}, words)]))),
    ];
    line.isOpen = mayOpen(line);
    if (!line.isOpen) return el("div", { class: "history-row" }, ...parts);
    return el("button", { type: "button", class: "history-row", onclick: () => onOpen(line) }, ...parts);
  }

  /** @param {Line} line */
  function ended(line) {
    if (line.id && waits(line.id)) return t("counter.outcome_waiting");
    if (line.outcome) return t(`counter.outcome_${line.outcome}`);
    return LOOKED_AT.includes(line.verdict) && line.kinds.length ? t("counter.not_confirmed") : "";
  }

  /** @param {Line[]} next */
  function keep(next) {
    lines = next.sort((a, b) => b.at - a.at).slice(0, KEPT);
    draw();
  }

  return {
    /** Read the list from the hub; what it never saw stays. */
    async refresh() {
      const mine = ++reading;
      try {
        const told = (await call("GET", `/api/v1/verifications?limit=${KEPT}`)).items;
        if (mine !== reading) return;
        keep([...lines.filter((line) => !line.id), ...told.map(lineOf)]);
        empty.textContent = t("counter.history_empty");
      } catch (failed) {
        if (!(failed instanceof Failed)) throw failed;
        if (mine === reading) empty.textContent = t("counter.history_unknown");
      }
    },
    /** @param {Line} line  a verification that was just made */
    add(line) {
      reading += 1;
      keep([line, ...lines.filter((one) => !one.id || one.id !== line.id)]);
    },
    /** @param {string} id  @param {Outcome|null} outcome */
    mark(id, outcome) {
      for (const line of lines) if (line.id === id) line.outcome = outcome;
      draw();
    },
    draw,
    /** Draw again only when a line may no longer be opened, so that a focused row stays where it is. */
    close() {
      if (lines.some((line) => line.isOpen && !mayOpen(line))) draw();
    },
  };
}

/** @param {VerificationLine} told  @returns {Line} */
function lineOf(told) {
  return {
    id: told.verification_id, at: Date.parse(told.at) + (clock.ahead || 0) * 1000, verdict: told.verdict,
    kinds: told.kinds.map((kind) => (page.lang === "en" ? kind.kind_name_en : kind.kind_name)), name: told.holder,
    matter: told.matter, window: told.window, caseNumber: told.case_number || "", outcome: told.outcome,
  };
}
