"""Other regions as they can go wrong: they lose answers, garble them, or sign what is not true."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from certhub_schemas.purposes import Purpose
from certhub_verifier.formats.jose import jws

from certhub.adapters.network import PeerDown
from certhub.hub import Hub
from tests.support.region import Region, Wire

Reply = Callable[[bytes], bytes]


class BrokenWire:
    """A wire whose answers are changed on the way, or by who signs them."""

    def __init__(self, wire: Wire, change: Reply) -> None:
        self.wire, self.change = wire, change

    def post(self, url: str, body: bytes, *, content_type: str, timeout: float) -> bytes:
        """Deliver the question; bring back the changed answer."""
        return self.change(self.wire.post(url, body, content_type=content_type, timeout=timeout))

    def get(self, url: str, *, timeout: float) -> bytes:
        """Fetch a public file, changed."""
        return self.change(self.wire.get(url, timeout=timeout))


class ForgetfulWire(BrokenWire):
    """A wire that loses the first answers, and is asked again with the same bytes, as the real one is."""

    def __init__(self, wire: Wire, *, loses: int) -> None:
        super().__init__(wire, lambda reply: reply)
        self.loses = loses

    def post(self, url: str, body: bytes, *, content_type: str, timeout: float) -> bytes:
        """Deliver the question up to twice; the answer comes when it is no longer lost."""
        for _ in range(2):
            reply = self.wire.post(url, body, content_type=content_type, timeout=timeout)
            if self.loses == 0:
                return reply
            self.loses -= 1
        raise PeerDown("the answer was lost twice")


def lie(by: Hub, change: Callable[[dict[str, Any]], object], *, purpose: Purpose = Purpose.EXCHANGE) -> Reply:
    """Return what changes an answer's payload and signs it again, with a key of the lying region's own."""

    def retold(reply: bytes) -> bytes:
        payload = dict(jws.parse(reply, "xr-res+jwt").payload)
        change(payload)
        return jws.sign(payload, typ="xr-res+jwt", key=by.signer(purpose)).encode()

    return retold


def asked_through(region: Region, network: object) -> Hub:
    """Return the region's hub behind another network."""
    return replace(region.hub, network=network)  # type: ignore[arg-type]
