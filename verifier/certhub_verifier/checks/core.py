"""One question, one small pure function, one `Checked` answer: the checks that the engine puts together.

Nothing here fetches, reads a clock or throws: a key that is unknown, news that is missing or a suite that
cannot be computed are answers ("undetermined"), and the cause says which. A "no" is given only for a known
bad.

Times. A signer's date is its word; whether the key may have signed then is the trust set's to say. The
trust set was current at `as_of`, so the time is at least that, however slow this machine's clock: what has
expired by then has expired, and what begins after "now" on a slow clock is undetermined (CLOCK_WRONG), not
invalid.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from certhub_schemas import Catalogue
from certhub_schemas.requirements import Mode

from certhub_verifier.errors import BadSignature, Malformed, SuiteNotAvailable
from certhub_verifier.facts import Checked, Fact, Outcome
from certhub_verifier.formats.codes.code import CodePartial, NotOurCode
from certhub_verifier.formats.credential import vc
from certhub_verifier.formats.jose import jws
from certhub_verifier.formats.trust.agreement import NOTHING, Granted
from certhub_verifier.formats.trust.trustlist import MemberState
from certhub_verifier.frozen import quick
from certhub_verifier.lookups import RedemptionRecord
from certhub_verifier.policy import Policy
from certhub_verifier.sentences import CHINA
from certhub_verifier.trust import Standing, TrustedKey, TrustSet

SKEW = timedelta(seconds=60)  # between hubs and counters (trust-and-security §1.6)
FRESH = timedelta(minutes=15)  # freshness grades of the trust list: trust-and-security §1.2
MAX_KEPT_DAYS = 4_096
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
AGING = timedelta(hours=24)
STALE = timedelta(hours=72)
checked = quick(Checked)
_BY_A_TRUST_LIST = frozenset(
    {Fact.ISSUER_KNOWN, Fact.ISSUER_ENTITLED}
)  # as old as the list that they rest on


def yes(fact: Fact, as_of: datetime, evidence: str | None = None, **detail: str) -> Checked:
    """Answer yes."""
    return checked(fact, Outcome.YES, None, as_of, evidence, detail)


def no(fact: Fact, cause: str, as_of: datetime, evidence: str | None = None, **detail: str) -> Checked:
    """Answer no, for a known bad."""
    return checked(fact, Outcome.NO, cause, as_of, evidence, detail)


def unknown(fact: Fact, cause: str, as_of: datetime, evidence: str | None = None, **detail: str) -> Checked:
    """Answer that it could not be told."""
    return checked(fact, Outcome.UNDETERMINED, cause, as_of, evidence, detail)


def digest_of(data: str | bytes) -> str:
    """Return the hex SHA-256 of what was looked at."""
    return hashlib.sha256(
        data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data
    ).hexdigest()


def evidence_of(text: str, *, at_most: int, as_: Callable[[str], str] = str) -> str | None:
    """Return the digest of `text`, spelled `as_` its format spells it; None of what is longer than can be one.

    Something too long is refused by its length, and hashing it would cost more than judging a good one.
    """
    return digest_of(as_(text)) if len(text) <= at_most else None


def at(seconds: int) -> datetime:
    """Return a numeric date as an aware time; the formats keep it inside the calendar."""
    return _EPOCH + timedelta(seconds=seconds)


@lru_cache(maxsize=MAX_KEPT_DAYS)
def day_of(seconds: int) -> date:
    """Return the day of a numeric date in China Standard Time; terms begin and end on few days."""
    return at(seconds).astimezone(CHINA).date()


def day(moment: datetime) -> str:
    """Return the day of `moment` in China Standard Time, as sentences show it."""
    return moment.astimezone(CHINA).date().isoformat()


def unreadable(broken: Malformed, *, evidence: str | None, now: datetime) -> Checked:
    """Say what is wrong with what does not read as its format: cut short, something else, or altered."""
    if isinstance(broken, CodePartial):
        return unknown(Fact.WELL_FORMED, broken.code, now, evidence, received=str(broken.received))
    if isinstance(broken, NotOurCode):
        return unknown(Fact.WELL_FORMED, broken.code, now, evidence)
    return no(Fact.WELL_FORMED, "TAMPERED", now, evidence)


def in_time(said: Checked, *, policy: Policy, now: datetime) -> Checked:
    """Return what somebody states, or that it is too old or dated ahead: the one age rule for every statement.

    It holds for the home hub's row, for the use of a code, for what a caller knows and for each fact that
    another region states. Their limit is the matter's for a status; what rests on a trust list may be as old
    as a trust list may. A known bad stays known, however old it is.
    """
    if said.as_of > now + SKEW:
        return clock_slow(said.fact, said.as_of, now, as_of=said.as_of, evidence=said.evidence)
    limit = policy.trust_limit if said.fact in _BY_A_TRUST_LIST else policy.status_limit
    if said.outcome is Outcome.NO or _age(said.as_of, now) <= limit:
        return said
    return _old("FACT_TOO_OLD", said.fact, said.as_of, now, said.evidence)


def issuer_known(key: TrustedKey | None, *, trust: TrustSet | None, now: datetime) -> Checked:
    """Is the key on the trust list, its region no suspended member, and not too old to be checked by?"""
    if trust is None:
        return unknown(Fact.ISSUER_KNOWN, "ISSUER_UNKNOWN", now)
    region = trust.region(key.region) if key else None
    if key is None or region is None or region.state is MemberState.SUSPENDED or not key.is_checkable(now):
        since = {"trust_as_of": trust.as_of.isoformat(timespec="seconds")}
        return unknown(Fact.ISSUER_KNOWN, "ISSUER_UNKNOWN", trust.as_of, trust.digest, **since)
    return yes(Fact.ISSUER_KNOWN, trust.as_of, trust.digest)


def signature(parsed: jws.Parsed, key: TrustedKey, *, now: datetime, is_known: bool = False) -> Checked:
    """Is the signature this key's over these bytes? `is_known` says that it was, when it was last computed."""
    evidence = digest_of(parsed.signing_input)
    try:
        if not is_known:
            jws.verify(parsed, key)
    except BadSignature:
        return no(Fact.SIGNATURE, "TAMPERED", now, evidence)
    except SuiteNotAvailable as missing:
        return unknown(Fact.SIGNATURE, "SUITE_MISSING", now, evidence, suite=missing.name)
    except Malformed:  # of the key: the trust set holds something that is no key
        return unknown(Fact.SIGNATURE, "ISSUER_UNKNOWN", now, evidence)
    return yes(Fact.SIGNATURE, now, evidence)


