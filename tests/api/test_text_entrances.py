"""Every place where somebody's text comes in × every sort of character that nobody can see: refused, and nothing kept.

Searches are no entrance: nothing of them is kept, signed or shown. What a member of a signed message, a receipt or a
trust list may hold is tests/formats/test_screen.py; a kind's own words are tests/schemas/test_bad_kinds.py.
"""

import json
import os
from dataclasses import replace

import pytest
from certhub_keys.cost import Cost

from certhub.demo import people as p
from certhub.errors import ClaimsInvalid, HubError
from certhub.flows.records import change as revoke
from certhub.flows.records import import_, renew
from certhub.flows.records.change import Order
from certhub.flows.verification import outcome, verify
from certhub.flows.verification.filing import VerificationRequest
from certhub.flows.verification.outcome import Result
from certhub.history.events import store as history
from certhub.people.parties import store as parties
from certhub.people.parties.people import Party, Role
from certhub.records.certificates.rules import Transition
from certhub.settings import FILE, BadSettings, Profile, Settings
from certhub.setup.initialise import AgencySetup, initialise
from tests.api.test_agency import ORDER, draft, issued
from tests.api.test_relying import MATTER, scan, shown
from tests.support import named
from tests.support.exports import csv_file, row
from tests.support.hidden import FIT, HIDDEN
from tests.support.story import key

CODES = {"TEXT_CONTROL_CHARS", "TEXT_UNMAPPED_CHARS"}
PARSER = {"JSON_NUL_OR_SURROGATE", "BODY_NOT_UTF8"}  # what strict JSON refuses before anybody reads a member


def posted(path, body):
    """A call of the API by `role`, the text at its place in the body."""

    def entrance(api, text, role="agency"):
        content = json.dumps(body(text)).encode()
        answer = api.send(path(api), content, role)
        return (
            {one["code"] for one in answer.json().get("errors", [])} if answer.status_code >= 400 else set()
        )

    return entrance


def as_clerk(path, body):
    """The same by a clerk."""
    entrance = posted(path, body)
    return lambda api, text: entrance(api, text, "clerk")


def raised(call):
    """A call of a flow or a room; the codes of what it refuses."""

    def entrance(api, text):
        try:
            call(api, text)
        except ClaimsInvalid as refused:
            told = str(refused)
            return {fault.code for fault in refused.faults} | ({"SAYS THE TEXT"} if text in told else set())
        return set()

    return entrance


def written(change):
    """A unit of work of the hub, given up in the end."""

    class GivenUpError(Exception):
        """The test keeps nothing."""

    def call(api, text):
        try:
            with api.hub.writing() as unit:
                change(unit, text)
                raise GivenUpError
        except GivenUpError:
            return

    return raised(call)


def imported(column):
    """A row of a department's file."""

    def entrance(api, text):
        try:
            file = csv_file(row("食-1", **{column: text}))
        except UnicodeEncodeError:  # a file of UTF-8 cannot hold it
            return CODES
        tally = import_.import_file(file, "x.csv", by=api.region.agency, hub=api.hub, check_only=True)
        return {fault.code for fault in tally.refused}

    return entrance


def founding(api, text, **changes):
    """A new hub."""
    wanted = replace(
        named.EZHOU.setup("http://x.test"), **{name: make(text) for name, make in changes.items()}
    )
    folder = api.hub.settings.data / "another"
    initialise(
        folder,
        wanted,
        profile=Profile.TEST,
        passphrase=b"x",
        now=api.hub.now(),
        random=os.urandom,
        cost=Cost.TEST,
    )


def settings(api, text):
    """What stands in a hub's certhub.toml."""
    folder = api.hub.settings.data / "settings"
    folder.mkdir(exist_ok=True)
    named = json.dumps(text, ensure_ascii=False)
    try:
        (folder / FILE).write_text(f'region = "420700"\nname = {named}\n', encoding="utf-8")
        Settings.load(folder)
    except (BadSettings, UnicodeError):
        return CODES
    return set()


