// What a scanner gun does, done by a script: the test cards type their codes with it.

/**
 * Type a code as a gun would: real key events on the document, then Enter.
 * @param {string} code
 */
export function typeLikeAGun(code) {
  for (const one of code) press(codeOf(one), one);
  press("Enter", "Enter");
}

/** @param {string} code  @param {string} key */
function press(code, key) {
  const target = document.activeElement || document.body;
  const isCapital = /^[A-Z]$/.test(key);
  for (const kind of ["keydown", "keyup"]) {
    target.dispatchEvent(
      new KeyboardEvent(kind, { code, key, shiftKey: isCapital, bubbles: true, cancelable: true }),
    );
  }
}

/** @param {string} character */
function codeOf(character) {
  if (/[a-z]/i.test(character)) return `Key${character.toUpperCase()}`;
  return /\d/.test(character) ? `Digit${character}` : "";
}
