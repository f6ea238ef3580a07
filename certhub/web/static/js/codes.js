// A code as a person reads it: in groups that can be read out.

const GROUP = 5;

/** @param {string} code  @returns {string} */
export const grouped = (code) => (code.match(new RegExp(`.{1,${GROUP}}`, "g")) ?? []).join(" ");
