"""Fuzzed: everything that is signed. What is taken has to be what was signed, to the last claim."""

import json
from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import Any

from certhub_schemas import shipped_catalogue
from certhub_schemas.purposes import Purpose
from certhub_verifier import (
    Channel,
    PresentedCredential,
    SealedCode,
    StatusAt,
    Verdict,
    channel_of,
    examine,
    examine_receipt,
    open_bundle,
    run,
)
from certhub_verifier.checks.status import from_list
from certhub_verifier.errors import UnknownKey
from certhub_verifier.facts import Checked, Fact, Outcome
from certhub_verifier.formats import codes
from certhub_verifier.formats.credential import foreign, keybinding, vc
from certhub_verifier.formats.jose import base64url, jws, strict_json, x5c
from certhub_verifier.formats.jose.tokens import TOKEN_TYPES
from certhub_verifier.formats.status import statuslist

from tests.fuzz.corpus import Corpus
from tests.fuzz.found import Found, Target, same, text_of
from tests.support.certificates import ISSUER, ROOT
from tests.support.credentials import HOME, INDEX, NOW, seconds


def signed_targets(corpus: Corpus) -> tuple[Target, ...]:
    """Return the targets whose inputs carry signatures."""
    return (
        *_tokens(corpus),
        Target("credential", corpus.credentials, partial(_credential, corpus=corpus), 8),
        Target("credential-engine", corpus.credentials, partial(_shown, corpus=corpus), 4),
        Target("binding", corpus.bindings, partial(_binding, corpus=corpus), 6),
        Target("binding-engine", corpus.bindings, partial(_bound, corpus=corpus), 3),
        Target("stranger", corpus.strangers, partial(_stranger, corpus=corpus), 4),
        Target("certificate", corpus.certificates[:1], partial(_certificate, corpus=corpus), 4),
        Target("sealed-engine", corpus.sealed_codes, partial(_sealed, corpus=corpus), 8),
        Target("status-engine", corpus.tokens["statuslist+jwt"], partial(_status, corpus=corpus), 3),
        Target("receipt-file", corpus.receipt_files, partial(_receipt, corpus=corpus), 8),
        Target("bundle", corpus.tokens["bundle+jwt"], partial(_bundle, corpus=corpus), 1),
    )


def _tokens(corpus: Corpus) -> tuple[Target, ...]:
    elsewhere = corpus.sealed.keys() | _signed(corpus.device_words)
    return tuple(
        Target(
            f"token-{typ}",
            good,
            partial(_token, typ=typ, known=_signed(good) | elsewhere, corpus=corpus),
            1 if typ == "bundle+jwt" else 6,
        )
        for typ, good in corpus.tokens.items()
    )


def _signed(tokens: tuple[bytes, ...]) -> frozenset[bytes]:
    """Return what the good tokens' signatures are over."""
    return frozenset(token.rpartition(b".")[0] for token in tokens)


def _token(data: bytes, *, typ: str, known: frozenset[bytes], corpus: Corpus) -> Found:
    """A token is taken only as it was signed; of two twin signatures, hubs' types take one."""
    parsed = jws.parse(data, typ)
    key = corpus.key(parsed.header.kid, TOKEN_TYPES[typ].purpose)
    if key is None:
        raise UnknownKey("no such key")
    payload = jws.verify(parsed, key)
    if parsed.signing_input not in known or payload != json.loads(base64url.decode(data.split(b".")[1])):
        return Found.ACCEPTED
    return Found.ACCEPTED if TOKEN_TYPES[typ].low_s and data not in corpus.tokens[typ] else Found.SAME


def _credential(data: bytes, *, corpus: Corpus) -> Found:
    credential = vc.parse(text_of(data))
    key = corpus.key(credential.header.kid, Purpose.SEAL)
    if key is None:
        raise UnknownKey("no such key")
    jws.verify(credential.parsed, key)
    return _known_credential(data, credential.disclosed, corpus)


