"""The trust set: files that agree with themselves, keys with one owner, agreements of two who both say so."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest
from certhub_schemas import matters
from certhub_schemas.algorithms import EDDSA
from certhub_schemas.purposes import Purpose
from certhub_verifier.errors import BadSignature, BadTrust, Malformed, UnknownKey, VerifierError
from certhub_verifier.formats.exchange import bundle
from certhub_verifier.formats.exchange.bundle import BundleContents
from certhub_verifier.formats.jose import jws
from certhub_verifier.formats.trust.agreement import Agreement
from certhub_verifier.formats.trust.listedkey import KeyState, ListedKey
from certhub_verifier.formats.trust.trustlist import (
    MEMBERS_PATH,
    Member,
    Members,
    MemberState,
    RegionKeys,
    issuers_path,
    keys_path,
)
from certhub_verifier.trust import Standing, TrustedKey, TrustSet, manifest, open_bundle, read_manifest

from tests.support.fixed_keys import fixed_key
from tests.support.mutants import mutants
from tests.support.trust_files import (
    AGENCY,
    AGREEMENT,
    DECEMBER,
    FOOD,
    HOME,
    JANUARY,
    LATER,
    LICENCE,
    NOON,
    PEER,
    PEER_AGENCY,
    listed,
    members,
    published,
    region_issuers,
    region_key,
    region_keys,
    trust_files,
)

SECOND = timedelta(seconds=1)


def of(files: dict[str, bytes]) -> TrustSet:
    """Return the set made of just these files."""
    return TrustSet.from_files(files, as_of=NOON)


# --- what it knows ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("spelling", ["{}", " {} ", "{}\u3000"])
def test_two_agencies_of_one_name_are_told_apart_by_their_codes(spelling):
    """Neither can be taken for the other, and one region's list does not shut the others out."""
    ours = region_issuers(HOME, AGENCY, (LICENCE,)).issuers[0]
    theirs = region_issuers(PEER, PEER_AGENCY, (LICENCE,))
    twin = replace(theirs.issuers[0], name=spelling.format(ours.name), name_en="Another agency")
    files = {**trust_files(), issuers_path(PEER): replace(theirs, issuers=(twin,)).to_bytes()}
    found = of(files)

    assert f"{ours.name}（{AGENCY}）" == found.agencies[AGENCY].name
    assert found.agencies[PEER_AGENCY].name.endswith(f"（{PEER_AGENCY}）")
    assert (ours.name_en, "Another agency") == (
        found.agencies[AGENCY].name_en,
        found.agencies[PEER_AGENCY].name_en,
    )


def test_an_agency_whose_name_is_its_own_goes_by_it():
    """No code stands beside it."""
    issuers = region_issuers(PEER, PEER_AGENCY, (LICENCE,))
    own = replace(issuers.issuers[0], name="武汉市市场监督管理局（演示）")
    files = {**trust_files(), issuers_path(PEER): replace(issuers, issuers=(own,)).to_bytes()}

    assert own.name == of(files).agencies[PEER_AGENCY].name


def test_a_consistent_list_becomes_a_set_that_answers() -> None:
    """Regions, agencies and keys are found by their codes and ids, with who they are."""
    found = of(trust_files())
    home, agency = found.region(HOME), found.agency(AGENCY)
    seal, show = found.key(f"{AGENCY}-1"), found.key(f"{PEER}-show-1")

    assert home is not None
    assert agency is not None
    assert seal is not None
    assert show is not None
    assert ("鄂州市", "Ezhou", "http://127.0.0.1:8000") == (home.name, home.name_en, home.url)
    assert (HOME, frozenset({LICENCE, FOOD})) == (agency.region, agency.kinds)
    assert (Purpose.SEAL, HOME, AGENCY, agency.kinds) == (seal.purpose, seal.region, seal.owner, seal.kinds)
    assert (Purpose.SHOW, PEER, PEER, frozenset()) == (show.purpose, show.region, show.owner, show.kinds)
    assert (7, NOON, 2) == (found.version, found.as_of, len(found.regions))
    assert EDDSA == found.keys[f"{HOME}-log-1"].algorithm