def agency_stands_behind(key: TrustedKey, trust: TrustSet) -> Checked:
    """Say who vouches: the agency whose seal was verified."""
    agency = trust.agency(key.owner)
    names = {"agency": agency.name, "agency_en": agency.name_en} if agency else {"agency": key.owner}
    return yes(Fact.STANDS_BEHIND, trust.as_of, trust.digest, **names)


def region_stands_behind(region: str, trust: TrustSet) -> Checked:
    """Say who vouches for a sealed code: its region alone, the agency's seal was not seen."""
    return unknown(
        Fact.STANDS_BEHIND, "REGION_ONLY", trust.as_of, trust.digest, **region_names(region, trust)
    )


def answer_stands_behind(region: str, trust: TrustSet, *, answer: str, as_of: datetime) -> Checked:
    """Say who vouches: another region, by its signed answer (`answer`, the digest of it)."""
    return yes(Fact.STANDS_BEHIND, as_of, answer, **region_names(region, trust))


def region_names(region: str, trust: TrustSet) -> dict[str, str]:
    """Return what a sentence may call the region."""
    found = trust.region(region)
    return {"region": found.name, "region_en": found.name_en} if found else {"region": region}


def agency_entitled(
    key: TrustedKey,
    *,
    agency: str,
    kind: str,
    signed_at: datetime,
    trust: TrustSet,
    logged: bool = False,
) -> Checked:
    """May this key seal that kind for that agency, and could it at `signed_at`?

    A compromised key proves nothing by itself: what it signed after the compromise is refused, what is
    dated before it waits for the ledger's word (`logged`).
    """
    listed = trust.agency(agency)
    names = {"agency": listed.name, "agency_en": listed.name_en} if listed else {}
    standing = key.may_have_signed(vc.TYP, by=agency, at=signed_at, witnessed=logged)
    if kind not in key.kinds:
        standing = Standing.FOREIGN
    return _standing(standing, key, signed_at, trust, names)


