"""Is this receipt genuine? Years later, without the hub, from the file alone and a trust list.

A receipt file is the bare receipt+jwt, or JSON {"receipt": jws, "opening"?: […], "proof"?: …} as the API
gives it. Any one changed byte of it is found: the token's canonical form and signature cover the first;
the JSON has to be spelled in one of the ways that programs print it, so that not even a blank can change,
and each opening has to give the digest of an item, or of one of its predicates.

    GENUINE 0         it is what its region signed, whatever it records
    AGED 10           the same, and its key is past the time for checking, or the trust list used is old
    DOCUMENT_ALTERED 10  the same, and a document beside it does not hash to the digest that it is called by
    ALTERED 20        altered, not readable, or signed by no receipt key of the region that it names
    NO_TRUST 30       the trust list holds neither that region nor its key, or no longer believes the key
    SUITE_MISSING 30  signed with an algorithm that this installation cannot compute
    CLOCK_WRONG 30    dated after this machine's time
    UPGRADE_NEEDED 30 in a newer format than this installation reads; not altered, as far as can be told

The inclusion proof (`proof`) is told apart and not examined yet; a file that holds one is at most AGED.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from certhub_verifier.causes import Verdict
from certhub_verifier.checks.core import SKEW, STALE, at
from certhub_verifier.errors import BadSignature, Malformed, SuiteNotAvailable, UpgradeNeeded
from certhub_verifier.formats.exchange.openings import ArgumentOpening, Opening, read_opening
from certhub_verifier.formats.exchange.receipt import TYP, Receipt, ReceiptItem
from certhub_verifier.formats.jose import fields, strict_json
from certhub_verifier.formats.jose import jws as jose
from certhub_verifier.report import local_time
from certhub_verifier.sentences import Lang, explain_receipt
from certhub_verifier.trust import Standing, TrustedKey, TrustSet

MAX_FILE_BYTES = 256 * 1024  # a receipt of 64 items with openings is 60 KB
_MEMBERS = {"receipt", "opening", "proof"}
_REGION = re.compile(r"([1-9][0-9]{5})-")
_LINE_ENDS = ("", "\n", "\r\n")


class Finding(StrEnum):
    """What can be said of a receipt."""

    GENUINE = "GENUINE"
    AGED = "AGED"
    DOCUMENT_ALTERED = "DOCUMENT_ALTERED"
    ALTERED = "ALTERED"
    NO_TRUST = "NO_TRUST"
    SUITE_MISSING = "SUITE_MISSING"
    CLOCK_WRONG = "CLOCK_WRONG"
    UPGRADE_NEEDED = "UPGRADE_NEEDED"

    @property
    def exit_code(self) -> int:
        """That of `certhub-verify` (DESIGN §5 "Receipt and leaf")."""
        known = {Finding.GENUINE: 0, Finding.AGED: 10, Finding.DOCUMENT_ALTERED: 10, Finding.ALTERED: 20}
        return known.get(self, 30)


@dataclass(frozen=True, slots=True)
class OpenedArgument:
    """What was declared for a predicate, `field=value`: of which item, and of which of its predicates, from 0."""

    item: int
    predicate: int
    argument: str

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {"item": self.item, "predicate": self.predicate, "argument": self.argument}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptReport:
    """What was found of a receipt, `as_of` the time for which it was judged.

    `receipt` is None unless its signature was verified and it is GENUINE, AGED or DOCUMENT_ALTERED: nothing
    in it is believed before. `reason` is a sentence for a programmer. `identifiers` has one per item, None where the
    file does not open it; `arguments` has what was declared, as far as the file opens it.
    """

    finding: Finding
    reason: str
    as_of: datetime
    receipt: Receipt | None = None
    kid: str | None = None
    identifiers: tuple[str | None, ...] = ()
    arguments: tuple[OpenedArgument, ...] = ()
    proof_given: bool = False

    @property
    def exit_code(self) -> int:
        """0 genuine, 10 genuine but something aged, 20 altered, 30 cannot be said."""
        return self.finding.exit_code

    @property
    def recorded_verdict(self) -> Verdict | None:
        """The verdict that the receipt records; None where it is not believed."""
        return Verdict(self.receipt.verdict) if self.receipt else None

    def to_dict(self, lang: Lang = "zh") -> dict[str, Any]:
        """Return the JSON form; `recorded` is the receipt's own content."""
        sentence = explain_receipt(self.finding, lang=lang)
        return {
            "version": 1,
            "channel": "receipt",
            "finding": self.finding.value,
            "headline": sentence.headline,
            "next_step": sentence.next_step,
            "reason": self.reason,
            "as_of": local_time(self.as_of),
            "kid": self.kid,
            "recorded_verdict": self.receipt.verdict if self.receipt else None,
            "recorded_code": self.receipt.code if self.receipt else None,
            "recorded": self.receipt.to_payload() if self.receipt else None,
            "identifiers": list(self.identifiers),
            "arguments": [one.to_dict() for one in self.arguments],
            "proof": "not_examined" if self.proof_given else None,
        }


