"""A child ends with its parent, however that one went: for processes that a launcher starts.

CERTHUB_PARENT   the launcher's process id, in the child's environment; absent or 0: nobody's child
"""

import os
import signal
import time

PARENT = "CERTHUB_PARENT"
LOOK_SECONDS = 0.5


def end_with_parent() -> None:
    """Send this process SIGTERM once the launcher that started it is gone; return at once where there is none."""
    parent = int(os.environ.get(PARENT, "0"))
    while parent:
        if not _alive(parent):
            os.kill(os.getpid(), signal.SIGTERM)
            return
        time.sleep(LOOK_SECONDS)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
