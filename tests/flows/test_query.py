"""A code of another region: asked under an agreement, answered with the least, and never taken on trust."""

import json
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

import pytest
from certhub_schemas.purposes import Purpose
from certhub_verifier.formats import codes
from certhub_verifier.formats.exchange import envelope
from certhub_verifier.formats.jose import jws
from certhub_verifier.formats.trust.trustlist import agreement_path
from certhub_verifier.receipts import Finding, examine_receipt

from certhub.db.ids import public_id
from certhub.demo import people as p
from certhub.errors import BadRequest, Conflict
from certhub.flows.verification import results, verify
from certhub.flows.verification.answer import answer
from certhub.history.events import store as history
from certhub.hub import TRUST
from certhub.records.certificates.rules import Transition
from certhub.regions.peers import store as peers
from tests.support import named
from tests.support.agreements import publish_agreement
from tests.support.peers import BrokenWire, ForgetfulWire, asked_through, lie
from tests.support.plug import PulledPlug, cut
from tests.support.region import Region
from tests.support.story import (
    BUSINESS,
    ROAD,
    change,
    food,
    issued,
    licence,
    marriage,
    scan,
    sealed,
    ticket,
    told,
)

PERMIT = "PLACEHOLDER-902"
AGREED = {"名称", "法定代表人", "成立日期"}
"""What is told of a licence for 商事登记: what the matter needs, which is the licence's face as well."""


def through(region: Region, network: object) -> Region:
    """The same region behind another network."""
    return replace(region, hub=asked_through(region, network))


def spent_rows(region: Region) -> int:
    """How many codes have been used."""
    with region.hub.reading() as unit:
        return unit.sql.exec_driver_sql("SELECT count(*) FROM spent").scalar_one()


def agree(
    regions: tuple[Region, Region],
    *,
    days: int = 365,
    fields: tuple[str, ...] | None = None,
    **changes: object,
) -> None:
    """Let both regions publish the next version of their agreement, with other rows; `fields` are of every kind."""
    standing = regions[0].hub.trust.agreement("420700", "420100", regions[0].clock.now())
    rows = tuple(
        replace(
            row,
            kinds=tuple(one if fields is None else replace(one, fields=fields) for one in row.kinds),
            **changes,
        )
        for row in standing.rows
    )
    until = regions[0].clock.now() + timedelta(days=days)
    publish_agreement(replace(standing, n=standing.n + 1, until=until, rows=rows), *regions)
    regions[0].clock.pass_(seconds=2)


def last_question(region: Region) -> tuple[bytes, bytes]:
    """The bytes of the last question that a region was asked, and of its answer."""
    return region.wire.sent[-1][1:]


def test_another_regions_ticket_is_valid_with_exactly_the_agreed_fields(home, other):
    """Asked and answered under the agreement; not one field more, and none of them 法定代表人身份证号."""
    report = scan(other, ticket(home, issued(home, licence("营-1"))))

    assert ("valid", "OK") == told(report)
    assert AGREED == set(report["items"][0]["disclosed"])


def test_the_signed_answer_holds_nothing_outside_the_agreement(home, other):
    """The provider cuts: neither the field's name, nor its value, nor its disclosure is in the bytes."""
    scan(other, ticket(home, issued(home, licence("营-1"))))
    _, reply = last_question(home)
    payload = json.dumps(jws.parse(reply, "xr-res+jwt").payload, ensure_ascii=False)

    assert "法定代表人身份证号" not in payload
    assert p.ZHANG.id_number not in payload
    assert "持证主体代码" not in payload
    assert p.NOODLES.id_number not in payload
    [item] = json.loads(payload)["results"][0]["items"]
    assert AGREED == set(item["disclosed"])


def test_an_agreement_with_fewer_fields_lets_fewer_out(regions, home, other):
    """The next version says 名称 alone: so does the answer, ticket or sealed code, and that is not enough."""
    agree(regions, fields=("名称",))
    certificate_id = issued(home, licence("营-1"))

    for code in (ticket(home, certificate_id), sealed(home, certificate_id)):
        report = scan(other, code)
        _, reply = last_question(home)
        [item] = jws.parse(reply, "xr-res+jwt").payload["results"][0]["items"]
        assert ("check", "FIELDS_WITHHELD") == told(report)
        assert {"名称": "示例小面馆"} == item["disclosed"] == report["items"][0]["disclosed"]


