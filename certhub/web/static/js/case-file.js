// The case that a verification belongs to: what was verified in it before, and how its matter stands now.

import { call } from "./api.js";
import { letAskHolder } from "./case-ask.js";
import { byId, el, verdictIcon } from "./dom.js";
import { t } from "./page.js";
import { materialsHead } from "./requirements.js";
import { dayAndTime } from "./times.js";
import { causeWords, verdictWord } from "./verdicts.js";

/** @import { Report } from "../../types/routes.js" */

/**
 * Let the clerk unfold the case of what is on the screen.
 * @param {(deed: () => Promise<void>) => Promise<void>} told  says what fails on purpose
 * @returns {(report: Report|null, number: string) => void} takes the report that is on the screen now
 */
export function letSeeCase(told) {
  const fold = byId("case-file", HTMLDetailsElement);
  const place = byId("case-file-lines");
  const ask = letAskHolder(told);
  let id = "";

  fold.addEventListener("toggle", () => fold.open && id && told(async () => {
    const asked = id;
    const found = await call("GET", `/api/v1/cases/${asked}`);
    if (asked !== id) return; // the next person is on the screen
    place.replaceChildren(
      el("p", { class: "materials-word" }, ...materialsHead(found.materials)),
      el("ol", {}, ...found.verifications.map((line) => el("li", {},
        line.verdict && verdictIcon(line.verdict),
        [dayAndTime(new Date(line.at)), line.verdict && verdictWord(line.verdict),
          line.code && line.code !== "OK" && causeWords(line.code)].filter(Boolean).join(" · ")))));
    ask(asked, found.known);
  }));

  return (report, number) => {
    id = report?.case_id ?? "";
    fold.hidden = !id;
    fold.open = false;
    place.replaceChildren();
    ask("", []);
    byId("case-file-number").textContent = t("counter.case_file", { number });
  };
}
