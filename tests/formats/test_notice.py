"""A notice between hubs: both directions, four kinds, and nothing else is let in."""

from dataclasses import replace
from typing import Any

import pytest
from certhub_verifier.errors import BadSignature, Malformed, UpgradeNeeded
from certhub_verifier.formats.exchange import envelope
from certhub_verifier.formats.exchange.notice import TYP, Notice, NoticeKind, Settlement
from certhub_verifier.formats.jose import jws
from certhub_verifier.formats.jose.tokens import TOKEN_TYPES

from tests.support.fixed_keys import fixed_key
from tests.support.mutants import value_mutants

KEY = fixed_key("420100-exchange-1")
IAT, DAY = 1_788_235_200, 86_400
BODIES: dict[NoticeKind, dict[str, Any]] = {
    NoticeKind.VERDICT: {"verdict": "check", "code": "FIELDS_WITHHELD", "materials": "incomplete"},
    NoticeKind.OUTCOME: {"result": "not_the_person"},
    NoticeKind.DISPUTE: {"dispute": "AAECAwQFBgcICQoLDA0ODw", "due_at": IAT + 10 * DAY},
    NoticeKind.SETTLEMENT: {"dispute": "AAECAwQFBgcICQoLDA0ODw", "finding": "justified"},
}


def notice(kind: NoticeKind = NoticeKind.VERDICT, **changes: Any) -> Notice:
    """Return a notice of a kind; `changes` go into it."""
    made = Notice(
        sender="420100",
        receiver="420700",
        issued_at=IAT,
        expires=IAT + 7 * DAY,
        jti="EBESExQVFhcYGRobHB0eHw",
        verification_id="v-1",
        kind=kind,
        body=BODIES[kind],
    )
    return replace(made, **changes)


@pytest.mark.parametrize("kind", NoticeKind)
def test_a_notice_is_the_design_member_by_member(kind: NoticeKind) -> None:
    """These members and no other, of each kind; what is printed is read again."""
    payload = notice(kind).to_payload()

    assert payload == {
        "iss": "420100",
        "aud": "420700",
        "iat": IAT,
        "exp": IAT + 7 * DAY,
        "jti": "EBESExQVFhcYGRobHB0eHw",
        "verification_id": "v-1",
        "kind": kind.value,
        "body": BODIES[kind],
    }
    assert notice(kind) == Notice.from_payload(payload)


def test_it_travels_as_a_token_of_its_own_type() -> None:
    """Signed by the sender's exchange key it comes back whole, and is neither question nor answer."""
    token = jws.sign(notice().to_payload(), typ=TYP, key=KEY)

    assert notice() == Notice.from_payload(jws.verify(jws.parse(token, TYP), KEY))
    for typ in (envelope.REQUEST_TYP, envelope.RESPONSE_TYP):
        with pytest.raises(Malformed):
            jws.parse(token, typ)
    with pytest.raises(BadSignature):
        jws.verify(jws.parse(token, TYP), fixed_key("420700-exchange-1"))


def test_it_lives_seven_days_and_is_small() -> None:
    """A longer life, and more bytes, are no notice."""
    row = TOKEN_TYPES[TYP]
    assert (7 * DAY, 8 * 1024) == (row.life_seconds, row.max_bytes)
    too_long = {**notice().to_payload(), "exp": IAT + 7 * DAY + 1}
    with pytest.raises(Malformed):
        jws.parse(jws.sign(too_long, typ=TYP, key=KEY), TYP)


@pytest.mark.parametrize("kind", NoticeKind)
@pytest.mark.parametrize("other", NoticeKind)
def test_the_body_is_that_of_its_kind(kind: NoticeKind, other: NoticeKind) -> None:
    """A dispute with the members of a verdict says nothing."""
    payload = notice(kind).to_payload() | {"body": BODIES[other]}
    if kind is other:
        Notice.from_payload(payload)
        return
    with pytest.raises(Malformed):
        Notice.from_payload(payload)


@pytest.mark.parametrize("kind", NoticeKind)
def test_no_member_is_missing_or_strange(kind: NoticeKind) -> None:
    """Neither of the notice nor of its body; a text has no room for what somebody wrote."""
    payload = notice(kind).to_payload()
    for name in payload:
        with pytest.raises(Malformed):
            Notice.from_payload({member: value for member, value in payload.items() if member != name})
    for name in payload["body"]:
        less = {member: value for member, value in payload["body"].items() if member != name}
        with pytest.raises(Malformed):
            Notice.from_payload(payload | {"body": less})
    for strange in (payload | {"note": "x"}, payload | {"body": payload["body"] | {"note": "x"}}):
        with pytest.raises(Malformed):
            Notice.from_payload(strange)


@pytest.mark.parametrize("kind", NoticeKind)
def test_what_is_read_is_what_was_printed(kind: NoticeKind) -> None:
    """Whatever a value is replaced by: refused, or printed again as it came."""
    for mutant in value_mutants(notice(kind).to_payload(), seed=1, count=400):
        try:
            found = Notice.from_payload(mutant)
        except (Malformed, UpgradeNeeded):
            continue
        assert mutant == found.to_payload()


@pytest.mark.parametrize("finding", ["won", "", None, 1])
def test_a_finding_is_one_of_four(finding: object) -> None:
    """The closed list of the wire."""
    assert {"justified", "not_justified", "record_corrected", "unclear"} == {one.value for one in Settlement}
    body = BODIES[NoticeKind.SETTLEMENT] | {"finding": finding}
    with pytest.raises(Malformed):
        Notice.from_payload(notice(NoticeKind.SETTLEMENT).to_payload() | {"body": body})


def test_a_newer_notice_asks_for_an_upgrade() -> None:
    """It is neither altered nor judged."""
    with pytest.raises(UpgradeNeeded):
        Notice.from_payload(notice().to_payload() | {"format": 2})


def test_no_hub_tells_itself() -> None:
    """From one region to another: the region that signs is no receiver."""
    with pytest.raises(Malformed):
        notice(receiver="420100").to_payload()


def test_a_notice_ends_after_it_begins() -> None:
    """And not with it."""
    with pytest.raises(Malformed):
        notice(expires=IAT).to_payload()