def catalogued(
    catalogue: Catalogue | None,
    *,
    kind: str,
    version: int | None,
    claims: Iterable[str],
    now: datetime,
) -> Checked:
    """Does the catalogue describe this kind, this version of it (None: unsaid) and each of the claims?

    Its evidence is the catalogue's digest, so that a receipt names the catalogue that judged.

    What nobody has described can be genuine; that it is what it is called is for a person to see. A version that
    nobody stated is not looked up as the newest: it could be one that the catalogue does not know. Its claims are
    held against every version.
    """
    if catalogue is None:
        return unknown(Fact.CATALOGUED, "NO_CATALOGUE", now)
    evidence = catalogue.digest
    versions = catalogue.versions.get(kind, {})
    if not versions:
        return unknown(Fact.CATALOGUED, "KIND_UNKNOWN", now, evidence, kind=kind)
    if version is not None and version not in versions:
        return unknown(Fact.CATALOGUED, "VERSION_UNKNOWN", now, evidence, kind=kind, version=str(version))
    described = list(versions.values()) if version is None else [versions[version]]
    if not described[0].nameable.union(*[one.nameable for one in described[1:]]).issuperset(claims):
        return unknown(Fact.CATALOGUED, "CLAIM_UNKNOWN", now, evidence, kind=kind)
    if version is None:
        return unknown(Fact.CATALOGUED, "VERSION_UNSTATED", now, evidence, kind=kind)
    return yes(Fact.CATALOGUED, now, evidence)


def region_entitled(
    key: TrustedKey,
    *,
    typ: str,
    region: str,
    kind: str,
    signed: tuple[datetime, datetime],
    trust: TrustSet,
) -> Checked:
    """May this region key make codes of that type, and does an agency of the region issue that kind?

    A sealed code is not dated: it was signed between `signed[0]` and `signed[1]`, its end less its life,
    and the earlier of its end and now. The key must have been good at some moment between.
    """
    first, last = signed
    issues = any(agency.region == region and kind in agency.kinds for agency in trust.agencies.values())
    moment = min(max(first, key.from_), last)
    standing = key.may_have_signed(typ, by=region, at=moment) if issues else Standing.FOREIGN
    return _standing(standing, key, last, trust, {})


def _standing(
    standing: Standing, key: TrustedKey, latest: datetime, trust: TrustSet, names: Mapping[str, str]
) -> Checked:
    """Turn what the key's entry says of a date into an answer; `latest` is when it signed at the latest."""
    if standing is Standing.YES:
        return yes(Fact.ISSUER_ENTITLED, trust.as_of, trust.digest)
    earlier = key.compromised_since is not None and latest < key.compromised_since
    if standing is Standing.COMPROMISED and earlier:
        return unknown(Fact.ISSUER_ENTITLED, "NOT_LOGGED", trust.as_of, trust.digest, **names)
    return no(Fact.ISSUER_ENTITLED, "ISSUER_NOT_ENTITLED", trust.as_of, trust.digest, **names)


def dates(
    *,
    issued_at: datetime,
    not_before: datetime,
    expires: datetime | None,
    trust_as_of: datetime,
    now: datetime,
    soon_days: int,
) -> Checked:
    """Is the certificate inside its term? `expires` is the first moment after it, None for no end.

    Whoever signed it or the trust list has already seen a later time than a slow clock shows.
    """
    time = max(now, trust_as_of)
    if expires is not None and time >= expires:
        return no(Fact.DATES, "EXPIRED", now, date=day(expires - timedelta(seconds=1)))
    if max(issued_at, trust_as_of) > now + SKEW:
        return clock_slow(Fact.DATES, max(issued_at, trust_as_of), now)
    if not_before > now + SKEW:
        return no(Fact.DATES, "NOT_YET_VALID", now, date=day(not_before))
    if expires is None:
        return yes(Fact.DATES, now)
    last = expires - timedelta(seconds=1)
    last_day = last.astimezone(CHINA).date()
    days = (last_day - now.astimezone(CHINA).date()).days
    cause = "EXPIRES_SOON" if days <= soon_days else None
    return checked(
        Fact.DATES, Outcome.YES, cause, now, None, {"date": last_day.isoformat(), "days": str(days)}
    )


def code_dates(*, expires: datetime, life: timedelta, trust_as_of: datetime, now: datetime) -> Checked:
    """Is the sealed code alive? It has no date of birth: more life left than it may have is a slow clock."""
    if max(now, trust_as_of) >= expires:
        seconds = {"seconds": str(int(life.total_seconds()))} if life <= timedelta(hours=1) else {}
        return unknown(Fact.DATES, "CODE_EXPIRED", now, **seconds)
    if max(expires - life, trust_as_of) > now + SKEW:
        return clock_slow(Fact.DATES, max(expires - life, trust_as_of), now)
    return yes(Fact.DATES, now)


