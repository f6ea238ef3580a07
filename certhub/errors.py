"""Everything that can go wrong in the hub.

    HubError
    ├── Refused              the rules say no; asking again will not help
    │   ├── Unauthenticated    no bearer token, or one that is not known
    │   ├── NotAllowed         known, but not allowed to do this
    │   ├── NotFound           it is not there, or the asker may not see it: the two look alike on purpose
    │   ├── BadRequest         the request cannot be read
    │   │   └── ClaimsInvalid  it can be read, but its contents do not fit; names each place
    │   ├── TooOften           asked too often; says when to ask again
    │   ├── Conflict           something else already stands where this wants to be
    │   └── WrongState         the certificate is not in a state to do that
    ├── Unverified           a signature, proof or status did not check out
    └── Unavailable          someone else is down or busy; asking again may help

`code` is public and permanent; the class name and the message are neither. The message is a sentence a
clerk could read, in English; the screens take their words from the catalogue by `code`. HTTP appears in
one place, `api/http/problems.py`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


class HubError(Exception):
    """The root: everything this package raises on purpose."""

    code = "INTERNAL"

    def __init__(
        self, message: str, *, code: str | None = None, detail: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        if code is not None:
            self.code = code
        self.detail: Mapping[str, str] = dict(detail or {})


class Refused(HubError):
    """The rules say no."""

    code = "REFUSED"


class Unauthenticated(Refused):
    """Nobody we know is asking."""

    code = "UNAUTHENTICATED"


class NotAllowed(Refused):
    """We know who asks; they may not."""

    code = "NOT_ALLOWED"


class NotFound(Refused):
    """Not there, or not for the asker's eyes."""

    code = "NOT_FOUND"


class BadRequest(Refused):
    """The request cannot be read."""

    code = "BAD_REQUEST"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong in a draft, and where.

    `pointer` is an RFC 6901 pointer into the body (`/holders/0/id_number`, `/claims/名称`); `code` is
    permanent (`USCC_CHECK_DIGIT`); `detail` never carries the value itself.
    """

    pointer: str
    code: str
    detail: Mapping[str, str] = field(default_factory=dict)


class ClaimsInvalid(BadRequest):
    """The contents do not fit their kind; `faults` names every place."""

    code = "CLAIMS_INVALID"

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(f"{len(faults)} place(s) need to be changed")
        self.faults = tuple(faults)


class TooOften(Refused):
    """Asked too often; `seconds` says how long to wait."""

    code = "TOO_OFTEN"

    def __init__(self, seconds: int, *, code: str | None = None) -> None:
        super().__init__(f"ask again in {seconds} s", code=code, detail={"seconds": str(seconds)})
        self.seconds = seconds


class Conflict(Refused):
    """Something else already stands there."""

    code = "CONFLICT"


class WrongState(Refused):
    """The certificate is not in a state to do that."""

    code = "WRONG_STATE"

    def __init__(self, state: str, event: str) -> None:
        super().__init__(
            f"cannot {event} a certificate that is {state}", detail={"state": state, "event": event}
        )
        self.state, self.event = state, event


class Unverified(HubError):
    """A signature, proof or status did not check out."""

    code = "UNVERIFIED"


class Unavailable(HubError):
    """Someone else is down or busy; asking again may help."""

    code = "UNAVAILABLE"
