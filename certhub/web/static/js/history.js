// The last ten verdicts, in this page's memory only: time, kind, shape, covered name.

import { el, verdictIcon } from "./dom.js";
import { t } from "./page.js";
import { clockTime } from "./times.js";
import { kindName, verdictWord } from "./verdicts.js";

const KEPT = 10;

/**
 * @typedef {{report: import("./verdicts.js").Report, at: number, done: boolean, name: string, isOpen?: boolean}} Entry
 */

/**
 * Keep the list at the side.
 * @param {HTMLElement} list
 * @param {HTMLElement} empty  shown while there is none
 * @param {{mayOpen: (entry: Entry) => boolean, onOpen: (entry: Entry) => void}} rules
 */
export function keepHistory(list, empty, { mayOpen, onOpen }) {
  /** @type {Entry[]} */
  const entries = [];

  function draw() {
    empty.hidden = entries.length > 0;
    list.replaceChildren(...entries.map((entry) => el("li", {}, row(entry))));
  }

  function row(entry) {
    const { report } = entry;
    const kinds = report.items.map(kindName).join("、") || t("counter.history_no_item");
    const parts = [
      verdictIcon(report.verdict),
      el("span", { class: "history-words" },
        el("strong", {}, verdictWord(report.verdict)), " ", el("span", {}, kinds),
        el("small", {}, [clockTime(entry.at), entry.name, entry.done ? "" : t("counter.not_confirmed")].filter(Boolean).join(" · "))),
    ];
    entry.isOpen = mayOpen(entry);
    if (!entry.isOpen) return el("div", { class: "history-row" }, ...parts);
    return el("button", { type: "button", class: "history-row", onclick: () => onOpen(entry) }, ...parts);
  }

  return {
    /** @param {import("./verdicts.js").Report} report  @returns {Entry} */
    add(report) {
      const entry = { report, at: Date.now(), done: false, name: report.items.map((item) => item.holder).find(Boolean) || "" };
      entries.unshift(entry);
      entries.length = Math.min(entries.length, KEPT);
      draw();
      return entry;
    },
    draw,
    /** Draw again only when an entry may no longer be opened, so that a focused row stays where it is. */
    close() {
      if (entries.some((entry) => entry.isOpen && !mayOpen(entry))) draw();
    },
  };
}