def test_the_holders_choice_holds_abroad_too(home, other):
    """Fewer fields chosen, fewer answered."""
    report = scan(other, ticket(home, issued(home, licence("营-1")), fields=("名称", "法定代表人身份证号")))

    assert {"名称"} == set(report["items"][0]["disclosed"])


def test_the_region_stands_behind_its_answer(home, other):
    """Whose word it is stands in a fact of its own, and the agreement that let us ask in another."""
    report = scan(other, ticket(home, issued(home, licence("营-1"))))
    facts = {fact["fact"]: fact for fact in report["items"][0]["facts"]}

    assert ("yes", "yes", "yes") == tuple(
        facts[n]["outcome"] for n in ("stands_behind", "agreement", "trust_fresh")
    )
    assert "peer" == report["channel"]


def test_two_certificates_are_two_items_abroad(home, other):
    """Both kinds of one matter in one ticket, each with what that matter needs of it."""
    code = ticket(home, issued(home, licence("营-1")), issued(home, food("食-1")), matter=PERMIT)

    report = scan(other, code, PERMIT)

    assert [p.LICENCE, p.FOOD] == [item["kind"] for item in report["items"]]
    assert ("valid", "OK") == told(report)


def test_a_kind_outside_the_agreement_is_not_told_and_not_used_up(home, other):
    """Marriage certificates are agreed for other matters: no answer, and the code can still be used at home."""
    code = ticket(home, issued(home, marriage("婚-1")))

    assert ("undetermined", "NO_AGREEMENT") == told(scan(other, code))
    assert 0 == spent_rows(home)
    assert ("check", "NOT_NEEDED") == told(scan(home, code))
    assert 1 == spent_rows(home)


def test_of_two_kinds_only_the_agreed_one_is_told_and_the_other_has_a_placeholder(home, other):
    """A ticket with a kind inside and one outside: the first is told, the second has a placeholder."""
    code = ticket(home, issued(home, licence("营-1")), issued(home, marriage("婚-1")))

    report = scan(other, code)

    told_item, placeholder = report["items"]
    assert ("undetermined", "NO_AGREEMENT") == told(report)
    assert (p.LICENCE, "valid") == (told_item["kind"], told_item["verdict"])
    assert {"verdict": "undetermined", "code": "NO_AGREEMENT"} == placeholder
    assert "出示的 2 张证照里，有 1 张不在与鄂州市的互认协议内" == report["headline"]
    _, reply = last_question(home)
    payload = jws.parse(reply, "xr-res+jwt").payload
    assert (2, {"withheld": "NO_AGREEMENT"}) == (
        payload["results"][0]["shown"],
        payload["results"][0]["items"][1],
    )
    assert named.MARRIAGE not in json.dumps(payload)
    assert 1 == spent_rows(home)


@pytest.mark.parametrize(
    "changes", [{"matter": ROAD}, {"purposes": ("prefill",)}, {"direction": "420100->420700"}]
)
def test_default_is_deny(regions, home, other, changes):
    """Another matter, another purpose, the other direction: nothing is told, nothing used up."""
    agree(regions, **changes)
    code = ticket(home, issued(home, licence("营-1")))

    assert ("undetermined", "NO_AGREEMENT") == told(scan(other, code))
    assert 0 == spent_rows(home)


def test_an_agreement_that_only_one_side_publishes_is_none(home, other, clock):
    """Acceptance is bilateral: without the other's file, there is nothing to ask under, and nobody is asked."""
    (home.hub.settings.data / TRUST / agreement_path("420100", "420700", 1)).unlink()
    (other.hub.settings.data / TRUST / agreement_path("420100", "420700", 1)).unlink()
    clock.pass_(seconds=2)
    code = ticket(home, issued(home, licence("营-1")))

    assert ("undetermined", "NO_AGREEMENT") == told(scan(other, code))
    assert [] == home.wire.sent


