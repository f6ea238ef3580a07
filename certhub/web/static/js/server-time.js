// The server's time, on a machine whose own clock may be wrong, may be set while we look, and may sleep.
//
// A duration is the longer of two: `performance.now()` stands still while some machines sleep, the wall clock can be
// set back. An instant of the server is never guessed too early, so that nothing counted by it lives too long.

import { page } from "./page.js";

const DATE_LAG_MS = 2_000; // a Date header has whole seconds (RFC 9110 §6.6.1), and servers write it once a second

/** @returns {() => number} the milliseconds since now, never too few */
export function startWatch() {
  const [steady, wall] = [performance.now(), Date.now()];
  return () => Math.max(performance.now() - steady, Date.now() - wall, 0);
}

// The page was drawn after its navigation began, when `performance.now()` was 0.
const loadedAgo = performance.now();
const sinceLoad = startWatch();
let latest = () => Date.parse(page.now) + loadedAgo + sinceLoad();

/**
 * Take the Date header of an answer.
 * @param {string|null} header
 * @param {() => number} sinceAsked  a watch that was started before the question left
 */
export function heardFromServer(header, sinceAsked) {
  const date = Date.parse(header || "");
  if (date) latest = () => date + DATE_LAG_MS + sinceAsked();
}

/** @returns {number} milliseconds since 1970: the latest that it can be at the server now */
export const serverNow = () => latest();

/**
 * Count down to an instant of the server. What is heard later does not change it.
 * @param {string} instant  RFC 3339
 * @returns {() => number} the milliseconds that are left for certain, 0 from the end on or for no instant at all
 */
export function countDown(instant) {
  const life = Date.parse(instant) - serverNow() || 0;
  const since = startWatch();
  return () => Math.max(0, life - since());
}
