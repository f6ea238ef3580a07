"""What is fuzzed: every parser and every verifier, each with good inputs and a judge of what comes out.

A judge returns what became of an input, or raises the package's own error, which is a refusal:

    REFUSED    not taken
    SAME       taken, and it means what a good input means (a twin that is tolerated, a blank in a code)
    ACCEPTED   taken, and it means something that nobody signed: a finding

Anything else that is raised is a finding too. Parsers of what carries no signature are held to something
weaker: what they take prints to what they read.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from functools import partial
from typing import Any

from certhub_schemas.purposes import Purpose
from certhub_verifier import (
    Channel,
    PresentedCredential,
    SealedCode,
    StatusAt,
    TrustSet,
    Verdict,
    examine,
    examine_receipt,
    open_bundle,
    pictures,
    run,
)
from certhub_verifier import intake as intakes
from certhub_verifier.errors import Malformed, UnknownKey
from certhub_verifier.facts import Checked, Fact, Outcome
from certhub_verifier.formats import (
    base64url,
    codes,
    crockford,
    identifier,
    jose,
    jwk,
    sdjwt,
    shapes,
    statuslist,
    strict_json,
    trustlist,
    vc,
)
from certhub_verifier.formats.bundle import BundleContents
from certhub_verifier.formats.envelope import Request, Response
from certhub_verifier.formats.receipt import Receipt
from certhub_verifier.formats.sealed import SealedPayload
from certhub_verifier.formats.tokens import TOKEN_TYPES
from certhub_verifier.status_checks import from_list

from tests.fuzz.corpus import Corpus
from tests.support.credentials import HOME, INDEX, NOW


class Found(Enum):
    """What became of an input."""

    REFUSED = "refused"
    SAME = "same"
    ACCEPTED = "accepted"


Judge = Callable[[bytes], Found]


@dataclass(frozen=True, slots=True)
class Target:
    """One thing to fuzz; `weight` is its share of the mutants."""

    name: str
    good: tuple[bytes, ...]
    judge: Judge
    weight: int = 2


def targets(corpus: Corpus) -> tuple[Target, ...]:
    """Return everything that is fuzzed, over `corpus`."""
    return (
        *_tokens(corpus),
        Target("credential", corpus.credentials, partial(_credential, corpus=corpus), 8),
        Target("credential-engine", corpus.credentials, partial(_shown, corpus=corpus), 4),
        Target("sealed-engine", corpus.sealed_codes, partial(_sealed, corpus=corpus), 8),
        Target("status-engine", corpus.tokens["statuslist+jwt"], partial(_status, corpus=corpus), 3),
        Target("receipt-file", corpus.receipt_files, partial(_receipt, corpus=corpus), 8),
        Target("bundle", corpus.tokens["bundle+jwt"], partial(_bundle, corpus=corpus), 1),
        Target("intake", corpus.everything, _intake, 4),
        *_payloads(corpus),
        *_parsers(corpus),
        *([Target("picture", corpus.pictures, _picture, 1)] if corpus.pictures else []),
    )


# what is signed


def _tokens(corpus: Corpus) -> tuple[Target, ...]:
    return tuple(
        Target(
            f"token-{typ}",
            good,
            partial(_token, typ=typ, known=_signed(good), corpus=corpus),
            1 if typ == "bundle+jwt" else 6,
        )
        for typ, good in corpus.tokens.items()
    )


def _signed(tokens: tuple[bytes, ...]) -> frozenset[bytes]:
    """Return what the good tokens' signatures are over."""
    return frozenset(token.rpartition(b".")[0] for token in tokens)


def _token(data: bytes, *, typ: str, known: frozenset[bytes], corpus: Corpus) -> Found:
    """A token is taken only as it was signed; of two twin signatures, hubs' types take one."""
    parsed = jose.parse(data, typ)
    key = corpus.key(parsed.header.kid, TOKEN_TYPES[typ].purpose)
    if key is None:
        raise UnknownKey("no such key")
    payload = jose.verify(parsed, key)
    if parsed.signing_input not in known or payload != json.loads(base64url.decode(data.split(b".")[1])):
        return Found.ACCEPTED
    return Found.ACCEPTED if TOKEN_TYPES[typ].low_s and data not in corpus.tokens[typ] else Found.SAME


def _credential(data: bytes, *, corpus: Corpus) -> Found:
    credential = vc.parse(_text(data))
    key = corpus.key(credential.header.kid, Purpose.SEAL)
    if key is None:
        raise UnknownKey("no such key")
    jose.verify(credential.parsed, key)
    return _known_credential(data, credential.disclosed, corpus)


def _known_credential(data: bytes, disclosed: Mapping[str, Any], corpus: Corpus) -> Found:
    """Fewer disclosures are the holder's choice; every other change is a forgery."""
    known = corpus.sealed.get(data.partition(b"~")[0].rpartition(b".")[0])
    if known is None:
        return Found.ACCEPTED
    chosen = {name: known[name] for name in disclosed if name in known}
    return _same(strict_json.canonical(dict(disclosed)) == strict_json.canonical(chosen))


