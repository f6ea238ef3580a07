// Times as people read them: China Standard Time, and ages in whole words.

import { fill, page } from "./page.js";

const ZONE = "Asia/Shanghai";
/** @type {Intl.DateTimeFormatOptions} */
const PARTS = { hour: "2-digit", minute: "2-digit", hour12: false, timeZone: ZONE };
const FORMATS = {
  minute: new Intl.DateTimeFormat(page.html_lang, PARTS),
  second: new Intl.DateTimeFormat(page.html_lang, { ...PARTS, second: "2-digit" }),
  day: new Intl.DateTimeFormat("sv-SE", { timeZone: ZONE }), // YYYY-MM-DD
};

/** @param {Date|number} moment  @returns {string} 09:41 */
export const clockTime = (moment) => FORMATS.minute.format(moment);

/** @param {Date|number} moment  @returns {string} 09:41:07 */
export const clockSeconds = (moment) => FORMATS.second.format(moment);

/** @param {Date|number} moment  @returns {string} 2026-11-24 */
export const day = (moment) => FORMATS.day.format(moment);

/** @param {Date|number} moment  @returns {string} 2026-11-24 09:41 */
export const dayAndTime = (moment) => `${day(moment)} ${clockTime(moment)}`;

/**
 * @param {number} seconds
 * @returns {string} just now, 5 minutes ago, …: the verifier's own words and steps
 */
export function ageWords(seconds) {
  const minutes = Math.floor(Math.max(seconds, 0) / 60);
  if (seconds < -60) return page.ages.future;
  if (seconds < 10) return page.ages.now;
  if (minutes < 1) return fill(page.ages.seconds, { n: Math.floor(seconds) });
  if (minutes < 60) return fill(page.ages.minutes, { n: minutes });
  if (minutes < 48 * 60) return fill(page.ages.hours, { n: Math.floor(minutes / 60) });
  return fill(page.ages.days, { n: Math.floor(minutes / 1440) });
}

/**
 * @param {string} moment  RFC 3339
 * @param {Date|number} now
 */
export const ageOf = (moment, now) => ageWords((Number(now) - Date.parse(moment)) / 1000);
