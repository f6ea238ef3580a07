// Covering personal data: enough stays to compare by, nothing to copy from.

/**
 * @param {string} name
 * @returns {string} 张*示, 欧**本, 李*
 */
export function maskName(name) {
  const letters = Array.from(name);
  if (letters.length < 2) return "*";
  if (letters.length === 2) return `${letters[0]}*`;
  return letters[0] + "*".repeat(Math.min(letters.length - 2, 4)) + letters[letters.length - 1];
}

/**
 * @param {string} value
 * @returns {string} the first three and last two of what is long enough, else the first alone
 */
export function maskValue(value) {
  const letters = Array.from(value);
  if (letters.length >= 8) return `${letters.slice(0, 3).join("")}****${letters.slice(-2).join("")}`;
  return (letters[0] || "") + "***";
}
