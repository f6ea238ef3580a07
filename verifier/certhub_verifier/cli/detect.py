"""What was handed to the command: a code, a credential, a receipt, or something of somebody else's.

    EC1 …                    a ticket           only its hub can answer
    EC2 … EC3 …              a sealed or paper code
    <jwt>~<disclosure>~…     a credential       an SD-JWT
    <jwt of typ receipt+jwt>, {"receipt": …}    a receipt, judged as the exact bytes of its file
    anything with a long run of base64url       once a token of ours, perhaps: altered
    the rest                 not ours           a payment code, an address, a note

The kind is told by the look of it, and nothing more is believed of it here.
"""

import re
from dataclasses import dataclass

from certhub_verifier.errors import Malformed
from certhub_verifier.formats import codes
from certhub_verifier.formats.exchange.receipt import TYP as RECEIPT
from certhub_verifier.formats.jose import base64url, strict_json
from certhub_verifier.formats.jose.tokens import TOKEN_TYPES
from certhub_verifier.policy import Channel

_LONG_RUN = re.compile(
    rb"[A-Za-z0-9_-]{100}"
)  # no address or payment code seen has one; every token of ours has
_OURS = ("EC1", *codes.SEALED_TYPES)
_PREFIX = 3


@dataclass(frozen=True, slots=True)
class Code:
    """A sealed or paper code, or a credential, as text; `channel` says which."""

    channel: Channel
    text: str


@dataclass(frozen=True, slots=True)
class ReceiptFile:
    """A receipt, as the exact content of its file."""

    content: bytes


@dataclass(frozen=True, slots=True)
class Bundle:
    """An offline bundle, which is nothing to verify but what to verify by."""


@dataclass(frozen=True, slots=True)
class Failed:
    """Something that fails by itself: a code of `causes.CODES`, and what its sentence can say."""

    channel: Channel
    code: str
    received: int | None = None


Intake = Code | ReceiptFile | Bundle | Failed


def take(content: bytes) -> Intake:
    """Tell what `content` is, the whole of a file or of an argument."""
    try:
        text = content.decode("utf-8").strip()
    except UnicodeError:
        return _strange(content)
    if codes.normalise(text[: 4 * _PREFIX])[:_PREFIX] in _OURS:
        return _code(text)
    if text.startswith("{"):
        return _json(content)
    if "~" in text and _LONG_RUN.search(content):
        return Code(Channel.FILE, text)
    return _token(content, text)


def _code(text: str) -> Intake:
    channel = {"EC1": Channel.TICKET, "EC2": Channel.SEALED, "EC3": Channel.PAPER}[
        codes.normalise(text)[:_PREFIX]
    ]
    try:
        found = codes.read_code(text)
    except codes.CodePartial as cut:
        return Failed(channel, cut.code, cut.received)
    except (codes.CodeAltered, codes.NotOurCode) as wrong:
        return Failed(channel, wrong.code)
    return Failed(channel, "NEEDS_HUB") if isinstance(found, codes.Ticket) else Code(channel, text)


def _json(content: bytes) -> Intake:
    try:
        value = strict_json.loads(content)
    except Malformed:
        return _strange(content)
    if "bundle" in value:
        return Bundle()
    return ReceiptFile(content) if "receipt" in value else _strange(content)


def _token(content: bytes, text: str) -> Intake:
    typ = _typ(text)
    if typ == RECEIPT:
        return ReceiptFile(content)
    if typ == "bundle+jwt":
        return Bundle()
    return Failed(Channel.FILE, "NOT_OUR_CODE") if typ in TOKEN_TYPES else _strange(content)


def _typ(text: str) -> str | None:
    """Return the type that a token says it has, None where it has no readable header."""
    try:
        header = strict_json.loads(base64url.decode(text.partition(".")[0]))
    except Malformed:
        return None
    typ = header.get("typ") if isinstance(header, dict) else None
    return typ if isinstance(typ, str) else None


def _strange(content: bytes) -> Intake:
    return Failed(Channel.FILE, "TAMPERED" if _LONG_RUN.search(content) else "NOT_OUR_CODE")