def test_what_it_does_not_know_it_does_not_know() -> None:
    """Unknown codes and ids give None, which is no answer and never a good one."""
    found = of(trust_files())

    assert found.region("420600") is None
    assert found.agency("12420700000000000X") is None
    assert found.key("420700-show-2") is None
    assert found.key(None) is None
    assert found.matter("M-1") is None


def test_matters_that_come_with_it_are_found() -> None:
    """A bundle brings the matters in force; they are kept with the set."""
    whole = TrustSet.from_files(trust_files(), as_of=NOON, matters=matters())

    assert matters()[0] == whole.matter(matters()[0].code)


def test_a_key_checks_what_it_signed() -> None:
    """A key of the set is what `jose.verify` takes: its algorithm comes from here, not from the token."""
    key = of(trust_files()).key(f"{HOME}-receipt-1")
    token = jws.sign({"iss": HOME, "iat": 1}, typ="receipt+jwt", key=region_key(HOME, Purpose.RECEIPT))

    assert key is not None
    assert {"iss": HOME, "iat": 1} == jws.verify(jws.parse(token, "receipt+jwt"), key)


def test_a_status_list_is_its_regions() -> None:
    """The name of a status list says whose it is; a list of a stranger has nobody behind it."""
    found = of(trust_files())
    home = found.region_of_uri("https://420700.certhub.example/status/3")

    assert home is found.region(HOME)
    assert found.region_of_uri("https://420600.certhub.example/status/3") is None
    with pytest.raises(Malformed):
        found.region_of_uri("https://420700.certhub.example.evil.example/status/3")


def test_the_digest_is_of_every_byte_and_every_path() -> None:
    """A space more, a file moved, or bytes shifted from one file to the next give another digest."""
    files = trust_files()
    spaced = {**files, MEMBERS_PATH: files[MEMBERS_PATH] + b" "}
    fewer = {path: data for path, data in files.items() if "endpoints" not in path}

    assert of(files).digest == of(dict(reversed(files.items()))).digest
    assert 64 == len(of(files).digest)
    assert 3 == len({of(one).digest for one in (files, spaced, fewer)})


def test_a_member_that_published_nothing_is_a_name() -> None:
    """A region that has only just joined has no address and no keys, and stops nobody else."""
    files = {path: data for path, data in trust_files().items() if PEER not in path}
    found = of(files)
    peer = found.region(PEER)

    assert peer is not None
    assert (None, "武汉市") == (peer.url, peer.name)
    assert found.key(f"{PEER}-show-1") is None
    assert found.key(f"{HOME}-show-1") is not None


# --- what it refuses ----------------------------------------------------------------------------------------


def test_an_empty_list_is_no_trust() -> None:
    """No files, no members file, or no members: there must be no green light over nothing."""
    files = trust_files()
    empty = Members(version=1, issued_at=JANUARY, members=())
    for nothing in (
        {},
        {k: v for k, v in files.items() if k != MEMBERS_PATH},
        {MEMBERS_PATH: empty.to_bytes()},
    ):
        with pytest.raises(BadTrust, match="no regions"):
            of(nothing)


def test_a_region_that_is_no_member_has_no_files() -> None:
    """Keys of a region that governance does not name are not trusted by being there."""
    with pytest.raises(BadTrust, match="420600"):
        of({**trust_files(), keys_path("420600"): RegionKeys(region="420600", keys=()).to_bytes()})


@pytest.mark.parametrize(
    "path", ["root.json", "regions/420700/grants.json", "regions/x/keys.json", "../members.json"]
)
def test_an_unknown_file_is_left_alone(path: str) -> None:
    """A later release has files that this one does not know, and keeps what takes a right away elsewhere."""
    found = of({**trust_files(), path: b"what it may be"})

    assert (of(trust_files()).keys, ()) == (found.keys, found.set_aside)


