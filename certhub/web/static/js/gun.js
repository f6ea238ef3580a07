// The scanner gun: a keyboard that types fast. A run of keys that begins as a code of ours is a scan, wherever the
// focus is (gun-run.js); the field that it fell into gets back what stood there before its first key. Every other key
// belongs to the field. We read the physical key, so that Caps Lock, a Chinese input method and full-width mode do
// not matter.
//
//   a whole code            is told at its last character; a gun needs no Enter
//   part of one             is told at Enter, at Tab or when the keys stop, where no text can be typed
//   anything else, fast     outside fields: is told too, so that a payment code is named as what it is
//   Enter or Tab just after is the gun's line end, at the pace of its run

import { GAP_MS, readRuns } from "./gun-run.js";

/** @typedef {HTMLInputElement|HTMLTextAreaElement|HTMLSelectElement} Field */

const FOREIGN_GAP_MS = 120;
const SHORTEST = 8; // characters; fewer are a person
const PREFIX = 3;
const ECHO_MS = 150;
const LATE_MS = 300; // an input method may still write into the field that we gave back

/**
 * Return the character of a key by its place on the keyboard, not what an input method made of it.
 * @param {KeyboardEvent} event
 * @returns {string} one character, or "" for a key that types none
 */
export function charOf(event) {
  const code = event.code || "";
  const letter = /^Key([A-Z])$/.exec(code);
  if (letter) return event.shiftKey ? letter[1] : letter[1].toLowerCase();
  const digit = /^(?:Digit|Numpad)(\d)$/.exec(code);
  if (digit && !(event.shiftKey && code.startsWith("Digit"))) return digit[1];
  if (code === "Minus" && !event.shiftKey) return "-";
  return event.key && event.key.length === 1 ? event.key.normalize("NFKC") : "";
}

/**
 * Listen for scans on the whole document.
 * @param {{onCode: (code: string) => void, onProgress: (length: number) => void,
 *          onEnter: (event: KeyboardEvent) => void}} heard
 *   `onProgress`  characters so far, 0 when nothing came of them
 *   `onEnter`     a person's Enter, outside fields; never one that belongs to a scan
 */
export function listenForGun({ onCode, onProgress, onEnter }) {
  const run = readRuns();
  let loose = ""; // keys outside fields that may be somebody else's code
  let last = -Infinity;
  let endedAt = -Infinity;
  let echo = ECHO_MS;
  /** @type {() => void} */
  let giveBack = () => undefined;
  let silence = 0;
  let isShown = false; // that something is being received

  /** @param {string} code  @param {number} at  @param {number} wait */
  function tell(code, at, wait) {
    clearTimeout(silence);
    run.forget();
    loose = "";
    endedAt = at;
    echo = wait;
    isShown = false;
    onCode(code);
  }

  /** The keys stop, or a line end comes: is what there is worth telling? @param {number} at  @param {HTMLElement|null} field */
  function stop(at, field) {
    clearTimeout(silence);
    const [word, foreign] = [run.word(), loose];
    run.forget();
    loose = "";
    if (word.length >= SHORTEST && !(field && field.tagName !== "SELECT")) {
      giveBack();
      tell(word, at, ECHO_MS);
      return true;
    }
    if (!field && foreign.length >= SHORTEST) {
      tell(foreign.toUpperCase(), at, ECHO_MS);
      return true;
    }
    progress(0);
    return false;
  }

  /** @param {number} length */
  function progress(length) {
    if (length || isShown) onProgress(length);
    isShown = length > 0;
  }

  /** @param {KeyboardEvent} event */
  function lineEnd(event) {
    const at = event.timeStamp;
    const isEcho = at - endedAt <= echo;
    const isGoingOn = at - last <= GAP_MS;
    const isFast = at - last <= FOREIGN_GAP_MS && loose !== "";
    const field = fieldOf(event.target);
    if (!isGoingOn) run.forget();
    if (!isFast) loose = "";
    if (isEcho || (isGoingOn && stop(at, field))) {
      if (isEcho) endedAt = at;
    } else if (!isFast || field) {
      if (event.code !== "Tab" && !field) onEnter(event);
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  /** @param {KeyboardEvent} event  @param {string} typed */
  function character(event, typed) {
    const at = event.timeStamp;
    const field = fieldOf(event.target);
    if (at - last > FOREIGN_GAP_MS) loose = "";
    last = at;
    loose = field ? "" : loose + typed;
    const before = field && snapshot(field);
    const state = run.feed(typed, at);
    if (state === "begun") giveBack = before ? () => restore(before) : () => undefined;
    if (state === "whole") {
      event.preventDefault();
      event.stopPropagation();
      const word = run.word();
      giveBack();
      tell(word, at, Math.max(ECHO_MS, 3 * run.pace()));
      return;
    }
    const isScan = run.word().length >= PREFIX;
    if (!field && (isScan || loose.length >= SHORTEST)) event.preventDefault();
    clearTimeout(silence);
    if (!isScan && loose.length < SHORTEST) {
      progress(0);
      return;
    }
    progress(Math.max(run.word().length, field ? 0 : loose.length));
    silence = setTimeout(() => stop(performance.now(), field), GAP_MS + ECHO_MS);
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
    if (event.code === "Enter" || event.code === "NumpadEnter" || event.code === "Tab") {
      lineEnd(event);
      return;
    }
    const typed = charOf(event);
    if (typed) character(event, typed);
  }, { capture: true });
}

/** @param {EventTarget|null} target  @returns {HTMLElement|null} the field that keys would change, or null */
function fieldOf(target) {
  if (!(target instanceof HTMLElement)) return null;
  return target.isContentEditable ? target : target.closest("input, textarea, select"); // an option's field is its select
}

/** @param {HTMLElement} field  @returns {field is Field} */
const hasValue = (field) =>
  field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement || field instanceof HTMLSelectElement;

/** @param {HTMLElement} field */
function snapshot(field) {
  const text = hasValue(field) && !(field instanceof HTMLSelectElement) ? field : null;
  const value = hasValue(field) ? field.value : "";
  return { field, value, start: text?.selectionStart ?? null, end: text?.selectionEnd ?? null };
}

/**
 * Put back what stood in a field, also against an input method that writes once more.
 * @param {ReturnType<typeof snapshot>} before
 */
function restore({ field, value, start, end }) {
  const put = () => {
    if (!hasValue(field) || field.value === value) return;
    field.value = value;
    if (start !== null && !(field instanceof HTMLSelectElement)) field.setSelectionRange(start, end);
    field.dispatchEvent(new Event("change", { bubbles: true }));
  };
  field.blur(); // ends a composition
  if (field.tagName === "SELECT") field.replaceWith(field); // closes its list
  put();
  const late = new AbortController();
  for (const kind of ["input", "compositionend"]) field.addEventListener(kind, put, { signal: late.signal });
  setTimeout(() => late.abort(), LATE_MS);
}
