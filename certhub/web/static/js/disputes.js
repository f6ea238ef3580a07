// What holders object to, for operator and agency alike: those that wait first, and settling those about looks made here.

import { Failed, call } from "./api.js";
import { byId, el, tell, verdictIcon } from "./dom.js";
import { page, t } from "./page.js";
import { keepRows } from "./rows.js";
import { whileSeen } from "./seen.js";
import { addressOf, prepareSettling } from "./settling.js";
import { day, dayAndTime } from "./times.js";

/** @import { DisputeOut, DisputePage } from "../../types/answers.js" */

const PAGE = 50;
const EVERY_MS = 10_000;

/** @param {string|null} zh  @param {string|null} en */
const named = (zh, en) => (page.lang === "en" && en) || zh || "";
/** @param {DisputeOut} one */
const homeOf = (one) => named(one.home_name, one.home_name_en);
/** @param {DisputeOut} one */
const lookerOf = (one) => named(one.looker_name, one.looker_name_en);
/** @param {string} moment */
const dayOf = (moment) => day(new Date(moment));

/** Where and when somebody looked. @param {DisputeOut} one */
const whereWords = (one) => [
  one.looked_at ? dayAndTime(new Date(one.looked_at)) : "",
  one.looker === page.region.code ? "" : lookerOf(one), one.office, one.window,
].filter(Boolean).join(" ");

/** For what, and at what; a region that looked for another's holder keeps no kind here. @param {DisputeOut} one */
function whatWords(one) {
  const matter = named(one.matter_name, one.matter_name_en);
  return one.kind ? t("disputes.look", { kind: named(one.kind_name, one.kind_name_en), matter }) : t("disputes.look_no_kind", { matter });
}

/**
 * Keep the section: it asks by itself while the page is seen.
 * @returns {() => Promise<void>} asks now
 */
