// What the server says is wrong, at the field that it is about (RFC 6901 pointers → data-pointer, data-fault).

/**
 * Take every fault away.
 * @param {HTMLElement} form
 */
export function clearFaults(form) {
  for (const line of form.querySelectorAll("[data-fault]")) line.textContent = "";
  for (const field of form.querySelectorAll("[aria-invalid]")) {
    field.removeAttribute("aria-invalid");
    field.removeAttribute("aria-describedby");
  }
}

/**
 * Show each fault at its field, and go to the first.
 * @param {HTMLElement} form
 * @param {{pointer: string, message: string}[]} errors
 * @returns {string[]} what could not be placed
 */
export function showFaults(form, errors) {
  /** @type {string[]} */
  const homeless = [];
  /** @type {HTMLElement|null} */
  let first = null;
  for (const { pointer, message } of errors) {
    const line = nearest(form, "data-fault", pointer);
    const field = nearest(form, "data-pointer", pointer);
    if (!line) {
      homeless.push(message);
      continue;
    }
    line.id = line.id || `fault-${Math.random().toString(36).slice(2)}`;
    line.textContent = line.textContent ? `${line.textContent} ${message}` : message;
    field?.setAttribute("aria-invalid", "true");
    field?.setAttribute("aria-describedby", line.id);
    first = first || field;
  }
  first?.focus();
  return homeless;
}

/**
 * The element whose pointer is this one, or the nearest above it: /holders/0/id_number, /holders/0, /holders.
 * @param {HTMLElement} form  @param {"data-fault"|"data-pointer"} attribute  @param {string} pointer
 * @returns {HTMLElement|null}
 */
function nearest(form, attribute, pointer) {
  for (let at = pointer; at; at = at.slice(0, at.lastIndexOf("/"))) {
    /** @type {HTMLElement|null} */
    const found = form.querySelector(`[${attribute}="${CSS.escape(at)}"]`);
    if (found) return found;
  }
  return null;
}
