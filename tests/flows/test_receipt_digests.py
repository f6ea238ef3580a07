"""What a receipt names by digest is what anybody can compute from published files: the trust set and the policy.

The digests are computed here a second time, from files that the hub gives away, with nothing of the verifier's own
hashing: a digest that no published thing has would be a word without a referent (design, D22).
"""

import errno
import json
from dataclasses import replace
from hashlib import sha256

import pytest
from certhub_schemas import matter
from certhub_verifier.formats.jose import jws, strict_json
from certhub_verifier.policy import Channel, Level, policy_for
from certhub_verifier.trust import TrustSet, read_manifest

from certhub.adapters.public_files import PublicFiles
from certhub.demo import people as p
from certhub.flows.verification import results
from certhub.setup.documents import keep_rules
from tests.support.catalogues import knowing, matter_version, two_versions
from tests.support.region import Region
from tests.support.story import BUSINESS, issued, licence, scan, sealed, ticket, told


def digest_of_the_published_list(region: Region) -> str:
    """Return SHA-256 over path, NUL and SHA-256 of each trust file, in the order of their paths."""
    whole = sha256()
    for path, data in sorted(region.hub.trust_folder.files().items()):
        whole.update(path.encode() + b"\0" + sha256(data).digest())
    return whole.hexdigest()


