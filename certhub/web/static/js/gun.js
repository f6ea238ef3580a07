// The scanner gun: a keyboard that types fast. We read the physical key, so that Caps Lock, a Chinese input
// method and full-width mode do not matter, and keep out of real fields.
//
//   a gap of more than 120 ms   starts over          under 8 characters   is a human
//   Enter or Tab                ends a burst         an Enter just after  is the gun's second line end

const GAP_MS = 120;
const SHORTEST = 8;
const ECHO_MS = 150;

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
 * Listen for bursts on the whole document.
 * @param {{onCode: (code: string) => void, onProgress: (length: number) => void,
 *          onEnter: (event: KeyboardEvent) => void}} heard
 *   `onEnter` is a person's Enter, outside fields; never one that belongs to a burst
 */
export function listenForGun({ onCode, onProgress, onEnter }) {
  let typed = "";
  let last = -Infinity;
  let ended = -Infinity;

  const end = (event) => {
    const isBurst = typed !== "" && event.timeStamp - last <= GAP_MS;
    const code = isBurst && typed.length >= SHORTEST ? typed.toUpperCase() : "";
    typed = "";
    if (!isBurst && event.timeStamp - ended > ECHO_MS) {
      if (event.key === "Enter") onEnter(event);
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    ended = event.timeStamp;
    if (code) onCode(code);
    else onProgress(0);
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat || isField(event.target)) return;
    if (event.code === "Enter" || event.code === "NumpadEnter" || event.code === "Tab") {
      end(event);
      return;
    }
    const character = charOf(event);
    if (!character) return;
    if (event.timeStamp - last > GAP_MS) typed = "";
    typed += character;
    last = event.timeStamp;
    if (typed.length >= SHORTEST) {
      event.preventDefault();
      onProgress(typed.length);
    }
  }, { capture: true });
}

/**
 * Type a code as a gun would: real key events on the document, then Enter. For the demo's test cards.
 * @param {string} code
 */
export function typeLikeAGun(code) {
  for (const character of code) press(codeOf(character), character);
  press("Enter", "Enter");
}

function press(code, key) {
  const target = document.activeElement || document.body;
  const isCapital = /^[A-Z]$/.test(key);
  for (const kind of ["keydown", "keyup"]) {
    target.dispatchEvent(
      new KeyboardEvent(kind, { code, key, shiftKey: isCapital, bubbles: true, cancelable: true }),
    );
  }
}

function codeOf(character) {
  if (/[a-z]/i.test(character)) return `Key${character.toUpperCase()}`;
  return /\d/.test(character) ? `Digit${character}` : "";
}

function isField(target) {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}
