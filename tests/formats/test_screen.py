"""One screen for every text of every format: what nobody can see stands in none of them, to write or to read."""

import json
from dataclasses import replace
from typing import Any

import pytest
from certhub_schemas.text import seen, unfit
from certhub_verifier.errors import Malformed
from certhub_verifier.formats.exchange.openings import ArgumentOpening, Opening
from certhub_verifier.formats.exchange.receipt import Receipt
from certhub_verifier.formats.jose import jws
from certhub_verifier.formats.trust.agreement import Agreement
from certhub_verifier.formats.trust.trustlist import Members, RegionIssuers, issuers_path
from certhub_verifier.receipts import Finding, examine_receipt
from certhub_verifier.trust import TrustSet

from tests.formats.test_envelope import ITEM, NOON, QUESTION, REQUEST, RESPONSE
from tests.formats.test_receipt import RECEIPT
from tests.support import trust_files as lists
from tests.support.credentials import NOW, World
from tests.support.hidden import FIT, HIDDEN

WORLD = World()
ISSUERS = lists.region_issuers(lists.PEER, lists.PEER_AGENCY, (lists.LICENCE,))


def in_item(**changes: Any) -> dict[str, Any]:
    """An answer whose first item is changed, its payload printed by hand as another program prints it."""
    payload: dict[str, Any] = json.loads(json.dumps(RESPONSE.to_payload()))
    payload["results"][0]["items"][0] |= changes
    return payload


def in_detail(text: str) -> dict[str, Any]:
    """An answer that says something beside a fact."""
    fact = ITEM.facts[0].to_payload() | {"detail": {"decision": text}}
    return in_item(facts=[fact])


def used_where(text: str) -> dict[str, Any]:
    """An answer that says where a code was used."""
    payload: dict[str, Any] = json.loads(json.dumps(RESPONSE.to_payload()))
    payload["results"][1]["used_where"] = text
    return payload


def question(**changes: Any) -> dict[str, Any]:
    """A question whose one entry is changed."""
    payload = REQUEST.to_payload()
    return payload | {"q": [payload["q"][0] | changes]}


def issuers(**changes: Any) -> bytes:
    """A region's list of agencies, printed by hand."""
    file = json.loads(ISSUERS.to_bytes())
    file["issuers"][0] |= changes
    return json.dumps(file).encode()


def members(**changes: Any) -> bytes:
    """The list of regions, printed by hand."""
    file = json.loads(lists.members().to_bytes())
    file["members"][0] |= changes
    return json.dumps(file).encode()


def agreement(**changes: Any) -> bytes:
    """An agreement, printed by hand."""
    return json.dumps(json.loads(lists.AGREEMENT.to_bytes()) | changes).encode()


def receipt(**changes: Any) -> dict[str, Any]:
    """A receipt's payload."""
    return RECEIPT.to_payload() | changes


def fields(text: str) -> dict[str, Any]:
    """A receipt that names what was seen."""
    payload = RECEIPT.to_payload()
    return payload | {"items": [payload["items"][0] | {"fields": [text]}]}


def declared_by(text: str) -> dict[str, Any]:
    """A receipt whose requirement somebody declared not applicable."""
    return receipt(requirements=[{"id": "hardship", "state": "not_applicable", "declared_by": text}])


def predicate(text: str) -> dict[str, Any]:
    """An answer that compared a field that goes by this title."""
    payload = in_item()
    asked = payload["results"][0]["items"][0]["predicates"][0]
    return in_item(predicates=[asked | {"name": "equals", "arguments": {"field": text}}])