def test_an_unreadable_file_is_named() -> None:
    """Whoever has to mend it is told which file and which member; nothing of it is used."""
    files = trust_files()
    files[issuers_path(PEER)] = files[issuers_path(PEER)].replace(b'"EC"', b'"RSA"')

    with pytest.raises(BadTrust, match=r"regions/420100/issuers\.json.*keys\[0\]\.jwk"):
        of(files)


def as_key(kid: str, purpose: Purpose, like: str) -> ListedKey:
    """Return an entry called `kid` with the public key of `like`."""
    return replace(listed(fixed_key(like), purpose), kid=kid)


def home_keys_plus(*keys: ListedKey) -> dict[str, bytes]:
    """Return the list with more keys in 420700's own file."""
    whole = region_keys(HOME)
    return {**trust_files(), keys_path(HOME): replace(whole, keys=whole.keys + keys).to_bytes()}


def home_seals_plus(*keys: ListedKey) -> dict[str, bytes]:
    """Return the list with more seals for 420700's agency."""
    whole = region_issuers(HOME, AGENCY, (LICENCE,))
    issuer = replace(whole.issuers[0], keys=whole.issuers[0].keys + keys)
    return {**trust_files(), issuers_path(HOME): replace(whole, issuers=(issuer,)).to_bytes()}


ONE_KEY_TWICE = {
    "two ids of one purpose": (
        home_keys_plus(as_key(f"{HOME}-show-2", Purpose.SHOW, f"{HOME}-show-1")),
        (f"{HOME}-show-1", f"{HOME}-show-2"),
    ),
    "two purposes": (
        home_keys_plus(as_key(f"{HOME}-paper-2", Purpose.PAPER, f"{HOME}-show-1")),
        (f"{HOME}-show-1", f"{HOME}-paper-2"),
    ),
    "two regions": (
        home_keys_plus(as_key(f"{HOME}-show-2", Purpose.SHOW, f"{PEER}-show-1")),
        (f"{HOME}-show-2", f"{PEER}-show-1"),
    ),
    "a region's key as an agency's seal": (
        home_seals_plus(as_key(f"{AGENCY}-2", Purpose.SEAL, f"{HOME}-show-1")),
        (f"{AGENCY}-2", f"{HOME}-show-1"),
    ),
    "one seal for two agencies": (
        home_seals_plus(as_key(f"{AGENCY}-2", Purpose.SEAL, f"{PEER_AGENCY}-1")),
        (f"{AGENCY}-2", f"{PEER_AGENCY}-1"),
    ),
    "a compromised key under a new id": (
        home_seals_plus(
            replace(
                listed(fixed_key(f"{AGENCY}-2"), compromised=NOON),
            ),
            as_key(f"{AGENCY}-3", Purpose.SEAL, f"{AGENCY}-2"),
        ),
        (f"{AGENCY}-2", f"{AGENCY}-3"),
    ),
}


@pytest.mark.parametrize(("files", "kids"), ONE_KEY_TWICE.values(), ids=ONE_KEY_TWICE)
def test_one_public_key_goes_by_one_id(files: dict[str, bytes], kids: tuple[str, str]) -> None:
    """One key under two ids would be two signers, two purposes or two owners; both ids are named."""
    with pytest.raises(BadTrust, match="one and the same public key") as refused:
        of(files)
    for kid in kids:
        assert kid in str(refused.value)


def test_one_id_names_one_key() -> None:
    """An id listed twice is refused, even with the same key."""
    first = region_keys(HOME).keys[0]
    for again in (first, replace(first, jwk=fixed_key("another").jwk)):
        with pytest.raises(BadTrust, match=f"{first.kid} is listed twice"):
            of(home_keys_plus(again))


def test_one_agency_belongs_to_one_region() -> None:
    """Two regions that both list an agency would both be asked about its rights."""
    files = trust_files()
    theirs = region_issuers(PEER, PEER_AGENCY, (LICENCE,))
    copied = replace(theirs.issuers[0], agency=AGENCY, keys=(listed(fixed_key(f"{AGENCY}-9")),))
    files[issuers_path(PEER)] = replace(theirs, issuers=(copied,)).to_bytes()

    with pytest.raises(BadTrust, match=f"agency {AGENCY} is listed by"):
        of(files)