export function keepDisputes() {
  const list = byId("disputes");
  const said = byId("disputes-said");
  const more = byId("disputes-more", HTMLButtonElement);
  const draw = keepRows(list, { idOf: addressOf, row });
  /** @type {DisputeOut[]} */
  let disputes = [];
  let counts = { waiting: 0, overdue: 0 }; // of all that there are, also of what does not stand here
  let pages = 1;
  /** @type {string|null} */
  let following = null;
  const openSettling = prepareSettling((settled) => {
    const wasLate = disputes.some((one) => addressOf(one) === addressOf(settled) && one.is_overdue);
    keep(disputes.map((one) => (addressOf(one) === addressOf(settled) ? settled : one)));
    count({ waiting: counts.waiting - 1, overdue: counts.overdue - Number(wasLate) });
    tell(said, t("disputes.settled", { finding: settled.finding ? t(`common.finding_${settled.finding}`) : "" }), "good");
    const place = disputes.findIndex((one) => addressOf(one) === addressOf(settled)); // the rows stand as the disputes do
    const settledRow = list.children[place];
    if (settledRow instanceof HTMLElement) settledRow.focus();
  }, () => round());

  /** @param {DisputeOut[]} next */
  function keep(next) {
    disputes = next;
    draw(next);
    byId("disputes-none").hidden = next.length > 0;
  }

  /** @param {{waiting: number, overdue: number}} told */
  function count({ waiting: open, overdue: late }) {
    counts = { waiting: open, overdue: late };
    const words = t(late ? "disputes.count_late" : open ? "disputes.count" : "disputes.count_none", { open, late });
    const line = byId("disputes-count");
    line.className = `disputes-count ${late ? "late" : open ? "open" : ""}`.trim();
    if (line.textContent !== words) line.textContent = words;
  }

  /** @param {DisputePage} told */
  function keepPages(told) {
    keep(told.items);
    count(told);
    following = told.next_cursor;
    more.hidden = !following;
  }

  /** @param {() => Promise<void>} deed */
  async function tried(deed) {
    try {
      await deed();
      if (said.classList.contains("bad")) tell(said, "");
    } catch (failed) {
      if (!(failed instanceof Failed)) throw failed;
      const words = t("disputes.stuck", { words: failed.words });
      if (said.textContent !== words) tell(said, words, "bad");
    }
    list.setAttribute("aria-busy", "false");
  }

  const ask = () => tried(async () => {
    const known = disputes;
    let told = await pageAt(null);
    for (let n = 1; n < pages && told.next_cursor; n += 1) told = joined(told.items, await pageAt(told.next_cursor));
    if (known === disputes) keepPages(told); // else one was settled, or more came: the next answer knows of it
  });

  more.addEventListener("click", () => tried(async () => {
    if (!following) return;
    more.disabled = true;
    try {
      const next = await pageAt(following);
      const { length } = disputes;
      keepPages(joined(disputes, next));
      pages += 1;
      const first = list.children[length]; // the button may be gone: one reads on where it was
      if (first instanceof HTMLElement) first.focus();
    } finally {
      more.disabled = false;
    }
  }));

  /** @param {DisputeOut} one */
  function row(one) {
    const isOpen = one.state === "open";
    return el("li", { class: `card dispute ${one.is_overdue ? "late" : one.state}`, "data-dispute": one.id, "data-state": one.state },
      verdictIcon(one.is_overdue ? "invalid" : isOpen ? "check" : "none"),
      el("div", {},
        el("strong", {}, standing(one)),
        el("p", { id: `dispute-${one.home}-${one.id}` }, whereWords(one)),
        el("p", {}, whatWords(one)),
        el("p", { class: "note-text", translate: "no" }, noteWords(one)),
        el("p", { class: "hint" }, t(one.home === page.region.code ? "disputes.opened" : "disputes.opened_elsewhere", {
          time: dayAndTime(new Date(one.at)), region: homeOf(one),
        })),
        isOpen && !one.may_settle ? el("p", {}, t("disputes.elsewhere", { region: lookerOf(one) })) : null,
        one.may_settle ? el("p", {}, el("button", {
          type: "button", "data-deed": "settle", "data-settle": one.id, "aria-describedby": `dispute-${one.home}-${one.id}`,
          onclick: () => openSettling(one, {
            where: whereWords(one), what: whatWords(one), said: noteWords(one),
            effect: one.home === page.region.code ? t("disputes.effect") : t("disputes.effect_elsewhere", { region: homeOf(one) }),
          }),
        }, t("disputes.settle"))) : null,
        one.certificate_id ? el("small", { class: "number" }, t("disputes.certificate", { id: one.certificate_id })) : null,
        el("small", { class: "number" }, t("disputes.verification", { id: one.verification_id }))));
  }

  const round = whileSeen(ask, EVERY_MS);
  return round;
}

/** @param {string|null} cursor */
const pageAt = (cursor) => call("GET", `/api/v1/disputes?limit=${PAGE}${cursor ? `&cursor=${cursor}` : ""}`);

/**
 * A page below those before it; one that was settled meanwhile comes a second time.
 * @param {DisputeOut[]} before  @param {DisputePage} page
 */
function joined(before, page) {
  const known = new Set(before.map(addressOf));
  return { ...page, items: [...before, ...page.items.filter((one) => !known.has(addressOf(one)))] };
}

/** @param {DisputeOut} one */
function standing(one) {
  if (one.finding) return t("disputes.found", { date: dayOf(one.settled_at ?? one.at), finding: t(`common.finding_${one.finding}`) });
  return t(one.is_overdue ? "disputes.late" : "disputes.due", { date: dayOf(one.due_at) });
}

/** @param {DisputeOut} one */
function noteWords(one) {
  if (one.note) return t("disputes.note_said", { note: one.note });
  return one.home === page.region.code ? t("disputes.no_note") : t("disputes.note_elsewhere", { region: homeOf(one) });
}
