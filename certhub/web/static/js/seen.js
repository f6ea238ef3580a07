// Asking the hub again and again while somebody looks at the page: one question at a time, none while it is hidden.

/**
 * Ask at once, and again so long after each answer; a page that is shown again, or has a network again, asks at once.
 * @param {() => Promise<void>} ask  tells what goes wrong itself
 * @param {number} everyMs
 * @returns {() => Promise<void>} asks now; what is asked already is waited for
 */
export function whileSeen(ask, everyMs) {
  let timer = 0;
  /** @type {Promise<void>|null} */
  let asking = null;

  async function once() {
    try {
      await ask();
    } finally {
      asking = null;
      if (!document.hidden) timer = setTimeout(round, everyMs);
    }
  }

  function round() {
    clearTimeout(timer);
    asking = asking ?? once();
    return asking;
  }

  function look() {
    if (document.hidden) clearTimeout(timer);
    else round();
  }

  document.addEventListener("visibilitychange", look);
  addEventListener("pageshow", (event) => event.persisted && look());
  addEventListener("online", look);
  return round;
}