def row_dates(
    code: Checked, last: date | None, trust_as_of: datetime, now: datetime, *, soon_days: int
) -> Checked:
    """Is the certificate of a living code inside its term as well, by the last day that its row says (None: no row)?"""
    if last is None or code.outcome is not Outcome.YES:
        return code
    after = datetime(last.year, last.month, last.day, tzinfo=CHINA) + timedelta(days=1)
    return dates(
        issued_at=trust_as_of,
        not_before=trust_as_of,
        expires=after,
        trust_as_of=trust_as_of,
        now=now,
        soon_days=soon_days,
    )


def trust_fresh(trust: TrustSet | None, *, policy: Policy, now: datetime) -> Checked:
    """Is the trust list young enough? Grades: fresh to 15 minutes, aging to 24 hours, stale to 72 hours."""
    if trust is None:
        return unknown(Fact.TRUST_FRESH, "ISSUER_UNKNOWN", now)
    age = now - trust.as_of
    if age < -SKEW:
        return clock_slow(Fact.TRUST_FRESH, trust.as_of, now, as_of=trust.as_of, evidence=trust.digest)
    grade = "fresh" if age <= FRESH else "aging" if age <= AGING else "stale" if age <= STALE else "too_old"
    allowed = ("fresh", "aging", "stale") if policy.offline_allowed else ("fresh", "aging")
    if grade not in allowed or age.total_seconds() > policy.trust_limit:
        return too_old(Fact.TRUST_FRESH, trust.as_of, now, trust.digest)
    return yes(Fact.TRUST_FRESH, trust.as_of, trust.digest, grade=grade)


def agreement(
    *,
    trust: TrustSet,
    policy: Policy,
    asker: str,
    provider: str,
    kind: str,
    purpose: str,
    mode: Mode,
    now: datetime,
) -> tuple[Checked, Granted]:
    """Have the two regions agreed on this kind, matter, purpose and mode? Returns also what may be told of it.

    Default deny: no live agreement, no matter named, or nothing said of this kind is NO_AGREEMENT.
    """
    live, matter = trust.agreement(asker, provider, now), policy.matter_code
    granted = (
        live.covers(kind, matter, purpose=purpose, mode=mode, asker=asker, provider=provider)
        if live is not None and matter
        else None
    )
    if live is None or granted is None:
        return unknown(
            Fact.AGREEMENT, "NO_AGREEMENT", trust.as_of, trust.digest, **region_names(provider, trust)
        ), NOTHING
    return yes(Fact.AGREEMENT, trust.as_of, live.digest, reference=live.reference), granted


def one_time(news: RedemptionRecord | None, *, policy: Policy, now: datetime) -> Checked:
    """Had the sealed code not been used before? Nobody to ask is undetermined."""
    if news is None:
        return unknown(Fact.ONE_TIME, "USE_UNKNOWN", now)
    if not news.redeemed:
        return in_time(yes(Fact.ONE_TIME, news.as_of), policy=policy, now=now)
    detail = {"where": news.redeemed_where or ""}
    if news.redeemed_at:
        detail["time"] = news.redeemed_at.isoformat(timespec="seconds")
    return no(Fact.ONE_TIME, "CODE_USED", news.as_of, **detail)


def clock_slow(
    fact: Fact,
    reference: datetime,
    now: datetime,
    *,
    as_of: datetime | None = None,
    evidence: str | None = None,
) -> Checked:
    """Answer that this machine's clock is behind `reference`, a time that somebody trusted has seen."""
    minutes = -(-int((reference - now).total_seconds()) // 60)
    return unknown(fact, "CLOCK_WRONG", as_of or now, evidence, minutes=str(minutes))


def too_old(fact: Fact, as_of: datetime, now: datetime, evidence: str | None) -> Checked:
    """Answer that the list that was looked at is older than the matter allows."""
    return _old("LIST_TOO_OLD", fact, as_of, now, evidence)


def _old(cause: str, fact: Fact, as_of: datetime, now: datetime, evidence: str | None) -> Checked:
    hours = int(_age(as_of, now) // 3600)
    return unknown(fact, cause, as_of, evidence, **({"hours": str(hours)} if hours else {}))


def _age(as_of: datetime, now: datetime) -> float:
    return (now - as_of).total_seconds()
