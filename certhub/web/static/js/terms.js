// What a clerk says of the matter before a scan or a request: which requirements do not apply here, and the value that
// the matter compares. It stays for its case and its matter, and goes with the next question of them. Another case
// number or another matter does not have it; it is forgotten with the first question of theirs, not before, since a gun
// that types into a field changes it too, until it is put back.

import { byId, el, tell } from "./dom.js";
import { matterOf } from "./matters.js";
import { t } from "./page.js";
import { conditionOf, nameOf } from "./requirements.js";
import { titleName } from "./titles.js";

/** @import { Matter, MatterRequirement, Mode } from "../../types/routes.js" */

/**
 * Keep what is said of the matter and of the case that the fields name.
 * @param {{matterField: HTMLSelectElement, caseField: HTMLInputElement}} fields  @param {(mode: Mode) => void} onMatter
 */
export function keepTerms({ matterField, caseField }, onMatter) {
  const place = byId("terms");
  /** @type {{of: string, away: Set<string>, value: string}} the requirements that do not apply, and the value to compare */
  let said = { of: "", away: new Set(), value: "" };

  let isMissed = false; // the value: said once, when a request was opened without it

  const matter = () => matterOf(matterField.value);
  const here = () => subject(matterField.value, caseField.value);
  const value = () => (said.of === here() ? said.value : "");

  /** What is said from now on is of this matter and case: of another one nothing is left. */
  function settle() {
    if (said.of !== here()) said = { of: here(), away: new Set(), value: "" };
    return said;
  }

  function draw() {
    drawHere();
    onMatter(matter()?.mode ?? "L1");
  }

  function drawHere() {
    const known = matter();
    const mode = known?.mode ?? "L1";
    const boxes = (known?.requirements ?? []).map((one) => box(one)).filter((one) => one !== null);
    const title = compared(known);
    place.replaceChildren(
      ...(mode === "L1" ? [] : [el("p", { class: "note warn", id: "terms-mode" }, t(`counter.takes_${mode}`))]),
      ...(boxes.length ? [el("fieldset", {}, el("legend", {}, t("counter.terms")), ...boxes)] : []),
      ...(title ? [valueField(title)] : []),
    );
    place.hidden = !place.childElementCount;
    for (const row of byId("requirements").querySelectorAll("label.away")) {
      if (row instanceof HTMLElement) row.hidden = row.dataset.of !== here(); // of a result: it stands beside another matter
    }
  }

  /**
   * A box that declares a requirement not applicable; none where nobody may declare it.
   * @param {Pick<MatterRequirement, "id"|"name"|"name_en">} one
   * @param {{matter: string, caseNumber: string}} [of]  what it is of, in a result, beside the requirement's own name
   * @returns {HTMLElement|null}
   */
  function box(one, of) {
    const only = conditionOf(of ? matterOf(of.matter) : matter(), one.id);
    if (!only) return null;
    const mine = of ? subject(of.matter, of.caseNumber) : here();
    const words = t("counter.not_applicable", { condition: only });
    const field = el("input", { type: "checkbox", "data-away": one.id });
    field.checked = said.of === mine && said.away.has(one.id);
    field.addEventListener("change", () => {
      const now = settle().away;
      if (field.checked) now.add(one.id);
      else now.delete(one.id);
    });
    return el("label", { class: "away", "data-of": mine, hidden: mine !== here() }, field, el("span", {},
      of ? null : el("strong", {}, nameOf(one)), of ? null : " ", el("span", {}, words)));
  }

  /** @param {string} title */
  function valueField(title) {
    const field = el("input", { id: "declared", maxlength: "400", autocomplete: "off", spellcheck: "false", "data-title": title, "aria-describedby": "declared-said declared-how" });
    const note = el("p", { id: "declared-said", role: "status", class: "note", hidden: true });
    field.value = value();
    field.addEventListener("input", () => {
      settle().value = field.value;
      isMissed = false;
      tell(note, "");
    });
    if (isMissed) tell(note, t("counter.declared_missing", { field: titleName(title) }), "bad");
    return el("div", { class: "field" },
      el("label", { for: "declared" }, t("counter.declared", { field: titleName(title) })), field, note,
      el("p", { class: "hint", id: "declared-how" }, t("counter.declared_how")));
  }

  function clear() {
    said = { of: "", away: new Set(), value: "" };
    isMissed = false;
    draw();
  }

  matterField.addEventListener("change", () => {
    isMissed = false;
    draw();
  });
  for (const kind of ["input", "change"]) { // "change" alone: a gun's letters are taken out again
    caseField.addEventListener(kind, () => {
      isMissed = false;
      drawHere();
    });
  }
  return {
    draw, clear, box,
    mode: () => matter()?.mode ?? "L1",
    /**
     * Ask for the value that the matter compares, where it is not typed: once, so that it can be left out.
     * @param {() => void} uncover  what stands in the place of its field
     */
    asksForValue(uncover) {
      const wasMissed = isMissed;
      isMissed = !wasMissed && compared(matter()) !== "" && !value().trim();
      if (isMissed || wasMissed) draw();
      if (isMissed) uncover();
      const field = place.querySelector("#declared");
      if (isMissed && field instanceof HTMLInputElement) field.focus();
      return isMissed;
    },
    /** @returns {string[]|undefined} left out of the question where there is none */
    notApplicable() {
      const { away: now } = settle();
      return now.size ? [...now] : undefined;
    },
    /** @returns {Record<string, string>|undefined} */
    declared() {
      const title = compared(matter());
      const typed = settle().value.trim();
      return title && typed ? { [title]: typed } : undefined;
    },
  };
}

/** The matter and the case that something is said of. @param {string} matter  @param {string} caseNumber */
const subject = (matter, caseNumber) => JSON.stringify([matter, caseNumber.trim()]);

/** Which claim a matter compares with what is typed. @param {Matter|undefined} matter  @returns {string} */
function compared(matter) {
  const asked = matter?.requirements.flatMap((one) => one.accepts.flatMap((way) => way.predicates)) ?? [];
  return String(asked.find((one) => one.name === "equals")?.arguments.field ?? "");
}