def test_an_agreement_ends(regions, home, other, clock):
    """After its last day nobody is asked any more, and the version before does not come back."""
    agree(regions, days=1)
    certificate_id = issued(home, licence("营-1"))
    assert ("valid", "OK") == told(scan(other, ticket(home, certificate_id)))
    clock.pass_(days=1)

    assert ("undetermined", "NO_AGREEMENT") == told(scan(other, ticket(home, certificate_id)))
    assert 1 == len(home.wire.sent)


def test_an_unknown_region_is_not_found_and_nobody_is_asked(home, other):
    """A code of a region outside the trust list."""
    code = codes.mint_ticket("110000", random=home.hub.random)

    assert ("undetermined", "NOT_FOUND") == told(scan(other, code))
    assert [] == home.wire.sent


def test_a_ticket_that_nobody_minted_is_not_found_abroad(home, other):
    """The minting region says so, signed."""
    code = codes.mint_ticket("420700", random=home.hub.random)

    assert ("undetermined", "NOT_FOUND") == told(scan(other, code))
    assert 1 == len(home.wire.sent)


def test_used_and_expired_are_told_across_the_border(home, other, clock):
    """When, and at which region's window; nothing of who."""
    used, old = (ticket(home, issued(home, licence(f"营-{n}"))) for n in range(2))
    scan(home, used, window="2号窗口")
    report = scan(other, used)
    assert ("invalid", "CODE_USED") == told(report)
    assert "鄂州市 2号窗口" in report["headline"]
    assert "17:41" in report["headline"]

    clock.pass_(seconds=61)
    assert ("undetermined", "CODE_EXPIRED") == told(scan(other, old))


def test_what_was_used_abroad_is_used_at_home(home, other):
    """The minting hub alone redeems; a second scan anywhere learns of the first."""
    code = ticket(home, issued(home, licence("营-1")))
    scan(other, code, window="8号窗口")

    report = scan(home, code)

    assert ("invalid", "CODE_USED") == told(report)
    assert "8号窗口" in report["headline"]


@pytest.mark.parametrize(("matter", "offers"), [(BUSINESS, True), (ROAD, False)])
def test_a_peer_that_is_down_is_undetermined(home, other, matter, offers):
    """Never valid; 容缺受理 is offered where the matter allows it, and nowhere else."""
    code = ticket(home, issued(home, licence("营-1")))
    home.wire.down.add("420700")

    report = scan(other, code, matter=matter)

    assert ("undetermined", "PEER_DOWN") == told(report)
    assert offers is ("容缺" in report["headline"] + report["next_step"])
    assert [] == report["items"]


def test_a_local_stop_works_at_once_on_both_ends(home, other, clock):
    """Whatever is published: a stopped region is neither asked nor answered; afterwards all is as before."""
    first, second, third = (ticket(home, issued(home, licence(f"营-{n}"))) for n in range(3))
    with other.hub.writing() as unit:
        peers.stop(unit, "420700", by=other.operator.key)
    assert ("undetermined", "NO_AGREEMENT") == told(scan(other, first))
    assert [] == home.wire.sent
    with other.hub.writing() as unit:
        peers.resume(unit, "420700")
    with home.hub.writing() as unit:
        peers.stop(unit, "420100", by=home.operator.key)
    assert ("undetermined", "NO_AGREEMENT") == told(scan(other, second))
    assert 0 == spent_rows(home)
    with home.hub.writing() as unit:
        peers.resume(unit, "420100")
    assert ("valid", "OK") == told(scan(other, third))


