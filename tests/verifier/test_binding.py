"""Holder binding in the engine: shown by its holder, for this counter, now; or said not to be."""

from datetime import timedelta

import pytest
from certhub_schemas import shipped_catalogue
from certhub_verifier.causes import Verdict
from certhub_verifier.engine import examine, run
from certhub_verifier.evidence import PresentedCredential
from certhub_verifier.facts import Checked, Fact, Outcome
from certhub_verifier.formats.credential import keybinding, sdjwt
from certhub_verifier.formats.credential.keybinding import Binding
from certhub_verifier.lookups import StatusAt, StatusToken
from certhub_verifier.policy import Channel, policy_for
from certhub_verifier.report import overall

from tests.support.credentials import NOW, World, seconds
from tests.support.fixed_keys import fixed_key

WORLD = World()
PHONE = fixed_key("a phone")
COUNTER = Binding("420700:window-2", "n" * 22)
BOUND_TO_PHONE = WORLD.credential(cnf={"jwk": dict(PHONE.jwk)})
LIST = WORLD.status_token()


def shown(text=BOUND_TO_PHONE, *, binding=COUNTER, key=PHONE, at=NOW, fields=("名称",)):
    """Return what a phone sends: the fields chosen, bound to one counter and one nonce."""
    chosen = sdjwt.select(sdjwt.split(text), fields)
    bound = keybinding.bind(chosen, binding, key=key, issued_at=seconds(at))
    return sdjwt.join(bound.issuer_jwt, bound.disclosures, bound.kb_jwt)


def examined(text, *, expect=COUNTER, how="file", channel=Channel.FILE, trust=None, now=NOW, **changes):
    """Examine a presentation that came without a ticket."""
    evidence = PresentedCredential(text, how, expect=expect, **{"asker": None, **changes})
    steps = examine(
        evidence,
        trust=trust or WORLD.trust(),
        policy=policy_for(None, channel),
        now=now,
        catalogue=shipped_catalogue(),
    )
    return run(steps, lambda need: StatusToken(LIST) if isinstance(need, StatusAt) else None)


def told(report, fact=Fact.HOLDER_BINDING):
    """Return outcome, cause and fault of one fact."""
    checked = next(one for one in report.facts if one.fact is fact)
    return checked.outcome.value, checked.cause, checked.detail.get("fault")


def test_a_file_shown_by_its_holder_for_this_counter_is_valid():
    """The one way in which a credential without a ticket is more than "check"."""
    report = examined(shown())

    assert (report.verdict, report.code) == (Verdict.VALID, "OK")
    assert told(report) == told(report, Fact.AUDIENCE) == ("yes", None, None)
    assert report.disclosed == {"名称": "示例小面馆"}


def test_a_key_binding_for_nobody_we_know_is_not_ignored_and_proves_nothing():
    """Without a nonce of ours it may have been made for anybody, last week."""
    report = examined(shown(), expect=None)

    assert told(report) == ("undetermined", "NOT_BOUND", None)
    assert (report.verdict, report.code) == (Verdict.CHECK, "NOT_BOUND")


def test_a_holder_who_was_asked_and_did_not_sign_is_not_bound():
    """Nothing is proved by silence, neither in a file nor behind a ticket."""
    assert told(examined(BOUND_TO_PHONE)) == ("undetermined", "NOT_BOUND", None)
    redeemed = Checked(Fact.ONE_TIME, Outcome.YES, None, NOW)
    ticket = examined(BOUND_TO_PHONE, how="ticket", channel=Channel.TICKET, redeemed=redeemed)
    assert told(ticket) == ("undetermined", "NOT_BOUND", None)


