// What works, in words with ages; and stopping another region at once.

import { Failed, Problem, call } from "./api.js";
import { keepDisputes } from "./disputes.js";
import { byId, el, tell, verdictIcon } from "./dom.js";
import { showIncidents, showMoreIncidents } from "./incidents.js";
import { has, page, pageOf, t } from "./page.js";
import { ageOf, ageWords, clockTime, dayAndTime } from "./times.js";

/** @import { CheckOut, PeerOut } from "../../types/answers.js" */
/** @import { Verdict } from "../../types/routes.js" */

const EVERY_MS = 30_000;
const SOON_MS = 30 * 24 * 3600 * 1000;
const said = byId("said");
const lookAtDisputes = keepDisputes();
/** @type {Record<CheckOut["state"], Verdict>} */
const SHAPES = { good: "valid", bad: "invalid", unknown: "undetermined" };
const { agency_names: agencyNames, cause_words: causes, region_names: regionNames } = pageOf("ops");

/** The name of a check; `signer-show` and `seal-<USCC>` share theirs. @param {CheckOut} one */
function checkName({ check }) {
  const [group, ...rest] = check.split("-");
  const key = `ops.check_${check.replace(/-/g, "_")}`;
  if (has(key)) return t(key);
  if (group === "signer") return t("ops.check_signer", { purpose: has(`ops.purpose_${rest[0]}`) ? t(`ops.purpose_${rest[0]}`) : rest.join("-") });
  if (group === "peer") return t("ops.check_peer", { region: regionNames[rest[0]] || rest[0] });
  return group === "seal" ? t("ops.check_seal", { agency: agencyNames[rest.join("-")] || rest.join("-") }) : check;
}

/** What a check found, as a sentence. @param {CheckOut} one */
function found(one) {
  const { check, ok, detail = {} } = one;
  if (!ok) return [explained(one), check.startsWith("peer-") && !detail.stopped ? timesOf(detail) : ""].filter(Boolean).join(" ");
  if (check.startsWith("peer-")) return peerWords(one);
  if (detail.until) return keyWords(detail);
  if (check === "trust") return t("ops.trust_words", { ...detail, age: ageOf(String(detail.as_of), Date.now()) });
  if (check === "database") return t("ops.database_words", { dialect: detail.dialect, lists: detail.status_lists });
  if (check === "status-lists") return t("ops.lists_words", { lists: detail.lists, age: ageWords(Number(detail.oldest_seconds)) });
  if (check === "agencies") return t("ops.agencies_words", detail);
  if (check === "disk") return t("ops.disk_words", detail);
  return t("ops.works");
}

/** What is wrong and what to do: `certhub doctor` says the same. @param {CheckOut} one */
function explained({ code, title, title_en, next_step, next_step_en }) {
  const [first, second] = page.lang === "en" ? [title_en, next_step_en] : [title, next_step];
  return t("ops.explained", { first, second, code: code || "" });
}

/** @param {unknown} moment */
const when = (moment) => (moment ? dayAndTime(new Date(String(moment))) : t("ops.never"));
/** @param {unknown} cause */
const causeWords = (cause) => (cause ? causes[String(cause)] || String(cause) : "-");

/** When a region answered last, when it did not, and why. @param {Record<string, unknown>} detail */
function timesOf({ good, failed, cause }) {
  if (!good && !failed) return "";
  return t("ops.peer_silent", { good: when(good), failed: when(failed), cause: causeWords(cause) });
}

/** A region that answers. @param {CheckOut} one */
function peerWords({ detail = {} }) {
  const before = detail.failed ? t("ops.peer_failed_before", { time: when(detail.failed), cause: causeWords(detail.cause) }) : "";
  return `${t("ops.peer_words", { age: ageOf(String(detail.good), Date.now()) })} ${before}`.trim();
}

/** @param {Record<string, unknown>} detail */
function keyWords(detail) {
  const until = new Date(String(detail.until));
  const key = until.getTime() - Date.now() < SOON_MS ? "ops.key_words_soon" : "ops.key_words";
  return t(key, { kid: detail.kid, until: dayAndTime(until) });
}

/** Checks that fail first, then those whose key ends soon, then the rest in the server's order. @param {CheckOut[]} checks */
function drawChecks(checks) {
  const sorted = [...checks].sort((a, b) => Number(a.ok) - Number(b.ok));
  byId("checks").replaceChildren(...sorted.map((one) => el("li", { class: one.ok ? "ok" : "fails" },
    verdictIcon(SHAPES[one.state]),
    el("div", {}, el("strong", {}, checkName(one)), el("span", {}, found(one))))));
}

