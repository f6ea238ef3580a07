"""This machine on its own network."""

import socket
from contextlib import suppress

ELSEWHERE = "192.0.2.1", 9  # TEST-NET-1, RFC 5737: nobody is there, and nothing is sent


def lan_address() -> str | None:
    """Return the address from which this machine would go out; None without a network.

    A UDP socket that connects only picks a route.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe, suppress(OSError):
        probe.connect(ELSEWHERE)
        address = str(probe.getsockname()[0])
        return None if address.startswith("127.") else address
    return None