CHANNELS = {Channel.FILE: "file", Channel.TICKET: "ticket"}
BAD = {
    "another phone": ({"key": fixed_key("another")}, {}, "BINDING_FAILED", "signature"),
    "another nonce": ({"binding": Binding(COUNTER.audience, "m" * 22)}, {}, "BINDING_FAILED", "nonce"),
    "another counter": ({"binding": Binding("420100:1", COUNTER.nonce)}, {}, "WRONG_COUNTER", "audience"),
    "six minutes ago": ({"at": NOW - timedelta(minutes=6)}, {}, "BINDING_FAILED", "stale"),
    "no key in the credential": ({"text": WORLD.credential()}, {}, "BINDING_FAILED", "key"),
    "another phone, nothing expected": (
        {"key": fixed_key("another")},
        {"expect": None},
        "BINDING_FAILED",
        "signature",
    ),
}


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize(("showing", "how", "cause", "fault"), BAD.values(), ids=BAD)
def test_a_key_binding_that_does_not_hold_fails_the_presentation(channel, showing, how, cause, fault):
    """Also where holder binding weighs nothing, and nothing that it disclosed is shown."""
    redeemed = Checked(Fact.ONE_TIME, Outcome.YES, None, NOW)
    report = examined(shown(**showing), how=CHANNELS[channel], channel=channel, redeemed=redeemed, **how)

    assert told(report) == ("no", cause, fault)
    assert (report.verdict, report.code) == (Verdict.INVALID, cause)
    assert report.disclosed == {}


def test_a_report_of_a_showing_that_failed_has_no_items():
    """It speaks of the showing: no certificate was judged for this counter."""
    report = overall([examined(shown(at=NOW - timedelta(hours=1)))], channel=Channel.FILE, as_of=NOW)

    assert (report.verdict, report.code, report.items) == (Verdict.INVALID, "BINDING_FAILED", ())
    assert "手机" in report.sentence("zh").headline


def test_taking_a_field_away_after_the_holder_signed_fails():
    """Nobody on the way chooses anew what the holder chose to show."""
    whole = sdjwt.split(shown(fields=("名称", "住所")))
    less = sdjwt.join(whole.issuer_jwt, whole.disclosures[:1], whole.kb_jwt)

    assert told(examined(less)) == ("no", "BINDING_FAILED", "sd_hash")


def test_a_showing_from_the_future_is_a_wrong_clock_and_never_softened():
    """Of the two clocks one is wrong, and it may be ours: undetermined, where a file could be "check"."""
    report = examined(shown(at=NOW + timedelta(seconds=61)))

    assert told(report) == ("undetermined", "CLOCK_WRONG", "future")
    assert (report.verdict, report.code) == (Verdict.UNDETERMINED, "CLOCK_WRONG")


def test_a_slow_clock_makes_no_good_showing_bad():
    """The trust list has seen a later time than this machine shows; the holder is believed, the rest waits."""
    report = examined(shown(), now=NOW - timedelta(minutes=10))

    assert told(report) == ("yes", None, None)
    assert (report.verdict, report.code) == (Verdict.UNDETERMINED, "CLOCK_WRONG")


HOUR = timedelta(hours=1)
TROUBLES = {
    "no trust list": ({"trust": None}, "ISSUER_UNKNOWN"),
    "a trust list of 73 hours": ({"trust": WORLD.trust(NOW - 73 * HOUR)}, "LIST_TOO_OLD"),
    "no status": ({"token": None}, "STATUS_UNKNOWN"),
    "a status of 25 hours": ({"token": WORLD.status_token(iat=NOW - 25 * HOUR)}, "LIST_TOO_OLD"),
    "a clock 10 minutes slow": ({"now": NOW - timedelta(minutes=10)}, "CLOCK_WRONG"),
    "a clock a year slow": ({"now": NOW - timedelta(days=365)}, "CLOCK_WRONG"),
}


@pytest.mark.parametrize(("trouble", "cause"), TROUBLES.values(), ids=TROUBLES)
def test_a_binding_that_holds_makes_up_for_nothing_that_is_missing(trouble, cause):
    """Who shows it is known; whether it is good is not."""
    how = {"trust": WORLD.trust(), "token": LIST, "now": NOW, **trouble}
    token = how.pop("token")
    steps = examine(
        PresentedCredential(shown(), "file", expect=COUNTER, asker=None),
        policy=policy_for(None, Channel.FILE),
        **how,
        catalogue=shipped_catalogue(),
    )
    report = run(steps, lambda need: StatusToken(token) if token else None)

    assert (report.verdict, report.code) == (Verdict.UNDETERMINED, cause)


def test_what_the_issuer_did_not_sign_binds_nobody():
    """With a signature that is not the agency's, the key in the credential is not looked at."""
    text = shown()
    head, _, rest = text.partition("~")
    forged = head[:-4] + ("AAAA" if not head.endswith("AAAA") else "BBBB") + "~" + rest
    report = examined(forged)

    assert Fact.HOLDER_BINDING not in {one.fact for one in report.facts}
    assert report.code == "TAMPERED"
