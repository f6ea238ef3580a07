"""How many connections this process has room for, by the files that the system lets it open.

A connection is an open file, and so is everything else: the database, the public files, a line to another region. With
the usual limit of 1,024 files, 1,100 idle connections took them all, and then nobody could come in and the
worker could publish nothing. So the limit is raised as far as it goes, a part of it is kept back, and the
connections share the rest (certhub/api/http/deadline.py says who goes when it is full).

Only what serves asks for the limit: a system without one (Windows) still runs the commands that call a hub.
"""

import contextlib

ENOUGH_FILES = 65_536
RESERVED_FILES = (
    256  # database (44 connections of 3 files at most), peers (8 × 2 a region), public files, logs
)
MOST_CONNECTIONS = 8_192  # 2,000 and 8,000 half-open ones were measured; an idle one costs 13 KB
FEWEST_CONNECTIONS = 16


def raise_file_limit() -> int:
    """Raise the number of files that this process may open as far as the system allows; return what it is now."""
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    for wanted in (ENOUGH_FILES, 10_240):  # macOS takes no more than 10,240
        most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        if soft != resource.RLIM_INFINITY and soft < most:
            with contextlib.suppress(OSError, ValueError):
                resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
                break
    return file_limit()


def file_limit() -> int:
    """Return how many files this process may open."""
    import resource

    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return ENOUGH_FILES if soft == resource.RLIM_INFINITY else soft


def most_connections() -> int:
    """Return how many connections may be open at a time."""
    return min(MOST_CONNECTIONS, max(FEWEST_CONNECTIONS, file_limit() - RESERVED_FILES))