READ = {
    "question: code": lambda text: type(REQUEST).from_payload(question(code=text)),
    "question: window": lambda text: type(REQUEST).from_payload(question(window=text)),
    "question: office": lambda text: type(REQUEST).from_payload(REQUEST.to_payload() | {"office": text}),
    "question: person": lambda text: type(REQUEST).from_payload(REQUEST.to_payload() | {"op": text}),
    "answer: used_where": lambda text: type(RESPONSE).from_payload(used_where(text)),
    "answer: issuer": lambda text: type(RESPONSE).from_payload(
        in_item(issuer={"code": lists.AGENCY, "name": text})
    ),
    "answer: detail": lambda text: type(RESPONSE).from_payload(in_detail(text)),
    "answer: title": lambda text: type(RESPONSE).from_payload(in_item(disclosed={text: "x"})),
    "answer: title of a predicate": lambda text: type(RESPONSE).from_payload(predicate(text)),
    "receipt: office": lambda text: Receipt.from_payload(receipt(office=text)),
    "receipt: window": lambda text: Receipt.from_payload(receipt(window=text)),
    "receipt: person": lambda text: Receipt.from_payload(receipt(operator=text)),
    "receipt: case": lambda text: Receipt.from_payload(receipt(case=text)),
    "receipt: field": lambda text: Receipt.from_payload(fields(text)),
    "receipt: who declared": lambda text: Receipt.from_payload(declared_by(text)),
    "trust list: agency": lambda text: RegionIssuers.from_bytes(issuers(name=text)),
    "trust list: agency in English": lambda text: RegionIssuers.from_bytes(issuers(name_en=text)),
    "trust list: region": lambda text: Members.from_bytes(members(name=text)),
    "trust list: region in English": lambda text: Members.from_bytes(members(name_en=text)),
    "agreement: basis": lambda text: Agreement.from_bytes(agreement(basis=text)),
}
WRITTEN = {
    "question": lambda text: replace(REQUEST, questions=(replace(QUESTION, window=text),)).to_payload(),
    "answer": lambda text: replace(
        RESPONSE, results=(replace(RESPONSE.results[1], used_where=text),)
    ).to_payload(),
    "receipt": lambda text: replace(RECEIPT, window=text, case=text).to_payload(),
    "opening": lambda text: Opening(bytes(32), text).to_payload(),
    "opening of an argument": lambda text: ArgumentOpening(bytes(32), f"住所={text}").to_payload(),
    "trust list": lambda text: replace(ISSUERS, issuers=(replace(ISSUERS.issuers[0], name=text),)).to_bytes(),
    "agreement": lambda text: replace(lists.AGREEMENT, basis=text).to_bytes(),
}


@pytest.mark.parametrize("hidden", HIDDEN.values(), ids=HIDDEN)
@pytest.mark.parametrize("entrance", [*READ, *WRITTEN])
def test_no_text_holds_what_nobody_sees(entrance: str, hidden: str) -> None:
    """Every text of a message, a receipt and a trust list × every sort of hidden character."""
    with pytest.raises(Malformed):
        (READ | WRITTEN)[entrance](f"甲{hidden}乙")


@pytest.mark.parametrize("entrance", [*READ, *WRITTEN])
def test_what_is_rare_and_seen_may_stand_everywhere(entrance: str) -> None:
    """The same texts with rare characters are read and printed: it is the hidden one that is refused."""
    (READ | WRITTEN)[entrance](FIT)


@pytest.mark.parametrize("hidden", [text for name, text in HIDDEN.items() if name in (
    "soft hyphen", "grapheme joiner", "Hangul filler", "zero-width space", "word joiner", "byte order mark",
    "tag letter", "private use",
)])  # fmt: skip
def test_a_receipt_that_was_signed_before_the_screen_stays_genuine(hidden: str) -> None:
    """Format 1 let these through: whoever filed such a receipt holds no altered one."""
    payload: dict[str, Any] = dict(jws.parse(WORLD.receipt(format=1), "receipt+jwt").payload)
    payload |= {"window": f"2{hidden}号", "office": f"大{hidden}厅", "case": f"A{hidden}1"}
    signed = jws.sign(payload, typ="receipt+jwt", key=WORLD.region_key(lists.Purpose.RECEIPT))

    assert Finding.GENUINE is examine_receipt(signed, trust=WORLD.trust(), now=NOW).finding
    assert "format" not in payload
    with pytest.raises(Malformed):
        Receipt.from_payload(payload | {"format": 2})


SEEN_ALIKE = {
    "a variation selector": "{}\ufe00",
    "an ideographic variation selector": "{}\U000e0100",
    "an ideographic blank": "\u3000{}",
    "a Mongolian selector": "{}\u180b",
}


@pytest.mark.parametrize("spelling", SEEN_ALIKE.values(), ids=SEEN_ALIKE)
def test_agencies_whose_names_look_alike_have_their_codes_beside_them(spelling: str) -> None:
    """What may stand in a name and prints nothing makes no other name; what is hidden no list holds."""
    ours = lists.region_issuers(lists.HOME, lists.AGENCY, (lists.LICENCE,)).issuers[0]
    twin = replace(ISSUERS.issuers[0], name=spelling.format(ours.name), name_en="Another agency")
    files = {
        **lists.trust_files(),
        issuers_path(lists.PEER): replace(ISSUERS, issuers=(twin,)).to_bytes(),
    }

    found = TrustSet.from_files(files, as_of=NOON).agencies
    assert f"{ours.name}（{lists.AGENCY}）" == found[lists.AGENCY].name
    assert found[lists.PEER_AGENCY].name.endswith(f"（{lists.PEER_AGENCY}）")


@pytest.mark.parametrize("hidden", HIDDEN.values(), ids=HIDDEN)
def test_what_is_unfit_is_not_seen_either(hidden: str) -> None:
    """Names are compared without it, as far as it prints nothing at all."""
    assert unfit(hidden)
    printed = unfit(hidden) == "TEXT_UNMAPPED_CHARS"
    assert ("甲乙" == seen(f"甲{hidden}乙")) is not printed
