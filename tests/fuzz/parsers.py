"""Fuzzed: what carries no signature of its own. What is taken prints to what was read, or stands for it."""

import json
from collections.abc import Mapping
from functools import partial
from typing import Any

from certhub_verifier import TrustSet
from certhub_verifier.errors import Malformed
from certhub_verifier.formats import codes
from certhub_verifier.formats.codes import crockford
from certhub_verifier.formats.codes.sealed import SealedPayload
from certhub_verifier.formats.credential import claimtree, identifier, sdjwt, typemetadata, vc
from certhub_verifier.formats.exchange.bundle import BundleContents
from certhub_verifier.formats.exchange.envelope import Request, Response
from certhub_verifier.formats.exchange.notice import Notice
from certhub_verifier.formats.exchange.receipt import Receipt
from certhub_verifier.formats.exchange.request import CounterRequest
from certhub_verifier.formats.jose import base64url, fields, jwk, jws, strict_json
from certhub_verifier.formats.status import statuslist
from certhub_verifier.formats.trust import trustlist

from tests.fuzz.corpus import Corpus
from tests.fuzz.found import Found, Target, same, text_of
from tests.support.credentials import NOW


def parser_targets(corpus: Corpus) -> tuple[Target, ...]:
    """Return the targets whose inputs anybody can make."""
    return (*_payloads(corpus), *_parsers(corpus))


def _payloads(corpus: Corpus) -> tuple[Target, ...]:
    readers: Mapping[str, Any] = {
        "receipt+jwt": Receipt,
        "xr-req+jwt": Request,
        "request+jwt": CounterRequest,
        "notice+jwt": Notice,
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
    return same(reader.from_payload(found.to_payload()) == found)


def _sealed_payload(data: bytes) -> Found:
    value = strict_json.loads(data)
    if not isinstance(value, dict):
        raise Malformed("the caller owes an object")
    found = SealedPayload.parse(value)
    return same(found.build() == value)


def _clear_members(data: bytes) -> Found:
    value = strict_json.loads(data)
    if not isinstance(value, dict):
        raise Malformed("the caller owes an object")
    found = vc.CredentialClaims.from_payload(value)
    return same(found.to_payload() == {k: v for k, v in value.items() if k not in ("_sd", "_sd_alg")})


def _statement(data: bytes) -> Found:
    value = strict_json.loads(data)
    if not isinstance(value, dict):
        raise Malformed("the caller owes an object")
    found = statuslist.parse_statement(value)
    return same(statuslist.StatusList.unpack(found.statuses.pack(1), found.statuses.bits) == found.statuses)


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
    names = [jws.thumbprint(key.jwk) for key in made.keys.values()]
    return same(len(set(names)) == len(names) and names != [])


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
        Target("claim-tree", corpus.sd_jwts, _claim_tree, 2),
        Target("type-metadata", tuple(corpus.metadata.values())[:1], partial(_metadata, corpus=corpus), 2),
        Target("disclosure", corpus.disclosures, _disclosure, 2),
    )


def _strict_json(data: bytes) -> Found:
    """What we read, the standard library reads the same; what two readers read differently, we refuse."""
    value = strict_json.loads(data, floats=True)
    if value != json.loads(data):
        return Found.ACCEPTED
    return same(strict_json.loads(strict_json.dumps(value), floats=True) == value)


def _sd_jwt(data: bytes) -> Found:
    presentation = sdjwt.split(text_of(data))
    payload = strict_json.loads(base64url.decode(presentation.issuer_jwt.split(".")[1]))
    if not isinstance(payload, dict):
        raise Malformed("the caller owes an object")
    processed = sdjwt.process(payload, presentation.disclosures)
    sdjwt.select(presentation, [name for name in processed if len(name) % 2])
    again = sdjwt.join(presentation.issuer_jwt, presentation.disclosures, presentation.kb_jwt)
    return same(again == text_of(data) and '"_sd"' not in json.dumps(processed))


def _disclosure(data: bytes) -> Found:
    found = sdjwt.read_disclosure(text_of(data))
    return same(found.encoded == text_of(data) and found.name not in ("_sd", "..."))


def _packed_list(data: bytes) -> Found:
    bits = 1 << (len(data) & 3)
    found = statuslist.StatusList.unpack(base64url.encode(data), bits)
    if found.size:
        found.get(found.size - 1)
    return same(statuslist.StatusList.unpack(found.pack(1), bits) == found)


def _code(data: bytes) -> Found:
    text = text_of(data)
    found = codes.read_code(text)
    again = str(found) if isinstance(found, codes.Ticket) else codes.pack(found.jws, found.prefix)
    return same(again == codes.normalise(text))


def _identifier(data: bytes) -> Found:
    text = text_of(data)
    found, _ = identifier.read(text)
    try:
        strict = identifier.Identifier.parse(text)
    except Malformed:
        return same(identifier.read(str(found))[0] == found)
    return same(str(strict) == text and strict == found)


def _base64url(data: bytes) -> Found:
    return same(base64url.encode(base64url.decode(data)).encode() == data)


def _crockford(data: bytes) -> Found:
    text = text_of(data)
    return same(crockford.encode(crockford.decode(text)) == crockford.normalise(text))


def _jwk(data: bytes) -> Found:
    value = strict_json.loads(data)
    if not isinstance(value, dict):
        raise Malformed("the caller owes an object")
    return same(len(base64url.decode(jwk.thumbprint(value))) == 32)


def _moment(data: bytes) -> Found:
    text = text_of(data)
    return same(fields.instant(fields.moment(text, "moment")) == text)


def _claim_tree(data: bytes) -> Found:
    """Whatever can be shown of a presentation is read again as the reader reads the whole."""
    presentation = sdjwt.split(text_of(data))
    paths = list(claimtree.outline(presentation))
    shown = claimtree.present(presentation, paths)
    whole = sdjwt.process(sdjwt.payload_of(presentation), presentation.disclosures)
    return same(sdjwt.process(sdjwt.payload_of(shown), shown.disclosures) == whole)


def _metadata(data: bytes, *, corpus: Corpus) -> Found:
    """Metadata by its hash is exactly those bytes; without one it resolves, or is refused."""
    (vct, good), *_ = corpus.metadata.items()
    resolved = typemetadata.resolved(vct, {**corpus.metadata, vct: data})
    try:
        typemetadata.resolved(vct, {vct: data}, vct_integrity=typemetadata.integrity(good))
    except Malformed:
        return same(resolved["vct"] == vct)
    return same(data == good)