AWAY = "0" * 26
ENTRANCES = {
    "a window": as_clerk(
        lambda api: "/api/v1/verifications", lambda t: {"code": "EC1", "matter": MATTER, "window": t}
    ),
    "a case number": as_clerk(
        lambda api: "/api/v1/verifications",
        lambda t: {"code": "EC1", "matter": MATTER, "window": "2", "case_number": t},
    ),
    "a note": as_clerk(
        lambda api: f"/api/v1/verifications/{'v' * 32}/outcome", lambda t: {"result": "reported", "note": t}
    ),
    "a reason": posted(
        lambda api: f"/api/v1/certificates/{AWAY}/suspension", lambda t: ORDER | {"reason": t}
    ),
    "a decision's number": posted(
        lambda api: f"/api/v1/certificates/{AWAY}/revocation", lambda t: ORDER | {"decision_number": t}
    ),
    "a renewal's reason": posted(
        lambda api: f"/api/v1/certificates/{AWAY}/renewal", lambda t: ORDER | {"reason": t}
    ),
    "why a region is resumed": lambda api, text: posted(
        lambda api: "/api/v1/peers/420100/resumption", lambda t: {"reason": t}
    )(api, text, "operator"),
    "a holder's name": posted(
        lambda api: "/api/v1/certificates",
        lambda t: draft(holders=[{"name": t, "id_type": "111", "id_number": "420799190003030036"}]),
    ),
    "a certificate's number": posted(lambda api: "/api/v1/certificates", lambda t: draft(number=t)),
    "a name in a claim": posted(
        lambda api: "/api/v1/certificates",
        lambda t: draft(claims={"姓名": t, "从业资格类别": "经营性道路货物运输驾驶员"}),
    ),
    "a claim": posted(
        lambda api: "/api/v1/certificates", lambda t: draft(claims={"姓名": "王测试", "从业资格类别": t})
    ),
    "a column of names": imported("经营者名称"),
    "a column of holders": imported("持证主体"),
    "a column of numbers": imported("证照编号"),
    "a column of places": imported("经营场所"),
    "the flow: a window": raised(
        lambda api, t: verify.verify(VerificationRequest("EC1", MATTER, t), by=api.region.clerk, hub=api.hub)
    ),
    "the flow: a case number": raised(
        lambda api, t: verify.verify(
            VerificationRequest("EC1", MATTER, "2", t), by=api.region.clerk, hub=api.hub
        )
    ),
    "the flow: a reason": raised(
        lambda api, t: revoke.change(
            AWAY, Transition.REVOKE, Order(t, "1"), by=api.region.agency, hub=api.hub, key=key()
        )
    ),
    "the flow: a decision's number": raised(
        lambda api, t: revoke.change(
            AWAY, Transition.REVOKE, Order("x", t), by=api.region.agency, hub=api.hub, key=key()
        )
    ),
    "the flow: a renewal's reason": raised(
        lambda api, t: renew.renew(AWAY, Order(t, "1"), None, by=api.region.agency, hub=api.hub, key=key())
    ),
    "the flow: a note": raised(
        lambda api, t: outcome.conclude("v" * 32, Result.REPORTED, t, by=api.region.clerk, hub=api.hub)
    ),
    "an account's name": written(lambda unit, t: parties.open_account(unit, Role.CLERK, t)),
    "an office": written(lambda unit, t: parties.open_account(unit, Role.CLERK, "x", office=t)),
    "an account's window": written(lambda unit, t: parties.open_account(unit, Role.CLERK, "x", window=t)),
    "a party": written(lambda unit, t: parties.register(unit, Party(t, "111", "420799190003030036"))),
    "as what somebody acts": written(lambda unit, t: parties.let_act(unit, bytes(32), bytes(32), role=t)),
    "a new hub's region": raised(lambda api, t: founding(api, t, name=str)),
    "a new hub's region in English": raised(lambda api, t: founding(api, t, name_en=str)),
    "a new hub's agency": raised(
        lambda api, t: founding(api, t, agencies=lambda n: (AgencySetup(named.MARKET, n, "x", (p.FOOD,)),))
    ),
    "a new hub's agency in English": raised(
        lambda api, t: founding(api, t, agencies=lambda n: (AgencySetup(named.MARKET, "x", n, (p.FOOD,)),))
    ),
    "the settings": settings,
}
WITH_LINES = {"a claim", "a name in a claim", "a column of names", "a column of places"}


def events(api):
    """How many deeds were told."""
    with api.hub.reading() as unit:
        return len(history.events(unit, limit=100_000))


@pytest.mark.parametrize("name", ENTRANCES)
def test_what_nobody_can_see_comes_in_nowhere(api, name):
    """Each sort in turn: one of the two codes, or strict JSON's own, and nothing happened."""
    before, entrance = events(api), ENTRANCES[name]

    found = {sort: entrance(api, f"甲{hidden}乙") for sort, hidden in HIDDEN.items()}

    if name in WITH_LINES:
        assert found.pop("line feed") <= {"CONFLICT_WITH_STORED"}  # a value may have lines
    assert {} == {
        sort: codes for sort, codes in found.items() if not codes & (CODES | PARSER) or codes - CODES - PARSER
    }
    assert before == events(api) or name in WITH_LINES
    assert not (api.hub.settings.data / "another").exists()


REFUSED_FOR_OTHER_REASONS = (HubError, KeyError)


@pytest.mark.parametrize("name", [name for name in ENTRANCES if not name.startswith("a new hub")])
def test_what_is_rare_and_seen_comes_in(api, name):
    """Otherwise the test above would pass on anything: rare characters are refused nowhere for what they are."""
    try:
        found = ENTRANCES[name](api, FIT[:20])
    except REFUSED_FOR_OTHER_REASONS:
        return  # there is no such certificate or verification: the text was read before anybody looked
    assert not found & (CODES | PARSER)


def test_a_refused_window_says_what_is_wrong_with_it(api):
    """In words, and without the text itself."""
    with pytest.raises(ClaimsInvalid) as refused:
        verify.verify(VerificationRequest("EC1", MATTER, "2\u200b号"), by=api.region.clerk, hub=api.hub)

    assert "window: 含有看不见的字符 / holds characters that cannot be seen" == str(refused.value)
    assert 200 == scan(api, shown(api)).status_code
    assert issued(api)