def test_nothing_but_our_own_error_escapes() -> None:
    """Three thousand seeded lists with one broken file are read, or refused by one error."""
    good = trust_files()
    for seed, path in enumerate(sorted(good)):
        for mutant in mutants(good[path], seed=seed, count=340):
            try:
                of({**good, path: mutant})
            except VerifierError:
                continue


# --- what a key may have signed -----------------------------------------------------------------------------


def key(*, compromised: datetime | None = None, state: KeyState | None = None) -> TrustedKey:
    """Return a seal of 2026 that can be checked until 2036."""
    one = listed(fixed_key(f"{AGENCY}-1"), compromised=compromised)
    return TrustedKey(
        kid=one.kid,
        algorithm=one.algorithm,
        jwk=one.jwk,
        purpose=one.purpose,
        region=HOME,
        owner=AGENCY,
        kinds=frozenset({LICENCE}),
        from_=one.from_,
        until=one.until,
        verify_until=one.verify_until,
        state=state or one.state,
        compromised_since=one.compromised_since,
    )


SEAL: Mapping[str, str] = {"typ": "dc+sd-jwt", "by": AGENCY}


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (JANUARY - SECOND, Standing.NO),
        (JANUARY, Standing.YES),
        (DECEMBER - SECOND, Standing.YES),
        (DECEMBER, Standing.NO),
        (LATER, Standing.NO),
    ],
)
@pytest.mark.parametrize("state", [KeyState.ACTIVE, KeyState.RETIRED])
def test_a_key_signs_inside_its_term(at: datetime, expected: Standing, state: KeyState) -> None:
    """From its first moment, until but not at its last; retiring it does not undo what it signed."""
    assert expected == key(state=state).may_have_signed(**SEAL, at=at)


def test_a_compromised_key_proves_nothing_by_itself() -> None:
    """A thief writes any date, so that only a witnessed time before the theft is believed."""
    stolen = key(compromised=NOON)

    assert Standing.COMPROMISED == stolen.may_have_signed(**SEAL, at=NOON)
    assert Standing.COMPROMISED == stolen.may_have_signed(**SEAL, at=NOON - SECOND)
    assert Standing.COMPROMISED == stolen.may_have_signed(**SEAL, at=NOON, witnessed=True)
    assert Standing.YES == stolen.may_have_signed(**SEAL, at=NOON - SECOND, witnessed=True)
    assert Standing.NO == stolen.may_have_signed(**SEAL, at=JANUARY - SECOND, witnessed=True)


def test_what_was_signed_too_long_ago_is_aged_and_not_wrong() -> None:
    """Past `verify_until` the suite may be broken: the answer is its own word, once a time is given."""
    assert Standing.YES == key().may_have_signed(**SEAL, at=NOON, now=LATER - SECOND)
    assert Standing.AGED == key().may_have_signed(**SEAL, at=NOON, now=LATER)
    assert Standing.NO == key().may_have_signed(**SEAL, at=DECEMBER, now=LATER)


# --- which agreement is live --------------------------------------------------------------------------------


def agreed(
    *published_files: dict[str, bytes], at: datetime = NOON, **states: MemberState
) -> Agreement | None:
    """Return the agreement live at `at` when just these files are published."""
    files = {path: data for path, data in trust_files().items() if "agreements" not in path}
    files[MEMBERS_PATH] = members(**states).to_bytes()
    for one in published_files:
        files.update(one)
    found = of(files)
    assert found.agreement(HOME, PEER, at) == found.agreement(PEER, HOME, at)
    return found.agreement(HOME, PEER, at)


def test_an_agreement_lives_while_both_publish_it() -> None:
    """One side alone makes a proposal, or has taken its word back."""
    assert AGREEMENT == agreed(published(AGREEMENT, HOME, PEER))
    assert agreed(published(AGREEMENT, HOME)) is None
    assert agreed(published(AGREEMENT, PEER)) is None
    assert agreed() is None