def _shown(data: bytes, *, corpus: Corpus) -> Found:
    """The engine says valid, or shows a field, only of what an agency sealed."""
    redeemed = Checked(Fact.ONE_TIME, Outcome.YES, None, NOW)
    evidence = PresentedCredential(_text(data), "ticket", redeemed)
    report = run(
        examine(evidence, trust=corpus.trust, policy=corpus.policy(Channel.TICKET), now=NOW), corpus.news
    )
    if report.verdict in (Verdict.VALID, Verdict.CHECK) or report.disclosed:
        return _known_credential(data, report.disclosed, corpus)
    return Found.REFUSED


def _sealed(data: bytes, *, corpus: Corpus) -> Found:
    text = _text(data)
    channel = Channel.PAPER if codes.normalise(text[:8]).startswith("EC3") else Channel.SEALED
    report = run(
        examine(SealedCode(text), trust=corpus.trust, policy=corpus.policy(channel), now=NOW), corpus.news
    )
    if report.verdict in (Verdict.VALID, Verdict.CHECK) or report.disclosed:
        good = {one.decode() for one in corpus.sealed_codes}
        return Found.SAME if codes.normalise(text) in good else Found.ACCEPTED
    return Found.REFUSED


def _status(data: bytes, *, corpus: Corpus) -> Found:
    asked = StatusAt(statuslist.status_uri(HOME, 3), INDEX)
    found = from_list(data, asked, trust=corpus.trust, policy=corpus.policy(Channel.TICKET), now=NOW)
    if found.outcome is Outcome.UNDETERMINED:
        return Found.REFUSED
    return Found.SAME if data in corpus.tokens["statuslist+jwt"] else Found.ACCEPTED


def _receipt(data: bytes, *, corpus: Corpus) -> Found:
    """A receipt is genuine only with the payload that was signed, and identifiers that open it."""
    report = examine_receipt(data, trust=corpus.trust, now=NOW + timedelta(hours=1))
    if report.receipt is None:
        return Found.REFUSED
    payload, opened = report.receipt.to_payload(), set(report.identifiers) - {None}
    return Found.SAME if payload in corpus.receipts and opened <= corpus.identifiers else Found.ACCEPTED


def _bundle(data: bytes, *, corpus: Corpus) -> Found:
    """A bundle is taken whole or not at all, whether a list anchors it or it anchors itself."""
    found = Found.REFUSED
    for anchor in (corpus.trust, None):
        try:
            open_bundle(data, anchor=anchor)
        except UnknownKey:
            continue
        found = Found.SAME if data in corpus.tokens["bundle+jwt"] else Found.ACCEPTED
    return found


# what carries no signature of its own


def _intake(data: bytes) -> Found:
    """Everything is something: nothing is thrown, and a kind is told."""
    taken = intakes.take(data)
    return Found.REFUSED if isinstance(taken, intakes.Failed) else Found.SAME


def _payloads(corpus: Corpus) -> tuple[Target, ...]:
    readers: Mapping[str, Any] = {
        "receipt+jwt": Receipt,
        "xr-req+jwt": Request,
        "xr-res+jwt": Response,
        "bundle+jwt": BundleContents,
    }
    read_and_printed = tuple(
        Target(f"payload-{typ}", corpus.payloads[typ], partial(_payload, reader=reader))
        for typ, reader in readers.items()
    )
    return (
        *read_and_printed,
        Target("payload-sealed", corpus.payloads["show+jwt"], _sealed_payload),
        Target("payload-credential", corpus.payloads["dc+sd-jwt"], _clear_members),
        Target("payload-status", corpus.payloads["statuslist+jwt"], _statement, 1),
        Target("trust-file", tuple(corpus.trust_files.values()), partial(_trust_file, corpus=corpus), 4),
        Target("trust-set", tuple(corpus.trust_files.values()), partial(_trust_set, corpus=corpus), 1),
    )


def _payload(data: bytes, *, reader: Any) -> Found:
    value = strict_json.loads(data, max_depth=16)
    found = reader.from_payload(value)
    return _same(reader.from_payload(found.to_payload()) == found)


def _sealed_payload(data: bytes) -> Found:
    value = strict_json.loads(data)
    if not isinstance(value, dict):
        raise Malformed("the caller owes an object")
    found = SealedPayload.parse(value)
    return _same(found.build() == value)


def _clear_members(data: bytes) -> Found:
    value = strict_json.loads(data)
    if not isinstance(value, dict):
        raise Malformed("the caller owes an object")
    found = vc.CredentialClaims.from_payload(value)
    return _same(found.to_payload() == {k: v for k, v in value.items() if k not in ("_sd", "_sd_alg")})


def _statement(data: bytes) -> Found:
    value = strict_json.loads(data)
    if not isinstance(value, dict):
        raise Malformed("the caller owes an object")
    found = statuslist.parse_statement(value)
    return _same(statuslist.StatusList.unpack(found.statuses.pack(1), found.statuses.bits) == found.statuses)


