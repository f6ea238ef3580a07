"""Is the certificate still good? From a signed list, or from the issuing hub's own row.

A list is news only if a status key of the region that keeps it signed it, under the name that the
credential gives, and could at its date. Then its number for the index speaks:

    0 valid       yes up to `ttl`; then STATUS_AGED up to the matter's limit; beyond it LIST_TOO_OLD
    1 invalid     no, REVOKED, however old: what was withdrawn stays withdrawn
    2 suspended   no, SUSPENDED as of the list; a later list may say better, so its age is told
    others        STATUS_UNKNOWN

Anything that is wrong with a list is wrong with the list, not with the certificate: STATUS_UNKNOWN, never
a "no"; the fact's detail names the fault: form, key, signature, sub, iat or index. A list by a suite that
cannot be computed here is SUITE_MISSING.
"""

import math
from collections.abc import Mapping
from datetime import datetime

from certhub_verifier.checks.core import at, clock_slow, day, digest_of, in_time, no, too_old, unknown, yes
from certhub_verifier.errors import BadSignature, Malformed, SuiteNotAvailable, VerifierError
from certhub_verifier.facts import Checked, Fact
from certhub_verifier.formats.jose import jws
from certhub_verifier.formats.status import statuslist
from certhub_verifier.formats.status.statuslist import Freshness, StatusStatement
from certhub_verifier.lookups import LookupResult, StatusAt, StatusRecord, StatusToken
from certhub_verifier.policy import Policy
from certhub_verifier.trust import Standing, TrustSet

TYP = "statuslist+jwt"
STATES: Mapping[str, str | None] = {
    "active": None,
    "suspended": "SUSPENDED",
    "revoked": "REVOKED",
    "withdrawn": "REVOKED",
    "cancelled": "CANCELLED",
    "voided": "CANCELLED",
    "transferred_out": "CANCELLED",
    "superseded": "SUPERSEDED",
}
"""The cause of each state of a certificate (DESIGN §5 "Status"); None is good, what is not here unknown."""


def status(
    news: LookupResult | None, lookup: StatusAt, *, trust: TrustSet, policy: Policy, now: datetime
) -> Checked:
    """Return the answer that `news` gives to `asked`; no news, or news of another kind, is STATUS_UNKNOWN."""
    if isinstance(news, StatusRecord):
        return from_record(news, policy=policy, now=now)
    if isinstance(news, StatusToken):
        return from_list(news.token, lookup, trust=trust, policy=policy, now=now)
    return unknown(Fact.STATUS, "STATUS_UNKNOWN", now)


def from_record(record: StatusRecord, *, policy: Policy, now: datetime) -> Checked:
    """Judge the home hub's own row, which ages like every statement."""
    if record.state not in STATES:
        return unknown(Fact.STATUS, "STATUS_UNKNOWN", record.as_of)
    cause = STATES[record.state]
    detail = dict(record.detail) | ({"date": day(record.since)} if record.since else {})
    said = no(Fact.STATUS, cause, record.as_of, **detail) if cause else yes(Fact.STATUS, record.as_of)
    return in_time(said, policy=policy, now=now)


class ListFault(VerifierError):
    """A list that says nothing: `fault` is form, key, signature, sub or iat."""

    def __init__(self, fault: str) -> None:
        super().__init__(f"the status list says nothing: its {fault}")
        self.fault = fault


def read_list(token: bytes, uri: str, *, trust: TrustSet) -> StatusStatement:
    """Return what a status list token says, once it is certain that the region of `uri` says it.

    The caller owes: how old it may be, and whether an older one than the one that is held (`newer_than`).

    Raises:
        ListFault: it is no such token, under another name, or by a key that may not have signed it then.
        SuiteNotAvailable: it is signed by a key whose suite cannot be computed here.
    """
    try:
        parsed = jws.parse(token, TYP)
        region = statuslist.parse_status_uri(uri).region
        key = trust.key(parsed.header.kid)
        if key is None:
            raise ListFault("key")
        standing = key.may_have_signed(TYP, by=region, at=at(parsed.payload["iat"]))
        if standing is not Standing.YES:
            raise ListFault("iat" if standing is Standing.NO else "key")
        listed = statuslist.parse_statement(jws.verify(parsed, key))
    except Malformed as broken:
        raise ListFault("form") from broken
    except BadSignature as forged:
        raise ListFault("signature") from forged
    if listed.sub != uri:
        raise ListFault("sub")
    return listed


def from_list(token: bytes, lookup: StatusAt, *, trust: TrustSet, policy: Policy, now: datetime) -> Checked:
    """Verify a status list token and judge the status at the index."""
    evidence = digest_of(token)
    try:
        listed = read_list(token, lookup.uri, trust=trust)
    except SuiteNotAvailable as missing:
        return unknown(Fact.STATUS, "SUITE_MISSING", now, evidence, suite=missing.name)
    except ListFault as wrong:
        return unknown(Fact.STATUS, "STATUS_UNKNOWN", now, evidence, fault=wrong.fault)
    as_of = at(listed.iat)
    try:
        value = listed.statuses.get(lookup.index)
    except Malformed:
        return unknown(Fact.STATUS, "STATUS_UNKNOWN", as_of, evidence, fault="index")
    if value == statuslist.INVALID:
        return no(Fact.STATUS, "REVOKED", as_of, evidence)
    if value == statuslist.SUSPENDED:
        return no(Fact.STATUS, "SUSPENDED", as_of, evidence)
    if value != statuslist.VALID:
        return unknown(Fact.STATUS, "STATUS_UNKNOWN", as_of, evidence)
    return _aged(listed, evidence, policy, now)


def _aged(statement: StatusStatement, evidence: str, policy: Policy, now: datetime) -> Checked:
    as_of = at(statement.iat)
    seconds = math.ceil(now.timestamp())  # a list is not younger than it is
    match statement.freshness(now=seconds, limit_seconds=policy.status_limit):
        case Freshness.FUTURE:
            return clock_slow(Fact.STATUS, as_of, now, as_of=as_of, evidence=evidence)
        case Freshness.ENDED | Freshness.TOO_OLD:
            return too_old(Fact.STATUS, as_of, now, evidence)
        case Freshness.AGED:
            told = as_of.isoformat(timespec="seconds")
            return unknown(Fact.STATUS, "STATUS_AGED", as_of, evidence, status_as_of=told)
        case Freshness.FRESH:
            return yes(Fact.STATUS, as_of, evidence)
