// A note as the hub takes it: what somebody wrote in several lines goes out in one, since the hub keeps no line breaks.

/** @param {HTMLTextAreaElement} field */
export const noteOf = (field) => field.value.trim().replace(/\s*[\r\n]+\s*/g, " ");