def test_both_have_to_publish_the_same_bytes() -> None:
    """A field more on one side, or only a space, is two documents and no agreement."""
    generous = replace(AGREEMENT, items=(replace(AGREEMENT.items[0], fields=("名称", "住所", "法定代表人")),))
    theirs = published(AGREEMENT, PEER)

    assert agreed(published(generous, HOME), theirs) is None
    assert agreed(published(AGREEMENT, HOME), {path: data + b" " for path, data in theirs.items()}) is None


def test_the_live_agreement_quotes_its_file() -> None:
    """What a question quotes is the digest of the bytes that both published."""
    live = agreed(published(AGREEMENT, HOME, PEER))

    assert live is not None
    assert AGREEMENT.reference == live.reference


NEXT = replace(AGREEMENT, n=2, from_=NOON, until=NOON + 30 * 86_400 * SECOND, items=AGREEMENT.items[:1])


def test_a_successor_takes_over_when_it_begins_and_not_before() -> None:
    """The highest n that has begun; one published ahead of time leaves the old one alone."""
    both = published(AGREEMENT, HOME, PEER), published(NEXT, HOME, PEER)

    assert AGREEMENT == agreed(*both, at=NOON - SECOND)
    assert NEXT == agreed(*both, at=NOON)


def test_when_a_successor_ends_nothing_older_comes_back() -> None:
    """A narrower agreement that ran out must not revive the wider one that it replaced."""
    both = published(AGREEMENT, HOME, PEER), published(NEXT, HOME, PEER)

    assert agreed(*both, at=NEXT.until) is None


def test_a_successor_that_one_side_publishes_changes_nothing() -> None:
    """Only what both say counts, so that nobody narrows or widens alone."""
    assert AGREEMENT == agreed(published(AGREEMENT, HOME, PEER), published(NEXT, HOME))


@pytest.mark.parametrize(("at", "live"), [(JANUARY - SECOND, False), (JANUARY, True), (DECEMBER, False)])
def test_an_agreement_lives_inside_its_term(at: datetime, live: bool) -> None:
    """From its first moment, until but not at its last."""
    assert live == (agreed(published(AGREEMENT, HOME, PEER), at=at) is not None)


@pytest.mark.parametrize("state", [MemberState.PROBATION, MemberState.SUSPENDED, MemberState.LEFT])
def test_only_full_members_have_agreements(state: MemberState) -> None:
    """Governance stops a region's exchange at once, whatever the two had agreed."""
    whole = published(AGREEMENT, HOME, PEER)

    assert agreed(whole, home=state) is None
    assert agreed(whole, peer=state) is None


def test_strangers_have_agreed_on_nothing() -> None:
    """A region that is not listed, and a region with itself, have no agreement."""
    found = of(trust_files())

    assert found.agreement(HOME, "420600", NOON) is None
    assert found.agreement(HOME, HOME, NOON) is None


def test_a_third_region_cannot_publish_for_two_others() -> None:
    """An agreement lies under a party's folder and names the other party, or is refused."""
    third = Member(code="420600", name="襄阳市", name_en="Xiangyang", state=MemberState.FULL, since=JANUARY)
    whole = members()
    files = {**trust_files(), MEMBERS_PATH: replace(whole, members=(*whole.members, third)).to_bytes()}

    with pytest.raises(BadTrust, match="other parties"):
        of({**files, f"regions/420600/agreements/{PEER}.1.json": AGREEMENT.to_bytes()})


# --- bundles ------------------------------------------------------------------------------------------------

BUNDLE = BundleContents(
    region=HOME,
    version=12,
    issued_at=int(NOON.timestamp()),
    expires=int(NOON.timestamp()) + 43_200,
    trust=trust_files(),
    matters=matters()[:3],
    status={},
    format=bundle.THIRD,
)


def bundled(contents: BundleContents = BUNDLE, *, by: str = f"{HOME}-bundle-1") -> str:
    """Return the bundle, signed."""
    return jws.sign(contents.to_payload(), typ=bundle.TYP, key=fixed_key(by))


