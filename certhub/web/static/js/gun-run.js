// Which keys are a scan: those that begin as one of our codes, at a gun's pace, until the code is whole.
//
//   EC1 EC4   end at 20 characters
//   EC2 EC3   say in their first two bytes how many bytes they are (certhub_verifier/formats/codes.py)
//
// A character is read as it was meant (crockford.py): upper case, O as 0, I and L as 1, spaces and hyphens as nothing.

export const GAP_MS = 400; // the slowest gun takes 150 ms a key, and a busy machine adds to it
const SHORT_CODE = 20;
const PREFIX = 3;
const LENGTH_CHARACTERS = 4;
const SMALLEST_BYTES = 72;
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/** @type {Record<string, string>} */
const MEANT = { O: "0", I: "1", L: "1" };

/**
 * @param {string} character
 * @returns {string} what it stands for in a code; "" for a space or a hyphen
 */
export function meant(character) {
  const plain = character.normalize("NFKC").toUpperCase();
  if (/^[\s\u2010-\u2015\u2212-]*$/.test(plain)) return "";
  return MEANT[plain] || plain;
}

/**
 * How long a code is that begins so.
 * @param {string} word  characters as they were meant
 * @returns {number} 0 while it has not said; NaN where no code of ours begins so
 */
export function wholeLength(word) {
  if (!/^(E|EC|EC[1-4].*)$/.test(word)) return NaN;
  if (/^EC[14]/.test(word)) return SHORT_CODE;
  if (word.length < PREFIX + LENGTH_CHARACTERS) return 0;
  const stated = Array.from(word.slice(PREFIX, PREFIX + LENGTH_CHARACTERS));
  const bytes = Math.floor(stated.reduce((sum, one) => sum * 32 + ALPHABET.indexOf(one), 0) / 16);
  return bytes < SMALLEST_BYTES ? NaN : PREFIX + Math.floor((bytes * 8 + 4) / 5);
}

/** Whether a text holds a code, or so much of one that nobody would name a window so. @param {string} text */
export const looksLikeCode = (text) =>
  /EC[1-4][0-9A-HJKMNP-TV-Z]{5}/.test(Array.from(text, meant).join(""));

/**
 * Read keys one after the other.
 * @returns {{
 *   feed: (character: string, at: number) => "nothing"|"begun"|"going_on"|"whole",
 *   forget: () => void, word: () => string, pace: () => number}}
 *   `feed`  "begun": this key may be a scan's first; "whole": it was its last, and the next begins anew
 *   `word`  what was read; `pace`  the longest wait between two of its keys, in ms
 */
export function readRuns() {
  let word = "";
  let last = -Infinity;
  let slowest = 0;
  let isOver = true;

  function begin() {
    word = "";
    slowest = 0;
    isOver = false;
  }

  return {
    feed(character, at) {
      const gap = at - last;
      last = at;
      if (isOver || gap > GAP_MS) begin();
      const one = meant(character);
      if (!one && word) return "going_on";
      const length = wholeLength(word + one);
      if (Number.isNaN(length) || (word + one).length > PREFIX && !ALPHABET.includes(one)) {
        begin();
        if (one !== "E") return "nothing";
      }
      slowest = word ? Math.max(slowest, gap) : 0;
      word += one;
      if (word.length === 1) return "begun";
      if (!length || word.length < length) return "going_on";
      isOver = true;
      return "whole";
    },
    forget: begin,
    word: () => word,
    pace: () => slowest,
  };
}