class _Altered(Exception):
    """It is not what its region signed; the message says what does not fit."""


@dataclass(frozen=True, slots=True)
class _File:
    """A receipt file taken apart."""

    jws: str
    openings: tuple[Opening | ArgumentOpening, ...]
    proof_given: bool


def examine_receipt(file: str | bytes, *, trust: TrustSet | None, now: datetime) -> ReceiptReport:
    """Say whether the receipt in `file` (the whole file's content) is genuine. Nothing is thrown.

    (1) The file is spelled as programs spell it, and its parts read as their formats. A receipt that states a
        newer format goes on to (3) alone: what a known key did not sign is altered, in whatever format.
    (2) The key is a receipt key of the region that signs. A key that a known region does not have is a wrong
        key; only where neither the region nor the key's region is known can nothing be said.
    (3) The signature is that key's, over these bytes.
    (4) Every opening gives the digest of an item or of one of its predicates, in their order.
    (5) The key could sign then, and may still be checked by; clock, trust list and proof are not too old.
    """
    try:
        taken_apart, parsed, receipt = _read(file)  # (1)
        region = _signer(parsed) if receipt is None else receipt.region
        key = _receipt_key(parsed, region, trust)  # (2)
        if key is not None:
            jose.verify(parsed, key)  # (3)
        if receipt is None:
            return ReceiptReport(finding=Finding.UPGRADE_NEEDED, reason="in a newer format", as_of=now)
        if key is None or trust is None:
            return ReceiptReport(finding=Finding.NO_TRUST, reason="no trust for its region", as_of=now)
        identifiers, arguments = _opened(taken_apart.openings, receipt)  # (4)
    except (_Altered, Malformed, BadSignature) as wrong:
        return ReceiptReport(finding=Finding.ALTERED, reason=str(wrong), as_of=now)
    except SuiteNotAvailable as missing:
        return ReceiptReport(finding=Finding.SUITE_MISSING, reason=str(missing), as_of=now)
    finding, reason = _standing(key, receipt, trust, now, proof_given=taken_apart.proof_given)  # (5)
    believed = finding in (Finding.GENUINE, Finding.AGED)
    return ReceiptReport(
        finding=finding,
        reason=reason,
        as_of=now,
        receipt=receipt if believed else None,
        kid=key.kid,
        identifiers=identifiers if believed else (),
        arguments=arguments if believed else (),
        proof_given=taken_apart.proof_given,
    )


def _read(file: str | bytes) -> tuple[_File, jose.Parsed, Receipt | None]:
    """Return the file's parts; no receipt where it states a newer format than is read here."""
    taken_apart = _take_apart(file)
    parsed = jose.parse(taken_apart.jws, TYP)
    try:
        return taken_apart, parsed, Receipt.from_payload(parsed.payload)
    except UpgradeNeeded:
        return taken_apart, parsed, None


def _signer(parsed: jose.Parsed) -> str:
    """Return the region that signs, as every format says it (RFC 7519 §4.1.1). Raises: Malformed."""
    return str(fields.region(parsed.payload.get("iss"), "receipt.iss"))


def _take_apart(file: str | bytes) -> _File:
    if len(file) > MAX_FILE_BYTES:
        raise Malformed(f"a receipt file of more than {MAX_FILE_BYTES} bytes")
    try:
        text = file.decode("utf-8") if isinstance(file, bytes) else file
    except UnicodeError as broken:
        raise Malformed("not UTF-8") from broken
    if not text.startswith("{"):
        end = next((end for end in ("\r\n", "\n") if text.endswith(end)), "")
        return _File(text.removesuffix(end), openings=(), proof_given=False)
    value = strict_json.loads(text, max_depth=8)
    if (
        not isinstance(value, dict)
        or not {"receipt"} <= value.keys() <= _MEMBERS
        or type(value["receipt"]) is not str
    ):
        raise Malformed("a receipt file has the members receipt, and at most opening and proof")
    if text not in _spellings(value):
        raise Malformed("JSON spelled as no program of ours or of a library prints it")
    openings = value.get("opening")
    if openings is not None and not isinstance(openings, list):
        raise Malformed("opening: an array expected")
    read = tuple(read_opening(opening) for opening in openings or ())
    return _File(value["receipt"], read, value.get("proof") is not None)