GARBLED = {
    "nothing": lambda reply: b"",
    "a page": lambda reply: b"<html>502 Bad Gateway</html>",
    "half": lambda reply: reply[: len(reply) // 2],
    "not ASCII": lambda reply: reply[:-1] + b"\xff",
    "no signature": lambda reply: reply.rsplit(b".", 1)[0] + b".",
    "another signature": lambda reply: (
        reply[:-8] + (b"AAAAAAAA" if reply[-8:] != b"AAAAAAAA" else b"BBBBBBBB")
    ),
    "JSON": lambda reply: b'{"results": [{"cause": null}]}',
}


@pytest.mark.parametrize("how", GARBLED)
def test_a_garbled_answer_is_no_answer(home, other, how):
    """What does not verify was not said."""
    code = ticket(home, issued(home, licence("营-1")))

    report = scan(through(other, BrokenWire(home.wire, GARBLED[how])), code)

    assert ("undetermined", "NOT_BELIEVED") == told(report)


def test_every_changed_byte_of_an_answer_is_no_answer(home, other):
    """Every seventh byte of the answer, changed by one bit."""
    scan(other, ticket(home, issued(home, licence("营-0"))))
    length = len(last_question(home)[1])
    certificate_id = issued(home, licence("营-1"))

    for place in range(0, length, max(length // 40, 1)):

        def flipped(reply: bytes, place: int = place) -> bytes:
            at = min(place, len(reply) - 1)
            return reply[:at] + bytes([reply[at] ^ 1]) + reply[at + 1 :]

        report = scan(through(other, BrokenWire(home.wire, flipped)), ticket(home, certificate_id))
        assert "undetermined" == report["verdict"], place


WRONG_ENVELOPES = {
    "another question's": lambda payload: payload.update(req="0" * 64),
    "for somebody else": lambda payload: payload.update(aud="430000"),
    "from somebody else": lambda payload: payload.update(iss="430000"),
    "of yesterday": lambda payload: payload.update(iat=payload["iat"] - 86400, exp=payload["exp"] - 86400),
    "of tomorrow": lambda payload: payload.update(iat=payload["iat"] + 86400, exp=payload["exp"] + 86400),
    "two results": lambda payload: payload.update(results=payload["results"] * 2),
    "no result": lambda payload: payload.update(results=[]),
    "with a stranger": lambda payload: payload.update(verdict="valid"),
}


@pytest.mark.parametrize("how", WRONG_ENVELOPES)
def test_a_signed_answer_to_something_else_is_no_answer(home, other, how):
    """The right key under the wrong words: never valid."""
    code = ticket(home, issued(home, licence("营-1")))

    report = scan(through(other, BrokenWire(home.wire, lie(home.hub, WRONG_ENVELOPES[how]))), code)

    assert ("undetermined", "NOT_BELIEVED") == told(report)


@pytest.mark.parametrize(
    "purpose", [Purpose.STATUS, Purpose.SHOW, Purpose.RECEIPT, Purpose.BUNDLE, Purpose.LOG]
)
def test_an_answer_under_a_key_for_something_else_is_no_answer(home, other, purpose):
    """One key, one purpose, one typ."""
    code = ticket(home, issued(home, licence("营-1")))
    wrong = BrokenWire(home.wire, lie(home.hub, lambda payload: None, purpose=purpose))

    assert ("undetermined", "NOT_BELIEVED") == told(scan(through(other, wrong), code))


def test_our_own_key_answers_no_question_of_ours(home, other):
    """The asker's own signature under the peer's words."""
    code = ticket(home, issued(home, licence("营-1")))
    mirror = BrokenWire(home.wire, lie(other.hub, lambda payload: None))

    assert ("undetermined", "NOT_BELIEVED") == told(scan(through(other, mirror), code))


def test_an_old_answer_given_again_is_no_answer(home, other):
    """A recorded "valid" is bound to the question that it answered."""
    certificate_id = issued(home, licence("营-1"))
    scan(other, ticket(home, certificate_id))
    _, recorded = last_question(home)
    change(home, certificate_id, Transition.REVOKE)

    report = scan(through(other, BrokenWire(home.wire, lambda reply: recorded)), ticket(home, certificate_id))

    assert ("undetermined", "NOT_BELIEVED") == told(report)


def facts_of(payload: dict) -> list[dict]:
    """The facts of the one item."""
    return payload["results"][0]["items"][0]["facts"]


def without(name: str):
    """An answer that leaves a fact out."""

    def change_(payload: dict) -> None:
        facts = facts_of(payload)
        facts[:] = [fact for fact in facts if fact["fact"] != name]

    return change_


def saying(name: str, **said: object):
    """An answer that says something else of a fact."""

    def change_(payload: dict) -> None:
        for fact in facts_of(payload):
            if fact["fact"] == name:
                fact.update(said)

    return change_


LIES = {
    "no signature fact": without("signature"),
    "no status": without("status"),
    "no facts at all": lambda payload: facts_of(payload).clear(),
    "no first use": without("one_time"),
    "a status of last week": saying("status", as_of="2026-11-17T09:41:00Z"),
    "a status of tomorrow": saying("status", as_of="2026-11-26T09:41:00Z"),
    "an undetermined status": saying("status", outcome="undetermined", cause="STATUS_UNKNOWN"),
    "a bad signature": saying("signature", outcome="no", cause="TAMPERED"),
    "a fact that nobody knows": saying("dates", fact="weather"),
    "a no without a cause": saying("status", outcome="no"),
    "a cause of its own": saying("status", outcome="no", cause="BECAUSE"),
    "a kind it may not issue": lambda payload: payload["results"][0]["items"][0].update(kind=named.MARRIAGE),
    "a kind that nobody knows": lambda payload: payload["results"][0]["items"][0].update(
        kind="11100000MB0143028R999"
    ),
    "no item": lambda payload: payload["results"][0].update(items=[]),
    "a term that is over": lambda payload: payload["results"][0]["items"][0].update(valid_to="2001-01-01"),
}


@pytest.mark.parametrize("what", LIES)
def test_a_peer_that_tells_less_or_otherwise_is_never_valid(home, other, what):
    """The asker computes the verdict: what is missing, old, unknown or denied is not good."""
    code = ticket(home, issued(home, licence("营-1")))

    report = scan(through(other, BrokenWire(home.wire, lie(home.hub, LIES[what]))), code)

    assert report["verdict"] in {"undetermined", "invalid"}
    assert "OK" != report["code"]


@pytest.mark.parametrize("cause", ["OK", "EXPIRES_SOON", "NOT_BOUND", "SOMETHING_NEW", "NO_AGREEMENT"])
def test_a_peers_word_for_a_failed_code_never_makes_it_good(home, other, cause):
    """A cause that is none, or that would be good, is read as: nothing is known."""
    code = ticket(home, issued(home, licence("营-1")))
    told_wrong = lie(home.hub, lambda payload: payload["results"][0].update(cause=cause, items=[]))

    report = scan(through(other, BrokenWire(home.wire, told_wrong)), code)

    assert "undetermined" == report["verdict"]
    assert [] == report["items"]


@pytest.mark.parametrize("error", ["NO_AGREEMENT", "INTERNAL", "OK"])
def test_a_signed_error_is_undetermined(home, other, error):
    """Errors are signed too, and whatever they say, nothing was answered."""
    code = ticket(home, issued(home, licence("营-1")))

    def fail(payload: dict) -> None:
        payload.pop("results")
        payload["error"] = error

    report = scan(through(other, BrokenWire(home.wire, lie(home.hub, fail))), code)

    assert "undetermined" == report["verdict"]


def test_fields_that_a_peer_lets_slip_are_not_shown(home, other):
    """A provider that forgets to cut: what the agreement does not name reaches no screen and no receipt."""
    code = ticket(home, issued(home, licence("营-1")))

    def slip(payload: dict) -> None:
        payload["results"][0]["items"][0]["disclosed"]["法定代表人身份证号"] = p.ZHANG.id_number

    report = scan(through(other, BrokenWire(home.wire, lie(home.hub, slip))), code)

    assert p.ZHANG.id_number not in json.dumps(report, ensure_ascii=False)
    filed = results.receipt(report["verification_id"], by=other.clerk, hub=other.hub)
    assert "法定代表人身份证号" not in str(jws.parse(filed["receipt"], "receipt+jwt").payload)


def test_a_lost_answer_is_given_again(home, other):
    """The asker sends the same bytes again: the same answer, one use, one look."""
    code = ticket(home, issued(home, licence("营-1")))

    report = scan(through(other, ForgetfulWire(home.wire, loses=1)), code)

    (first, first_reply), (second, second_reply) = (sent[1:] for sent in home.wire.sent)
    assert ("valid", "OK") == told(report)
    assert (first, first_reply) == (second, second_reply)
    assert 1 == spent_rows(home)
    with home.hub.reading() as unit:
        assert 1 == len(history.events(unit, type_="certificate.looked_at"))


@pytest.mark.parametrize(
    "step", ["ask:1", "ask:2", "ask:3", "ask:4", "ask:5", "verify:4", "verify:5", "verify:6"]
)
def test_an_asker_that_dies_gets_the_same_answer_again(home, other, step):
    """The same id after a restart: a new question, the answer that the first one got, and one use."""
    code = ticket(home, issued(home, licence("营-1")))
    question = verify.VerificationRequest(code, BUSINESS, "1号窗口", verification_id="counter-7")
    with pytest.raises(PulledPlug):
        verify.verify(question, by=other.clerk, hub=cut(other, step))

    report = verify.verify(question, by=other.clerk, hub=other.hub)

    assert ("valid", "OK") == told(report)
    assert 1 == spent_rows(home)


@pytest.mark.parametrize("step", [f"answer:{n}" for n in range(1, 7)])
def test_a_provider_that_dies_answers_the_next_question(home, other, step):
    """The provider loses power at any step: the clerk's retry under the same id gets its one answer."""
    code = ticket(home, issued(home, licence("营-1")))
    question = verify.VerificationRequest(code, BUSINESS, "1号窗口", verification_id="counter-8")
    home.wire.hubs["420700"] = cut(home, step)
    with pytest.raises(PulledPlug):
        verify.verify(question, by=other.clerk, hub=other.hub)
    home.wire.hubs["420700"] = home.hub

    report = verify.verify(question, by=other.clerk, hub=other.hub)

    assert ("valid", "OK") == told(report)
    assert 1 == spent_rows(home)


def test_the_same_bytes_get_the_same_answer_and_others_under_their_id_none(home, other):
    """A question's id is used once; replaying it changes nothing, and rewriting it is refused."""
    scan(other, ticket(home, issued(home, licence("营-1"))))
    question, reply = last_question(home)

    assert reply == answer(question, hub=home.hub)

    payload = dict(jws.parse(question, "xr-req+jwt").payload)
    payload["q"] = [payload["q"][0] | {"window": "9号窗口"}]
    rewritten = jws.sign(payload, typ="xr-req+jwt", key=other.hub.signer(Purpose.EXCHANGE)).encode()
    with pytest.raises(Conflict) as refused:
        answer(rewritten, hub=home.hub)
    assert "REPLAY_MISMATCH" == refused.value.code


def test_a_question_is_kept_from_replay_longer_than_it_lives(home, other, clock):
    """A recorded question is refused for being stale, long before its id is forgotten."""
    scan(other, ticket(home, issued(home, licence("营-1"))))
    question, _ = last_question(home)
    clock.pass_(seconds=61)

    with pytest.raises(BadRequest) as refused:
        answer(question, hub=home.hub)
    assert "CLOCK_SKEW" == refused.value.code
    assert timedelta(seconds=60 + 60) < peers.REPLAY_WINDOW


def asked_anew(home: Region, other: Region, code: str, **question: str) -> dict:
    """The payload of a fresh question about a code, which its signer may still spoil."""
    scan(other, codes.mint_ticket("420700", random=other.hub.random))
    payload = dict(jws.parse(last_question(home)[0], "xr-req+jwt").payload)
    return payload | {"jti": public_id(other.hub.random), "q": [payload["q"][0] | {"code": code} | question]}


def sent(payload: dict, *, by: Region, purpose: Purpose = Purpose.EXCHANGE) -> bytes:
    """A question signed."""
    return jws.sign(payload, typ="xr-req+jwt", key=by.hub.signer(purpose)).encode()


@pytest.mark.parametrize(
    "spoil",
    [
        lambda payload: payload.update(aud="430000"),
        lambda payload: payload.update(iss="420700", aud="420100"),
        lambda payload: payload.update(iss="430000"),
        lambda payload: payload.update(iat=payload["iat"] - 200, exp=payload["exp"] - 200),
        lambda payload: payload.update(iat=payload["iat"] + 200, exp=payload["exp"] + 200),
        lambda payload: payload.update(htu="/api/v1/certificates"),
        lambda payload: payload.update(q=[]),
    ],
)
def test_a_question_that_is_not_for_us_or_not_fresh_is_refused(home, other, spoil):
    """Nothing is answered and nothing used up, by a question that is otherwise good."""
    code = ticket(home, issued(home, licence("营-1")))
    good = asked_anew(home, other, code)
    bad = json.loads(json.dumps(good)) | {"jti": public_id(other.hub.random)}
    spoil(bad)

    with pytest.raises(BadRequest):
        answer(sent(bad, by=other), hub=home.hub)
    assert 0 == spent_rows(home)
    assert answer(sent(good, by=other), hub=home.hub)
    assert 1 == spent_rows(home)


@pytest.mark.parametrize("purpose", [Purpose.STATUS, Purpose.RECEIPT])
def test_a_question_under_a_key_for_something_else_is_refused(home, other, purpose):
    """Only an exchange key asks."""
    code = ticket(home, issued(home, licence("营-1")))

    with pytest.raises(BadRequest):
        answer(sent(asked_anew(home, other, code), by=other, purpose=purpose), hub=home.hub)
    assert 0 == spent_rows(home)


def test_a_matter_that_the_provider_does_not_know_is_not_agreed(home, other):
    """Another region's newest matter, unknown here: no agreement covers it."""
    code = ticket(home, issued(home, licence("营-1")))
    question = sent(asked_anew(home, other, code, matter="PLACEHOLDER-999"), by=other)
    reply = jws.parse(answer(question, hub=home.hub), "xr-res+jwt")

    [result] = envelope.Response.from_payload(reply.payload).results

    assert ("NO_AGREEMENT", ()) == (result.cause, result.items)
    assert 0 == spent_rows(home)


def test_the_operator_is_another_person_in_every_region(home, other):
    """The asked region learns a name that says nothing elsewhere, and cannot be joined with the receipt's."""
    report = scan(other, ticket(home, issued(home, licence("营-1"))))
    question, _ = last_question(home)
    asked_as = jws.parse(question, "xr-req+jwt").payload["op"]
    filed = results.receipt(report["verification_id"], by=other.clerk, hub=other.hub)
    filed_as = jws.parse(filed["receipt"], "receipt+jwt").payload["operator"]

    assert asked_as != filed_as
    assert other.clerk.key not in (asked_as, filed_as)


def test_the_home_region_knows_who_looked(home, other):
    """The look from abroad is in the history of the certificate, with region, office and fields."""
    report = scan(other, ticket(home, issued(home, licence("营-1"))), window="8号窗口")

    with home.hub.reading() as unit:
        [event] = history.events(unit, type_="certificate.looked_at", limit=1)
    assert ("420100", "8号窗口", report["verification_id"]) == tuple(
        event.body[name] for name in ("region", "window", "verification")
    )
    assert sorted(AGREED) == event.body["told"]


def test_the_receipt_of_a_peers_answer_is_genuine_and_carries_the_evidence(home, other):
    """Facts of the other region, their age, and the digest of the signed answer."""
    report = scan(other, ticket(home, issued(home, licence("营-1"))))
    _, reply = last_question(home)

    filed = results.receipt(report["verification_id"], by=other.clerk, hub=other.hub)
    found = examine_receipt(json.dumps(filed), trust=other.hub.trust, now=other.clock.now())

    assert Finding.GENUINE is found.finding
    assert "peer" == found.receipt.channel
    evidence = {fact.evidence for fact in found.receipt.items[0].facts}
    assert envelope.request_digest(reply.decode()) in evidence


def test_suspended_at_home_is_suspended_abroad_at_once(home, other):
    """A live answer has no list age: suspend, reinstate, revoke, each seen by the very next scan."""
    certificate_id = issued(home, licence("营-1"))
    seen = []
    for event in (Transition.SUSPEND, Transition.REINSTATE, Transition.REVOKE):
        change(home, certificate_id, event)
        seen.append(tuple(told(scan(where, ticket(home, certificate_id))) for where in (home, other)))

    assert [
        (("invalid", "SUSPENDED"), ("invalid", "SUSPENDED")),
        (("valid", "OK"), ("valid", "OK")),
        (("invalid", "REVOKED"), ("invalid", "REVOKED")),
    ] == seen


def test_a_question_quotes_the_agreement_that_both_published(home, other):
    """The digest in the question is that of the file under both regions."""
    scan(other, ticket(home, issued(home, licence("营-1"))))
    quoted = jws.parse(last_question(home)[0], "xr-req+jwt").payload["agr"]

    for code, peer in (("420700", "420100"), ("420100", "420700")):
        file = home.hub.settings.data / TRUST / agreement_path(code, peer, 1)
        assert quoted.endswith("@sha256:" + sha256(file.read_bytes()).hexdigest())