def test_a_bundle_opens_into_the_set_that_it_carries() -> None:
    """Trust files, matters and the moment at which its region held them."""
    carried, contents = open_bundle(bundled())

    assert of(trust_files()).digest == carried.digest
    assert (NOON, BUNDLE) == (carried.as_of, contents)
    assert matters()[0] == carried.matter(matters()[0].code)
    assert contents == open_bundle(bundled(), anchor=of(trust_files()))[1]


def test_a_bundle_needs_the_bundle_key_of_its_own_region() -> None:
    """Another purpose, another region's key or nobody's key do not open it."""
    for kid in (f"{HOME}-receipt-1", f"{PEER}-bundle-1"):
        with pytest.raises(BadSignature):
            open_bundle(bundled(by=kid))
    with pytest.raises(UnknownKey):
        open_bundle(bundled(by=f"{HOME}-bundle-2"))


def test_a_bundle_does_not_bring_its_own_key_past_an_anchor() -> None:
    """With an anchor at hand, a stranger's self-consistent bundle is a stranger's."""
    keys = region_keys(HOME)
    forged = tuple(
        replace(one, jwk=fixed_key("a forger").jwk) if one.purpose is Purpose.BUNDLE else one
        for one in keys.keys
    )
    files = {**trust_files(), keys_path(HOME): replace(keys, keys=forged).to_bytes()}
    forger = replace(fixed_key("a forger"), kid=f"{HOME}-bundle-1")
    token = jws.sign(replace(BUNDLE, trust=files).to_payload(), typ=bundle.TYP, key=forger)

    open_bundle(token)
    with pytest.raises(BadSignature):
        open_bundle(token, anchor=of(trust_files()))


def test_a_bundle_of_a_compromised_or_later_key_is_refused() -> None:
    """The key has to be good at the time that the bundle says it was made."""
    late = replace(BUNDLE, issued_at=int(DECEMBER.timestamp()), expires=int(DECEMBER.timestamp()) + 60)
    stolen = tuple(
        replace(one, state=KeyState.COMPROMISED, compromised_since=NOON)
        if one.purpose is Purpose.BUNDLE
        else one
        for one in region_keys(HOME).keys
    )
    files = {**trust_files(), keys_path(HOME): RegionKeys(region=HOME, keys=stolen).to_bytes()}

    for token in (bundled(late), bundled(replace(BUNDLE, trust=files))):
        with pytest.raises(BadSignature, match="at that time"):
            open_bundle(token)


def test_a_bundle_over_a_broken_list_is_refused() -> None:
    """Its signature does not mend what is inside."""
    with pytest.raises(BadTrust):
        open_bundle(bundled(replace(BUNDLE, trust={})))


def test_a_changed_bundle_is_refused() -> None:
    """Whatever single character is changed, it is malformed, untrusted or not signed."""
    token = bundled()
    for at in range(0, len(token), 997):
        other = token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :]
        with pytest.raises(VerifierError):
            open_bundle(other)


def test_as_of_is_what_the_caller_says() -> None:
    """The set has no clock; how old it is follows from what it was given."""
    assert (
        datetime(2020, 1, 1, tzinfo=UTC)
        == TrustSet.from_files(trust_files(), as_of=datetime(2020, 1, 1, tzinfo=UTC)).as_of
    )


def test_the_manifest_is_what_the_digest_is_of_and_reads_back() -> None:
    """Path, NUL and SHA-256 of each file, by path; whoever has it knows which files to fetch."""
    files = trust_files()
    document = manifest(files)

    assert TrustSet.from_files(files, as_of=NOON).digest == sha256(document).hexdigest()
    assert {path: sha256(data).hexdigest() for path, data in files.items()} == read_manifest(document)
    assert {} == read_manifest(b"")


@pytest.mark.parametrize(
    "bent",
    [
        lambda document: document[:-1],
        lambda document: document + b"x",
        lambda document: document + document,
        lambda document: b"\xff" + document,
    ],
    ids=["cut", "longer", "twice", "not text"],
)
def test_what_is_no_manifest_is_refused(bent) -> None:
    """A document that does not read back to itself names no files."""
    with pytest.raises(BadTrust):
        read_manifest(bent(manifest(trust_files())))