async function look() {
  try {
    const [health, ready] = await Promise.all([call("GET", "/api/v1/health"), readiness()]);
    const failing = health.checks.filter((one) => !one.ok).length;
    const words = failing ? t("ops.overall_bad", { count: failing }) : t("ops.overall_good");
    const sentences = [words, t(ready ? "ops.serving" : "ops.not_serving"), t("ops.looked_at", { time: clockTime(Date.now()) })];
    overall(sentences.join(page.lang === "en" ? " " : ""), failing ? "bad" : "good");
    drawChecks(health.checks);
    drawPeers((await call("GET", "/api/v1/peers")).items, health.checks);
    await showIncidents();
  } catch (failed) {
    overall(wordsOf(failed), "bad");
  }
  await lookAtDisputes();
  byId("checks").setAttribute("aria-busy", "false");
  document.documentElement.dataset.ready = "true";
}

/** Whether a load balancer would send requests here. */
async function readiness() {
  try {
    return (await call("GET", "/readyz")).ready;
  } catch (failed) {
    if (failed instanceof Problem) return false;
    throw failed;
  }
}

/** @param {string} words  @param {"good"|"bad"} tone */
function overall(words, tone) {
  const line = byId("overall");
  line.className = `overall ${tone}`;
  if (line.textContent !== words) line.textContent = words;
}

/** @param {PeerOut[]} peers  @param {CheckOut[]} checks */
function drawPeers(peers, checks) {
  byId("peers").replaceChildren(...(peers.length ? peers.map((peer) => peerRow(peer, checks.find((one) => one.check === `peer-${peer.code}`))) : [el("li", { class: "hint" }, t("ops.no_peers"))]));
}

/** @param {PeerOut} peer */
const nameOf = (peer) => (page.lang === "en" && peer.name_en) || peer.name;

/** @param {PeerOut} peer  @param {CheckOut} [check] */
function peerRow(peer, check) {
  const name = nameOf(peer);
  const lines = [
    peer.stopped ? t("ops.peer_stopped") : t("ops.peer_open"),
    check && !peer.stopped ? found(check) : null,
    peer.waiting_notices ? t("ops.notices_wait", { number: String(peer.waiting_notices) }) : null,
    peer.agreement
      ? t("ops.agreement", { id: peer.agreement.id, n: peer.agreement.n, until: dayAndTime(new Date(peer.agreement.until)) })
      : t("ops.no_agreement"),
    peer.url ? t("ops.peer_url", { url: peer.url }) : t("ops.no_peer_url"),
  ];
  const reason = el("input", { id: `why-${peer.code}`, maxlength: 200, autocomplete: "off" });
  const act = peer.stopped ? "resumption" : "suspension";
  return el("li", { class: "card peer", "data-region": peer.code, "data-stopped": String(peer.stopped) },
    el("h3", {}, verdictIcon(peer.stopped || !peer.agreement ? "invalid" : SHAPES[check ? check.state : "unknown"]), `${name} ${peer.code}`),
    ...lines.filter(Boolean).map((line) => el("p", {}, line)),
    el("p", { class: "hint" }, t(peer.stopped ? "ops.effect_resume" : "ops.effect_stop", { name })),
    el("div", { class: "row" },
      el("label", { for: reason.id }, t("ops.reason")), reason,
      el("button", { type: "button", class: peer.stopped ? "primary" : "danger", onclick: () => change(peer, act, reason) },
        t(peer.stopped ? "ops.resume" : "ops.stop"))));
}

/** @param {PeerOut} peer  @param {"suspension"|"resumption"} act  @param {HTMLInputElement} reason */
async function change(peer, act, reason) {
  if (!reason.value.trim()) {
    tell(said, t("ops.reason_first"), "warn");
    reason.focus();
    return;
  }
  try {
    await call("POST", `/api/v1/peers/${peer.code}/${act}`, { body: { reason: reason.value.trim() } });
    tell(said, t(act === "suspension" ? "ops.stopped_done" : "ops.resumed_done", { name: nameOf(peer) }), "good");
    await look();
  } catch (failed) {
    tell(said, wordsOf(failed), "bad");
  }
}

/** @param {unknown} failed */
function wordsOf(failed) {
  if (!(failed instanceof Failed)) throw failed;
  return failed.words;
}

/** Look again by itself, unless somebody is typing a reason. */
function lookAgain() {
  if (!byId("peers").contains(document.activeElement)) look();
}

byId("again").addEventListener("click", look);
byId("incidents-more").addEventListener("click", async () => {
  try {
    await showMoreIncidents();
  } catch (failed) {
    tell(said, wordsOf(failed), "bad");
  }
});
setInterval(lookAgain, EVERY_MS);
look();
