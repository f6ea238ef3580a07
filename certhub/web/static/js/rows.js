// A list that is drawn again while somebody reads it: a row that says the same stays the element that it was, the focus
// stays where it is, and what is being read does not move when something comes above it.

/**
 * @template One
 * @typedef {{idOf: (one: One) => string, row: (one: One) => HTMLLIElement}} Drawing  `row` makes a row anew
 */

/**
 * Keep a list.
 * @template One
 * @param {HTMLElement} list
 * @param {Drawing<One>} drawing
 * @returns {(items: One[]) => void} draws these
 */
export function keepRows(list, { idOf, row }) {
  /** @type {Map<string, {made: HTMLLIElement, says: string}>} */
  let rows = new Map();

  /** @param {One} one */
  function rowOf(one) {
    const says = JSON.stringify(one);
    const known = rows.get(idOf(one));
    if (known && known.says === says) return known;
    const made = row(one);
    made.tabIndex = -1; // the focus of a control that goes away goes to its row
    if (known) takeOver(known.made, made);
    return { made, says };
  }

  return (items) => {
    const focused = document.activeElement;
    const isInside = focused instanceof HTMLElement && list.contains(focused);
    const stay = placeOf(list);
    rows = new Map(items.map((one) => [idOf(one), rowOf(one)]));
    const wanted = [...rows.values()].map(({ made }) => made);
    for (const old of [...list.children]) if (!wanted.some((made) => made === old)) old.remove();
    wanted.forEach((made, n) => {
      if (list.children[n] !== made) list.insertBefore(made, list.children[n] ?? null);
    });
    if (isInside && focused.isConnected && document.activeElement !== focused) focused.focus({ preventScroll: true });
    stay();
  };
}

/** Put a row in the place of what it was, with its focus. @param {HTMLElement} old  @param {HTMLElement} made */
function takeOver(old, made) {
  const focused = old.contains(document.activeElement) ? document.activeElement : null;
  const deed = focused instanceof HTMLElement ? focused.dataset.deed : undefined;
  old.replaceWith(made);
  if (!focused) return;
  const same = deed ? made.querySelector(`[data-deed="${CSS.escape(deed)}"]`) : null;
  (same instanceof HTMLElement ? same : made).focus({ preventScroll: true });
}

/**
 * Remember what is read: the first row on the screen, once the list begins above it.
 * @param {HTMLElement} list
 * @returns {() => void} puts it back to the height where it was
 */
function placeOf(list) {
  if (list.getBoundingClientRect().top >= 0) return () => undefined;
  const read = [...list.children].find((one) => one.getBoundingClientRect().bottom > 0);
  const before = read?.getBoundingClientRect().top ?? 0;
  return () => {
    if (read?.isConnected) scrollBy(0, read.getBoundingClientRect().top - before);
  };
}