def digest_of_the_policy(code: str, channel: Channel) -> str:
    """Return SHA-256 of the policy's members, names sorted, no white space (RFC 8785 for such values)."""
    rules = matter(code)
    policy = policy_for(rules, channel)
    form = {
        "channel": channel.value,
        "matter": rules.code,
        "levels": {
            fact.value: policy.level(fact).value
            for fact in policy.levels
            if policy.level(fact) is not Level.OFF
        },
        "max_status_age_seconds": rules.max_status_age_seconds,
        "max_trust_age_seconds": 72 * 3600,
        "expires_soon_days": 30,
        "offline_allowed": rules.offline_allowed,
        "deficiency_allowed": rules.deficiency_allowed,
    }
    return sha256(
        json.dumps(form, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    ).hexdigest()


def receipt_of(region: Region, code: str, case: str = BUSINESS) -> dict:
    """Scan a code, and return the payload of the receipt that is filed."""
    vid = str(scan(region, code, case)["verification_id"])
    return dict(
        jws.parse(results.receipt(vid, by=region.clerk, hub=region.hub)["receipt"], "receipt+jwt").payload
    )


@pytest.mark.parametrize(
    ("channel", "where", "make"),
    [
        (Channel.TICKET, "home", ticket),
        (Channel.SEALED, "home", sealed),
        (Channel.PEER, "other", ticket),
        (Channel.PEER, "other", sealed),
    ],
)
def test_a_receipt_names_the_rules_and_the_list_that_anybody_can_hash(home, other, channel, where, make):
    """Per channel, at home and across regions."""
    region = home if where == "home" else other
    code = make(home, issued(home, licence("摘-1")))

    filed = receipt_of(region, code)

    assert channel.value == filed["channel"]
    assert digest_of_the_published_list(region) == filed["trust"]
    assert digest_of_the_policy(BUSINESS, channel) == filed["policy"]


def test_a_sealed_code_judged_without_its_region_names_the_rules_of_a_sealed_code(home, other):
    """The other region is down: the list that is held judges, and the receipt says by which rules."""
    code = sealed(home, issued(home, licence("摘-2")))
    home.wire.down.add("420700")

    filed = receipt_of(other, code)

    assert "sealed" == filed["channel"]
    assert digest_of_the_policy(BUSINESS, Channel.SEALED) == filed["policy"]
    assert digest_of_the_published_list(other) == filed["trust"]


@pytest.mark.parametrize("text", ["6217 0000 1234 5678", "EC1ABC"])
def test_a_code_that_fails_by_itself_names_rules_and_list_as_well(home, text):
    """A refusal is filed like everything else."""
    filed = receipt_of(home, text)

    assert digest_of_the_policy(BUSINESS, Channel(filed["channel"])) == filed["policy"]
    assert digest_of_the_published_list(home) == filed["trust"]


STEPS_AT_HOME = ["verify:1", "verify:3", "verify:4", "verify:5", "verify:6"]
STEPS_ABROAD = [*STEPS_AT_HOME, "verify:2", "ask:1", "ask:2", "ask:3", "ask:4", "ask:5"]


def rewrites_trust(region: Region, at: str) -> Region:
    """Return the region, whose trust list is published anew at a step, two seconds later."""

    def step(name: str) -> None:
        if name == at:
            path = region.hub.trust_folder.folder / "members.json"
            members = json.loads(path.read_bytes())
            path.write_bytes(strict_json.dumps(members | {"ver": members["ver"] + 1}))
            region.clock.pass_(seconds=2)

    return replace(region, hub=replace(region.hub, step=step))


@pytest.mark.parametrize(
    ("where", "step"),
    [*(("home", step) for step in STEPS_AT_HOME), *(("other", step) for step in STEPS_ABROAD)],
)
def test_a_receipt_names_the_list_that_judged(home, other, where, step):
    """A trust list that comes into force in the middle of a verification judges the next one, and none of this."""
    region = home if where == "home" else other
    certificate_id = issued(home, licence("摘-1"))
    before = digest_of_the_published_list(region)

    filed = receipt_of(rewrites_trust(region, step), ticket(home, certificate_id))
    after = digest_of_the_published_list(region)
    later = receipt_of(region, ticket(home, certificate_id))

    fresh = [fact["evidence"] for fact in filed["items"][0]["facts"] if fact["fact"] == "trust_fresh"]
    assert before != after
    assert (before, [before]) == (filed["trust"], fresh)
    assert after == later["trust"]
    assert ("valid", "valid") == (filed["verdict"], later["verdict"])


def test_every_digest_of_a_receipt_leads_to_what_it_names(home, other):
    """Rules, matter, catalogue, and the trust list with its files and agreement: kept before the receipt names them."""
    agreement = other.hub.trust.agreement(other.hub.region, home.hub.region, other.hub.now())
    for where, make in ((home, ticket), (home, sealed), (other, ticket), (other, sealed)):
        filed = receipt_of(where, make(home, issued(home, licence(f"摘-{where.hub.region}-{make.__name__}"))))
        public_files = where.hub.public_files
        rules = json.loads(public_files.document(filed["policy"]))
        files = read_manifest(public_files.document(filed["trust"]))
        [catalogue] = {
            fact["evidence"]
            for item in filed["items"]
            for fact in item["facts"]
            if fact["fact"] == "catalogued"
        }
        assert where.hub.catalogue.digest == catalogue == filed["catalogue"]
        named = json.loads(public_files.document(filed["matter_digest"]))
        assert (filed["matter"], 2) == (named["code"], named["version"])
        for digest in (
            filed["policy"],
            filed["trust"],
            filed["matter_digest"],
            filed["catalogue"],
            *files.values(),
        ):
            assert digest == sha256(public_files.document(digest)).hexdigest()

        kept = TrustSet.from_files(
            {path: public_files.document(digest) for path, digest in files.items()}, as_of=home.clock.now()
        )
        assert (filed["matter"], filed["channel"]) == (rules["matter"], rules["channel"])
        assert filed["trust"] == kept.digest
        assert agreement == kept.agreement(other.hub.region, home.hub.region, home.clock.now())


def test_a_receipt_of_an_earlier_release_finds_its_rules(home):
    """What named all facts is kept too, in the forms of then, once the background jobs have begun."""
    keep_rules(home.hub.public_files, home.hub.catalogue)
    policy = policy_for(matter(BUSINESS), Channel.TICKET)
    kept = [
        json.loads(home.hub.public_files.document(sha256(one).hexdigest()))
        for one in policy.former_documents()
    ]

    assert [13, 14, 12] == [len(form["levels"]) for form in kept]
    assert {"off"} < {level for form in kept for level in form["levels"].values()}
    assert "off" not in kept[-1]["levels"].values()
    asked = set(json.loads(policy.document())["levels"])
    assert {"needed", "mode"} == asked - set(kept[-1]["levels"])


def test_a_policy_is_named_by_what_counts_alone():
    """A fact that is off is not in the form: one that a release adds and does not ask for renames no policy."""
    policy = policy_for(matter(BUSINESS), Channel.TICKET)
    named = {fact for fact in policy.levels if policy.level(fact) is not Level.OFF}
    without = replace(
        policy,
        levels={fact: policy.level(fact) for fact in policy.levels if fact in named}
        | {fact: Level.OFF for fact in policy.levels if fact not in named},
    )

    assert policy.digest() == without.digest()
    assert {fact.value for fact in named} == set(json.loads(policy.document())["levels"])
    assert named < set(policy.levels)


def test_a_receipt_names_the_catalogue_that_judged(home):
    """A hub of the next release knows another one: its receipts name that, and each is kept."""
    named = []
    for region in (home, knowing(home)):
        filed = receipt_of(region, ticket(region, issued(region, licence(f"录-{len(named)}"))))
        [digest] = [one["evidence"] for one in filed["items"][0]["facts"] if one["fact"] == "catalogued"]
        whole = json.loads(region.hub.public_files.document(digest))
        named.append([kind["version"] for kind in whole["kinds"] if kind["code"] == p.LICENCE])

    assert [[1], [1, 2]] == named


def test_the_rules_of_every_version_of_a_matter_are_kept(home):
    """Of one that is not in force any more, and of one that is not yet: a receipt of either finds its rules."""
    keep_rules(home.hub.public_files, two_versions())

    for version in (1, 2):
        for channel in Channel:
            digest = policy_for(matter_version(version), channel).digest()
            assert digest == sha256(home.hub.public_files.document(digest)).hexdigest()
    assert home.hub.public_files.keeps(two_versions().digest)


def test_a_full_disk_keeps_no_clerk_waiting_for_the_catalogue(home, caplog):
    """The verdict is given and the receipt names the catalogue; the log tells that it could not be kept."""
    region = knowing(home)
    folder = region.hub.public_files.folder / "documents"
    code = ticket(home, issued(home, licence("录-9")))
    blocked = folder / two_versions().digest
    blocked.unlink(missing_ok=True)
    full = replace(region, hub=replace(region.hub, public_files=Full(region.hub.public_files.folder)))

    assert ("valid", "OK") == told(scan(full, code))
    assert "the catalogue cannot be kept" in caplog.text
    assert not blocked.exists()


class Full(PublicFiles):
    """A folder on a disk that takes nothing new."""

    def put(self, name: str, content: bytes) -> None:
        """Refuse, as the system does."""
        raise OSError(errno.ENOSPC, "No space left on device")