def _trust_file(data: bytes, *, corpus: Corpus) -> Found:
    """Read as whichever file of a list it might be; what is taken prints, and is read again."""
    taken = False
    for path in corpus.trust_files:
        try:
            found = trustlist.parse_file(path, data)
        except Malformed:
            continue
        taken = True
        if trustlist.parse_file(path, found.to_bytes()) != found:
            return Found.ACCEPTED
    return Found.SAME if taken else Found.REFUSED


def _trust_set(data: bytes, *, corpus: Corpus) -> Found:
    """In place of the file that it is most like, the set is consistent or it is not made."""
    path = next((path for path, good in corpus.trust_files.items() if good[:40] == data[:40]), "members.json")
    made = TrustSet.from_files({**corpus.trust_files, path: data}, as_of=NOW)
    names = [jose.thumbprint(key.jwk) for key in made.keys.values()]
    return _same(len(set(names)) == len(names) and names != [])


def _parsers(corpus: Corpus) -> tuple[Target, ...]:
    return (
        Target("strict-json", corpus.json_texts, _strict_json, 4),
        Target("sd-jwt", corpus.sd_jwts, _sd_jwt, 4),
        Target("status-list", corpus.packed_lists, _packed_list, 2),
        Target("code", corpus.codes, _code, 4),
        Target("identifier", corpus.identifier_texts, _identifier, 2),
        Target("base64url", corpus.base64_texts, _base64url, 1),
        Target("crockford", corpus.crockford_texts, _crockford, 1),
        Target("jwk", corpus.jwks, _jwk, 1),
        Target("moment", (b"2026-11-24T01:41:00Z", b"0001-01-01T00:00:00.000001Z"), _moment, 1),
        Target("disclosure", corpus.disclosures, _disclosure, 2),
    )


def _strict_json(data: bytes) -> Found:
    """What we read, the standard library reads the same; what two readers read differently, we refuse."""
    value = strict_json.loads(data, floats=True)
    if value != json.loads(data):
        return Found.ACCEPTED
    return _same(strict_json.loads(strict_json.dumps(value), floats=True) == value)


def _sd_jwt(data: bytes) -> Found:
    presentation = sdjwt.split(_text(data))
    payload = strict_json.loads(base64url.decode(presentation.issuer_jwt.split(".")[1]))
    if not isinstance(payload, dict):
        raise Malformed("the caller owes an object")
    processed = sdjwt.process(payload, presentation.disclosures)
    sdjwt.select(presentation, [name for name in processed if len(name) % 2])
    again = sdjwt.join(presentation.issuer_jwt, presentation.disclosures, presentation.kb_jwt)
    return _same(again == _text(data) and '"_sd"' not in json.dumps(processed))


def _disclosure(data: bytes) -> Found:
    found = sdjwt.read_disclosure(_text(data))
    return _same(found.encoded == _text(data) and found.name not in ("_sd", "..."))


def _packed_list(data: bytes) -> Found:
    bits = 1 << (len(data) & 3)
    found = statuslist.StatusList.unpack(base64url.encode(data), bits)
    if found.size:
        found.get(found.size - 1)
    return _same(statuslist.StatusList.unpack(found.pack(1), bits) == found)


def _code(data: bytes) -> Found:
    text = _text(data)
    found = codes.read_code(text)
    again = str(found) if isinstance(found, codes.Ticket) else codes.pack(found.jws, found.prefix)
    return _same(again == codes.normalise(text))


def _picture(data: bytes) -> Found:
    try:
        return Found.SAME if pictures.texts_in(data) else Found.REFUSED
    except pictures.TooManyPixels:  # our own word for a header that claims a wall of pixels
        return Found.REFUSED


def _identifier(data: bytes) -> Found:
    text = _text(data)
    found, _ = identifier.read(text)
    try:
        strict = identifier.Identifier.parse(text)
    except Malformed:
        return _same(identifier.read(str(found))[0] == found)
    return _same(str(strict) == text and strict == found)


def _base64url(data: bytes) -> Found:
    return _same(base64url.encode(base64url.decode(data)).encode() == data)


def _crockford(data: bytes) -> Found:
    text = _text(data)
    return _same(crockford.encode(crockford.decode(text)) == crockford.normalise(text))


def _jwk(data: bytes) -> Found:
    value = strict_json.loads(data)
    if not isinstance(value, dict):
        raise Malformed("the caller owes an object")
    return _same(len(base64url.decode(jwk.thumbprint(value))) == 32)


def _moment(data: bytes) -> Found:
    text = _text(data)
    return _same(shapes.instant(shapes.moment(text, "moment")) == text)


def _same(holds: bool) -> Found:
    return Found.SAME if holds else Found.ACCEPTED


def _text(data: bytes) -> str:
    """Return what a caller makes of bytes: text in which nothing was lost."""
    try:
        return data.decode("utf-8")
    except UnicodeError:
        return data.decode("latin-1")
