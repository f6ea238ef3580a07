// Who looked at what the holder holds: each look in plain words as soon as the hub knows of it, and what became of it.

import { Failed, call } from "./api.js";
import { prepareDispute } from "./dispute.js";
import { byId, el, tell, verdictIcon } from "./dom.js";
import { has, page, pageOf, t } from "./page.js";
import { keepRows } from "./rows.js";
import { whileSeen } from "./seen.js";
import { serverNow } from "./server-time.js";
import { day, dayAndTime } from "./times.js";
import { capital, listed, titleName } from "./titles.js";

/** @import { DisputeState, LookOut } from "../../types/answers.js" */

const PAGE = 20;
const MOST = 100; // a page of the hub has no more
const EVERY_MS = 2_500;
const { cause_words: causes, verdict_words: verdicts } = pageOf("me");

/** @param {string} zh  @param {string} en */
const named = (zh, en) => (page.lang === "en" && en) || zh;
/** @param {LookOut} one  @returns {string} office and window, and the region when it is another */
const placeOf = (one) => [
  one.region === page.region.code ? "" : named(one.region_name, one.region_name_en), one.office, one.window,
].filter(Boolean).join(" ");
/** @param {string} moment */
const when = (moment) => dayAndTime(new Date(moment));
/** @param {string} moment */
const dayOf = (moment) => day(new Date(moment));

/** @param {LookOut} one */
const didWords = (one) => t(one.kind ? "me.look_did" : "me.look_asked", {
  kind: named(one.kind_name ?? "", one.kind_name_en ?? ""), matter: named(one.matter_name, one.matter_name_en),
});

/**
 * Keep the list of looks: it asks by itself while the page is seen.
 * @returns {() => Promise<void>} asks now
 */
export function keepLooks() {
  const list = byId("looks");
  const more = byId("looks-more", HTMLButtonElement);
  const heard = byId("looks-heard");
  /** @type {LookOut[]|null} none before the first answer */
  let looks = null;
  /** @type {string|null} */
  let following = null;
  const draw = keepRows(list, { idOf: (/** @type {LookOut} */ one) => one.id, row });
  const openDispute = prepareDispute((id, dispute) => {
    keep((looks ?? []).map((one) => (one.id === id ? { ...one, disputed: true, dispute } : one)), following);
    tell(byId("looks-lost"), "");
    heard.textContent = t("me.dispute_sent", { date: dayOf(dispute.due_at) });
    if (document.querySelector("dialog[open]")) return; // the holder is at another look by now
    [...list.children].filter((one) => one instanceof HTMLElement).find((one) => one.dataset.look === id)?.focus();
  }, (words) => tell(byId("looks-lost"), words, "bad"));

  /** @param {LookOut[]} next  @param {string|null} cursor */
  function keep(next, cursor) {
    looks = next;
    following = cursor;
    draw(next);
    more.hidden = !cursor;
    byId("looks-none").hidden = next.length > 0;
  }

  /** What is wrong, said once: a line that says the same again would be read out again. @param {string} words */
  function complain(words) {
    const line = byId("looks-said");
    if (line.textContent !== words) tell(line, words, "bad");
  }

  /** @param {() => Promise<void>} deed */
  async function tried(deed) {
    try {
      await deed();
      complain("");
    } catch (failed) {
      if (!(failed instanceof Failed)) throw failed;
      complain(t("me.looks_stuck", { words: failed.words }));
    }
    list.setAttribute("aria-busy", "false");
  }

  /** The newest anew, as many as stand there; the older ones stay below, unless so many came that there would be a gap. */
  const ask = () => tried(async () => {
    const known = looks;
    const told = await call("GET", `/api/v1/me/looks?limit=${Math.min(MOST, Math.max(PAGE, known?.length ?? 0))}`);
    if (known !== looks) return; // older ones came, or one was objected to: the next answer knows of it
    const ids = new Set(told.items.map((one) => one.id));
    const last = known ? known.findIndex((one) => one.id === told.items[told.items.length - 1]?.id) : -1;
    const older = last < 0 ? [] : (known ?? []).slice(last + 1).filter((one) => !ids.has(one.id));
    const fresh = told.items.filter((one) => known && !known.some((before) => before.id === one.id)).length;
    if (fresh) heard.textContent = t("me.looks_new", { count: fresh });
    keep([...told.items, ...older], older.length ? following : told.next_cursor);
  });

  more.addEventListener("click", () => tried(async () => {
    if (!following) return;
    more.disabled = true;
    try {
      const told = await call("GET", `/api/v1/me/looks?limit=${PAGE}&cursor=${following}`);
      const before = looks ?? [];
      const ids = new Set(before.map((one) => one.id));
      const added = told.items.filter((one) => !ids.has(one.id));
      keep([...before, ...added], told.next_cursor);
      if (!added.length) return;
      const first = list.children[before.length]; // the button may be gone: one reads on where it was
      if (first instanceof HTMLElement) first.focus();
    } finally {
      more.disabled = false;
    }
  }));

  /** @param {LookOut} one */
  function row(one) {
    const asks = one.predicates.map((name) => (has(`me.look_asks_${name}`) ? t(`me.look_asks_${name}`) : name));
    const lines = [
      one.acting_for ? t("me.acting_for", { name: one.acting_for }) : "",
      one.fields.length ? t("me.look_fields", { fields: listed(one.fields.map(titleName)) }) : t("me.look_no_fields"),
      asks.length ? t("me.asks", { what: listed(asks) }) : "",
      one.code && one.code !== "OK" ? t("me.look_because", { cause: causes[one.code] || one.code }) : "",
      one.result ? t(`me.look_result_${one.result}`) : "",
    ].filter(Boolean);
    return el("li", { class: "card look", "data-look": one.id },
      el("p", { class: "look-head", id: `look-${one.id}` }, el("time", { datetime: one.at }, when(one.at)), " ", el("span", {}, placeOf(one))),
      el("p", { class: "look-did" }, el("strong", {}, didWords(one)), " ", one.kind ? chip(one) : ""),
      ...lines.map((line) => el("p", { class: "line" }, line)),
      one.dispute ? disputeLine(one.dispute) : el("button", {
        type: "button", "data-deed": "dispute", "aria-describedby": `look-${one.id}`,
        onclick: () => openDispute(one, `${when(one.at)} ${placeOf(one)}`, didWords(one)),
      }, t("me.dispute")));
  }

  return whileSeen(ask, EVERY_MS);
}

/** @param {LookOut} one */
function chip({ verdict }) {
  if (!verdict) return el("span", { class: "chip none" }, verdictIcon("none"), t("me.look_no_verdict"));
  return el("span", { class: `chip ${verdict}`, "data-verdict": verdict }, verdictIcon(verdict), capital(verdicts[verdict]));
}

/** @param {DisputeState} dispute */
function disputeLine({ state, opened_at: opened, due_at: due, finding, settled_at: settled }) {
  const isLate = state === "open" && serverNow() > Date.parse(due);
  const words = finding
    ? t("me.dispute_settled", { date: dayOf(settled ?? opened), finding: t(`common.finding_${finding}`) })
    : t(isLate ? "me.dispute_late" : "me.dispute_open", { date: dayOf(due) });
  return el("p", { class: `note look-dispute ${finding ? "good" : "warn"}`, "data-dispute": state }, words);
}
