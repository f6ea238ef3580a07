// Showing for a matter: what it needs, what of it the holder has, and what the counter will see, before a code appears.

import { Failed, call } from "./api.js";
import { byId, el, tell, verdictIcon } from "./dom.js";
import { fill, page, pageOf, t } from "./page.js";
import { causeWords, keepChoice } from "./proposals.js";
import { conditionOf, drawRequirements, materialsHead, nameOf } from "./requirements.js";
import { listed, textOf, titleName } from "./titles.js";

/** @import { ItemOut, PreviewOut } from "../../types/answers.js" */
/** @import { Matter, Requirement } from "../../types/routes.js" */
/** @import { ShownItem } from "./proposals.js" */

export const GLANCE = "glance";
/** @type {Matter[]} */
let known = [];

/** @param {string} code  @returns {Matter|undefined} */
export const matterOf = (code) => known.find((one) => one.code === code);

/** Fill the field: the choice is the holder's, so that none stands there at first. @throws {Failed} */
export async function loadMatters() {
  const field = byId("matter", HTMLSelectElement);
  field.replaceChildren(el("option", { value: "" }, t("me.matter_none")), el("option", { value: GLANCE }, t("me.matter_glance")));
  known = (await call("GET", "/api/v1/matters")).items;
  field.append(...known.map((one) => el("option", { value: one.code }, nameOf(one))));
}

/**
 * Keep what is shown for a matter.
 * @param {{nameOfHeld: (id: string) => string, onChange: () => void, onShow: (matter: Matter, items: ShownItem[], isWanted: () => boolean) => Promise<void>}} heard
 */
export function keepMatter({ nameOfHeld, onChange, onShow }) {
  const choice = keepChoice(byId("proposals"), nameOfHeld, onChange);
  const dialog = byId("preview", HTMLDialogElement);
  const show = byId("preview-show", HTMLButtonElement);
  /** @type {Matter|undefined} */
  let matter;
  /** @type {ShownItem[]} */
  let items = [];
  let turn = 0; // which preview is open: what comes of one that was closed is neither shown nor told

  /** Take another matter; none clears. @param {Matter|undefined} next  @throws {Failed} */
  async function take(next) {
    matter = next;
    choice.clear();
    byId("proposals").classList.toggle("to-see", next?.mode !== "L1");
    byId("to-asked").hidden = !next || next.mode === "L1";
    tell(byId("matter-note"), next && next.mode !== "L1" ? t(`me.takes_${next.mode}`) : "", "warn");
    tell(byId("matter-elsewhere"), next ? elsewhereWords(next) : "", "warn");
    if (!next) return;
    const { requirements } = await call("GET", `/api/v1/me/matters/${encodeURIComponent(next.code)}`);
    if (matter !== next) return; // another was chosen meanwhile
    choice.draw(requirements, next);
  }

  /** Show what the counter will see. @throws {Failed} */
  async function preview() {
    if (!matter) return;
    const mine = matter;
    const chosen = choice.items();
    const ahead = await call("POST", "/api/v1/me/presentations/preview", { body: { items: chosen, mode: "ticket", matter: mine.code } });
    if (matter !== mine) return; // another was chosen meanwhile
    items = chosen;
    drawPreview(ahead, mine);
    dialog.showModal();
    dialog.scrollTop = 0;
    byId("preview-title").focus();
  }

  show.addEventListener("click", async () => {
    if (!matter) return;
    show.disabled = true; // a second press while the code is made would make another
    const mine = turn;
    const isWanted = () => mine === turn;
    try {
      await onShow(matter, items, isWanted);
      if (isWanted()) dialog.close();
    } catch (failed) {
      if (!(failed instanceof Failed)) throw failed;
      if (isWanted()) tell(byId("preview-said"), failed.words, "bad");
    } finally {
      if (isWanted()) show.disabled = false;
    }
  });
  dialog.addEventListener("close", () => {
    turn += 1;
    show.disabled = false;
  });
  byId("preview-back").addEventListener("click", () => dialog.close());

  return { take, preview, count: () => choice.items().length, isShowable: () => matter?.mode === "L1" };
}

/**
 * Where this matter cannot be done with our certificates, before anybody travels; "" where there is nothing to say.
 * Regions that lack the same are told together.
 * @param {Matter} matter
 */
function elsewhereWords({ elsewhere, requirements }) {
  /** @type {Map<string, string[]>} the regions, by what cannot be met there */
  const regions = new Map();
  for (const [region, ids] of Object.entries(elsewhere)) {
    const lacking = requirements.filter((one) => ids.includes(one.id));
    if (!lacking.length) continue;
    const key = lacking.some((one) => !one.condition) ? "me.elsewhere_not" : "me.elsewhere_part";
    const words = t(key, { what: listed(lacking.map(nameOf)), home: page.region.name, region: "{region}" });
    regions.set(words, [...(regions.get(words) ?? []), pageOf("me").region_names[region] ?? region]);
  }
  return [...regions].map(([words, names]) => fill(words, { region: listed(names) })).join(" ");
}

/** When what is missing is wanted at all; the counter may say that it is not. @param {Requirement} one  @param {Matter} matter */
function wantedOnly(one, matter) {
  const only = one.state === "missing" ? conditionOf(matter, one.id) : "";
  return only ? el("p", { class: "hint" }, t("me.wanted_only", { condition: only })) : null;
}

/** What the counter draws of every certificate, where it is told: who issued it, and from when until when it is good. @param {ItemOut} item */
function aboutIt({ issuer, valid_from: from, valid_to: to }) {
  const agency = issuer && (pageOf("me").agency_names[issuer.code ?? ""] || issuer.name || issuer.code);
  return [
    ...(agency ? [[t("me.sees_issuer"), agency]] : []),
    ...(from ? [[t("me.sees_validity"), to ? t("me.sees_from_to", { from, to }) : t("me.sees_from_on", { from })]] : []),
  ];
}

/** @param {PreviewOut} ahead  @param {Matter} matter */
function drawPreview({ requirements, materials, counter_sees: sees }, matter) {
  tell(byId("preview-said"), "");
  byId("preview-word").replaceChildren(...(materials ? materialsHead(materials) : []));
  drawRequirements(byId("preview-requirements"), requirements, { causeWords, more: (one) => wantedOnly(one, matter) });
  byId("preview-sees").replaceChildren(...sees.map((item) => el("section", { class: "seen card" },
    el("h4", {}, verdictIcon(item.verdict), " ",
      el("span", {}, "kind_name" in item ? (page.lang === "en" ? item.kind_name_en : item.kind_name) : causeWords(item.code))),
    item.code === "OK" ? null : el("p", { class: "line" }, `${pageOf("me").verdict_words[item.verdict]} · ${causeWords(item.code)}`),
    "disclosed" in item ? el("dl", { class: "who" },
      ...[...aboutIt(item), ...Object.entries(item.disclosed).map(([title, value]) => [titleName(title), textOf(value)])]
        .flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value)])) : null,
    "disclosed" in item && !Object.keys(item.disclosed).length ? el("p", { class: "hint" }, t("me.sees_nothing")) : null)));
}