def _known_credential(data: bytes, disclosed: Mapping[str, Any], corpus: Corpus) -> Found:
    """Fewer disclosures are the holder's choice; every other change is a forgery."""
    known = corpus.sealed.get(data.partition(b"~")[0].rpartition(b".")[0])
    if known is None:
        return Found.ACCEPTED
    chosen = {name: known[name] for name in disclosed if name in known}
    return same(strict_json.canonical(dict(disclosed)) == strict_json.canonical(chosen))


def _shown(data: bytes, *, corpus: Corpus) -> Found:
    """The engine says valid, or shows a field, only of what an agency sealed."""
    redeemed = Checked(Fact.ONE_TIME, Outcome.YES, None, NOW)
    evidence = PresentedCredential(text_of(data), "ticket", redeemed, asker=None)
    report = run(
        examine(
            evidence,
            trust=corpus.trust,
            policy=corpus.policy(Channel.TICKET),
            now=NOW,
            catalogue=shipped_catalogue(),
        ),
        corpus.news,
    )
    if report.verdict in (Verdict.VALID, Verdict.CHECK) or report.disclosed:
        return _known_credential(data, report.disclosed, corpus)
    return Found.REFUSED


def _sealed(data: bytes, *, corpus: Corpus) -> Found:
    text = text_of(data)
    evidence = SealedCode(text, asker=None)
    policy = corpus.policy(channel_of(evidence))
    report = run(
        examine(evidence, trust=corpus.trust, policy=policy, now=NOW, catalogue=shipped_catalogue()),
        corpus.news,
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


def _binding(data: bytes, *, corpus: Corpus) -> Found:
    """A key binding holds only over the presentation that the device signed; of its twins either."""
    credential = vc.parse(text_of(data))
    key = corpus.key(credential.header.kid, Purpose.SEAL)
    if key is None:
        raise UnknownKey("no such key")
    jws.verify(credential.parsed, key)
    now = seconds(NOW)
    keybinding.check(credential.presentation, credential.claims.cnf, expect=corpus.expect, now=now)
    return same(_without_last_signature(data) in map(_without_last_signature, corpus.bindings))


def _bound(data: bytes, *, corpus: Corpus) -> Found:
    """As a file that the holder's device vouches for: valid only as it was bound."""
    evidence = PresentedCredential(text_of(data), "file", expect=corpus.expect, asker=None)
    report = run(
        examine(
            evidence,
            trust=corpus.trust,
            policy=corpus.policy(Channel.FILE),
            now=NOW,
            catalogue=shipped_catalogue(),
        ),
        corpus.news,
    )
    if report.verdict is Verdict.VALID:
        return same(_without_last_signature(data) in map(_without_last_signature, corpus.bindings))
    if report.verdict is Verdict.CHECK or report.disclosed:
        return _known_credential(data, report.disclosed, corpus)
    return Found.REFUSED


def _without_last_signature(data: bytes) -> bytes:
    return data.rpartition(b".")[0]


def _stranger(data: bytes, *, corpus: Corpus) -> Found:
    """Somebody else's credential, from an anchor of ours through its certificates to its claims."""
    credential = foreign.parse(text_of(data))
    key = x5c.certified_key(credential.chain, anchors=[ROOT], at=NOW, issuer=credential.issuer)
    shown = foreign.verify(credential, key, now=seconds(NOW))
    known = corpus.strangers_payloads.get(credential.parsed.signing_input)
    if known is None:
        return Found.ACCEPTED
    return same(all(known.get(name) == value for name, value in shown.payload.items()))


def _certificate(data: bytes, *, corpus: Corpus) -> Found:
    """A leaf in front of our CA: only the one that the CA signed."""
    x5c.certified_key([data, *corpus.certificates[1:]], anchors=[ROOT], at=NOW, issuer=ISSUER)
    return same(data == corpus.certificates[0])
