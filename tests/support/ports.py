"""Ports for servers of a test's own."""

import random
import socket

_CHANCE = random.SystemRandom()
LOWEST, HIGHEST = 10_000, 32_000  # below the range that systems take the ports of outgoing connections from


def free_ports() -> int:
    """Return the first of two ports in a row that are free, and that no connection will take before the server does."""
    while True:
        port = _CHANCE.randrange(LOWEST, HIGHEST, 2)
        with socket.socket() as first, socket.socket() as second:
            try:
                first.bind(("127.0.0.1", port))
                second.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
            return port