def _spellings(value: Mapping[str, Any]) -> Iterator[str]:
    """Yield the texts that a saved answer can have: compact as the API sends it, or printed by json or jq.

    No two of them differ in a single character, so that one changed blank is one that nobody prints.
    """
    for ascii_only in (False, True):
        yield from _with_ends(json.dumps(value, ensure_ascii=ascii_only, separators=(",", ":")))
        for indent in (None, 2, 4):
            yield from _with_ends(json.dumps(value, ensure_ascii=ascii_only, indent=indent))


def _with_ends(text: str) -> Iterator[str]:
    yield from (text + end for end in _LINE_ENDS)
    if "\n" in text:
        windows = text.replace("\n", "\r\n")
        yield from (windows, windows + "\r\n")


def _receipt_key(parsed: jose.Parsed, region: str, trust: TrustSet | None) -> TrustedKey | None:
    """Return the key that has to have signed; None where neither the region nor the key's region is known."""
    if trust is None:
        return None
    key = trust.key(parsed.header.kid)
    owner = _REGION.match(parsed.header.kid or "")
    if key is None and {region, owner and owner[1]}.isdisjoint(trust.regions):
        return None
    signed_at = at(parsed.payload["iat"])
    if key is None or key.may_have_signed(TYP, by=region, at=signed_at) is Standing.FOREIGN:
        raise _Altered("the key is no receipt key of the region that it names")
    return key


def _may_sign(key: TrustedKey, receipt: Receipt, now: datetime | None = None) -> Standing:
    return key.may_have_signed(TYP, by=receipt.region, at=at(receipt.issued_at), now=now)


@dataclass(frozen=True, slots=True)
class _Sealed:
    """A digest in a receipt that an opening may open: an item's `cert`, or the argument of one of its predicates."""

    item: int
    digest: str
    predicate: int | None = None

    def is_opened_by(self, opening: Opening | ArgumentOpening) -> bool:
        """Tell whether the opening is of this sort, and gives the digest."""
        if isinstance(opening, Opening):
            return self.predicate is None and opening.cert_digest() == self.digest
        return self.predicate is not None and opening.argument_digest() == self.digest


def _opened(
    openings: tuple[Opening | ArgumentOpening, ...], receipt: Receipt
) -> tuple[tuple[str | None, ...], tuple[OpenedArgument, ...]]:
    """Return the identifier of each item, None where the file does not open it, and every argument that it opens.

    What another region answered comes without an opening: only that region could give one. What was not told has
    none either.
    """
    sealed, after = [*_sealed(receipt)], 0
    identifiers: list[str | None] = [None] * len(receipt.items)
    arguments: list[OpenedArgument] = []
    for opening in openings:
        place = next((n for n in range(after, len(sealed)) if sealed[n].is_opened_by(opening)), None)
        if place is None:
            raise _Altered("an opening does not give the digest of its item, or of a predicate")
        one, after = sealed[place], place + 1
        if isinstance(opening, Opening):
            identifiers[one.item] = opening.identifier
        elif one.predicate is not None:
            arguments.append(OpenedArgument(one.item, one.predicate, opening.argument))
    return tuple(identifiers), tuple(arguments)


def _sealed(receipt: Receipt) -> Iterator[_Sealed]:
    """Yield every digest that can be opened, in the order in which openings stand."""
    for place, item in enumerate(receipt.items):
        if isinstance(item, ReceiptItem):
            yield _Sealed(place, item.cert)
            for nth, one in enumerate(item.predicates):
                if one.argument is not None:
                    yield _Sealed(place, one.argument, nth)


def _standing(
    key: TrustedKey, receipt: Receipt, trust: TrustSet, now: datetime, *, proof_given: bool
) -> tuple[Finding, str]:
    signed_at = at(receipt.issued_at)
    if signed_at > now + SKEW:
        return Finding.CLOCK_WRONG, "dated after now"
    standing = _may_sign(key, receipt, now=now)
    if standing is Standing.NO:
        return Finding.ALTERED, "dated when its key could not sign"
    if standing is Standing.COMPROMISED:
        before = key.compromised_since is not None and signed_at < key.compromised_since
        return (Finding.NO_TRUST if before else Finding.ALTERED), "its key is compromised"
    if standing not in (Standing.YES, Standing.AGED):
        return Finding.ALTERED, "its key may not have signed it"
    if standing is Standing.AGED:
        return Finding.AGED, "its key is past the time for checking"
    if now - trust.as_of > STALE:
        return Finding.AGED, "the trust list is older than 72 hours"
    if proof_given:
        return Finding.AGED, "the proof beside it was not examined"
    return Finding.GENUINE, "signed by its region, and unaltered"
