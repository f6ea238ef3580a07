"""A counter's request between regions: both directions, and nothing else is let in."""

from dataclasses import fields as dataclass_fields
from dataclasses import replace
from typing import Any

import pytest
from certhub_schemas.requirements import MODES
from certhub_verifier.errors import BadSignature, Malformed, UpgradeNeeded, VerifierError
from certhub_verifier.formats.exchange import envelope
from certhub_verifier.formats.exchange.request import TYP, CounterRequest, Place
from certhub_verifier.formats.jose import base64url, jws, strict_json
from certhub_verifier.formats.jose.tokens import TOKEN_TYPES
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.fixed_keys import fixed_key
from tests.support.mutants import value_mutants
from tests.support.strategies import readable

REQUEST = CounterRequest(
    asker="420100",
    home="420700",
    issued_at=1_788_235_200,
    expires=1_788_235_800,
    jti="AAECAwQFBgcICQoLDA0ODw",
    request="EBESExQVFhcYGRobHB0eHw",
    unit="420100-GD",
    office=Place("", "武汉市民之家（演示）"),
    window=Place("W-2", "2号窗口"),
    matter="PLACEHOLDER-911",
    matter_digest="56" * 32,
    case="BAUGBwgJCgsMDQ4PEBESEw",
    mode="L3",
    match="07",
    declared={"社会保障号码": "420799190001010015"},
    settled={"entity": "met", "former-licence": "not_applicable"},
)
KEY = fixed_key("420100-exchange-1")
LONGEST = "𠀀"  # a letter of four bytes: no text of as many letters takes more room


def test_a_request_is_the_design_member_by_member() -> None:
    """What a holder's hub is told of who asks for what has these members and no other."""
    assert REQUEST.to_payload() == {
        "iss": "420100",
        "aud": "420700",
        "iat": 1_788_235_200,
        "exp": 1_788_235_800,
        "jti": "AAECAwQFBgcICQoLDA0ODw",
        "request": "EBESExQVFhcYGRobHB0eHw",
        "unit": "420100-GD",
        "office": {"code": "", "name": "武汉市民之家（演示）"},
        "window": {"code": "W-2", "name": "2号窗口"},
        "matter": "PLACEHOLDER-911",
        "matter_digest": "56" * 32,
        "case": "BAUGBwgJCgsMDQ4PEBESEw",
        "mode": "L3",
        "match": "07",
        "declared": {"社会保障号码": "420799190001010015"},
        "settled": {"entity": "met", "former-licence": "not_applicable"},
    }


def test_it_travels_as_a_token_of_its_own_type() -> None:
    """Signed by the asking region's exchange key it comes back whole, and is neither question nor answer."""
    token = jws.sign(REQUEST.to_payload(), typ=TYP, key=KEY)

    payload = jws.verify(jws.parse(token, TYP), KEY)

    assert CounterRequest.from_payload(payload) == REQUEST
    for typ, reader in (
        (envelope.REQUEST_TYP, envelope.Request),
        (envelope.RESPONSE_TYP, envelope.Response),
    ):
        with pytest.raises(Malformed):
            jws.parse(token, typ)
        with pytest.raises(Malformed):
            reader.from_payload(payload)
    with pytest.raises(BadSignature):
        jws.verify(jws.parse(token, TYP), fixed_key("420700-exchange-1"))


NAMES = readable(st.text(st.characters(categories=["L", "N"]), max_size=64))
PLACES = st.builds(Place, readable(st.text("0123456789ABC-", max_size=32)), NAMES)
IDS = st.text("abcXYZ019_-", min_size=16, max_size=64)
REQUESTS = st.builds(
    CounterRequest,
    asker=st.just("420100"),
    home=st.sampled_from(["420700", "420200"]),
    issued_at=st.integers(0, 2_000_000_000),
    expires=st.integers(2_000_000_001, 4_000_000_000),
    jti=IDS,
    request=IDS,
    unit=st.sampled_from(["420100", "420100-GD", "420100-A1B2C3"]),
    office=PLACES,
    window=PLACES,
    matter=st.sampled_from(["PLACEHOLDER-901", "M-1", "0"]),
    matter_digest=st.text("0123456789abcdef", min_size=64, max_size=64),
    case=st.none() | IDS,
    mode=st.sampled_from(MODES),
    match=st.text("0123456789", min_size=2, max_size=2),
    declared=st.dictionaries(
        NAMES.filter(bool), readable(st.text("0123456789X", min_size=1, max_size=400)), max_size=1
    ),
    settled=st.dictionaries(
        st.from_regex(r"[a-z][a-z0-9-]{0,31}", fullmatch=True),
        st.sampled_from(["met", "not_applicable"]),
        max_size=32,
    ),
)


@settings(max_examples=100)
@given(REQUESTS)
def test_every_request_that_we_print_we_can_read(request: CounterRequest) -> None:
    """Requests survive a trip through their payloads; what was not declared, and not settled, leaves no member."""
    payload = request.to_payload()

    assert request == CounterRequest.from_payload(payload)
    assert bool(request.declared) == ("declared" in payload)
    assert bool(request.settled) == ("settled" in payload)


def asked(**members: Any) -> dict[str, Any]:
    """Return the request with some members replaced, and those set to ... left out."""
    merged = {**REQUEST.to_payload(), **members}
    return {name: value for name, value in merged.items() if value is not ...}


def of_place(place: str, **members: Any) -> dict[str, Any]:
    """Return the request with some members of a place replaced, and those set to ... left out."""
    merged = {**REQUEST.to_payload()[place], **members}
    return asked(**{place: {key: value for key, value in merged.items() if value is not ...}})


OF_ANOTHER_SHAPE: dict[str, list[Any]] = {
    "iss": ["42010", "042010", "420100-GD", ["420100"]],
    "aud": ["4207000", "", ["420700"]],
    "iat": ["1788235200", 1_788_235_200.0, True, REQUEST.expires, 253_402_272_000],
    "exp": ["1788235800", 1_788_235_800.0, REQUEST.issued_at, REQUEST.issued_at - 1],
    "jti": ["AAEC", "A" * 65, "AAECAwQFBgcICQoLDA0OD="],
    "request": ["EBES", "E" * 65, "EBESExQVFhcYGRob/B0eHw"],
    "unit": ["420100/GD", "420100-G", "420100-gd", "GD"],
    "office": [[], "武汉市民之家（演示）"],
    "window": [[], "2号窗口"],
    "matter": ["", "-911", "M" * 65, "事项"],
    "matter_digest": ["56" * 31, "AB" * 32, "56" * 33],
    "case": ["", "办-1", "c" * 15, "c" * 65],
    "mode": ["L0", "L4", "l2", 2],
    "match": ["7", "007", "4 ", "４７", 47],
    "declared": [
        [],
        {"号码": ""},
        {"": "1"},
        {"号码": 1},
        {"号码": None},
        {"号" * 65: "1"},
        {"号码": "1" * 401},
    ],
    "settled": [
        [],
        "met",
        {"entity": True},
        {"entity": None},
        *({"entity": state} for state in ("", "missing", "undetermined", "deferred", "Met", "met by a card")),
        *({name: "met"} for name in ("", "Entity", "1", "former_licence", "主体", "e" * 33, "-entity")),
        {f"r{n}": "met" for n in range(33)},
    ],
}
OPTIONAL = ("declared", "settled")
BAD_REQUESTS = {
    **{f"no {name}": asked(**{name: ...}) for name in REQUEST.to_payload() if name not in OPTIONAL},
    **{f"{name} null": asked(**{name: None}) for name in REQUEST.to_payload() if name != "case"},
    **{
        f"{name} of another shape, {place}": asked(**{name: value})
        for name, values in OF_ANOTHER_SHAPE.items()
        for place, value in enumerate(values)
    },
    **{
        f"{place} with {what}": of_place(place, **members)
        for place in ("office", "window")
        for what, members in {
            "no code": {"code": ...},
            "no name": {"name": ...},
            "a code too long": {"code": "1" * 33},
            "a name too long": {"name": "窗" * 65},
            "a code that is a number": {"code": 2},
            "a name that is null": {"name": None},
            "a name that turns the writing": {"name": "窗\u202e口"},
            "a name of two lines": {"name": "窗\n口"},
            "an address": {"address": "演示路8号"},
        }.items()
    },
    "two declared values": asked(declared={"号码": "1", "姓名": "张"}),
    "declared value with a hidden character": asked(declared={"号码": "1\u200b"}),
    "an identity number": asked(id_number="420799190001010015"),
    "a path": asked(htu="/xr/v1/requests"),
    "format 1 written out": asked(format=1),
    "format 0": asked(format=0),
    "format below 0": asked(format=-3),
    "format true": asked(format=True),
    "format a text": asked(format="2"),
    "format null": asked(format=None),
}


def test_every_member_is_made_of_another_shape() -> None:
    """A member that comes later is refused by no test until it stands here: each that a request has, and says."""
    assert REQUEST.to_payload().keys() == OF_ANOTHER_SHAPE.keys()
    said = {one.name for one in dataclass_fields(CounterRequest) if not getattr(REQUEST, one.name)}
    assert set() == said


def test_a_request_of_the_own_hub_has_the_same_form() -> None:
    """It is kept and not sent: asked and asking region are one."""
    own = replace(REQUEST, home=REQUEST.asker)

    assert own == CounterRequest.from_payload(own.to_payload())


@pytest.mark.parametrize("name", OPTIONAL)
def test_what_is_optional_may_be_absent(name: str) -> None:
    """It is empty then; nothing stands in its place."""
    found = CounterRequest.from_payload(asked(**{name: ...}))

    assert replace(REQUEST, **{name: {}}) == found


@pytest.mark.parametrize("payload", BAD_REQUESTS.values(), ids=BAD_REQUESTS)
def test_another_payload_is_no_request(payload: dict[str, Any]) -> None:
    """An unknown, missing or misshapen member is refused, whoever signed it; its value never stands in the error."""
    with pytest.raises(Malformed) as refused:
        CounterRequest.from_payload(payload)

    assert "420799190001010015" not in str(refused.value)


@pytest.mark.parametrize("payload", [None, [], "request", 1, {}], ids=str)
def test_what_is_no_object_is_no_request(payload: Any) -> None:
    """Refused by the same error."""
    with pytest.raises(Malformed):
        CounterRequest.from_payload(payload)


@pytest.mark.parametrize("number", [2, 1 << 40])
def test_a_newer_request_is_neither_read_nor_malformed(number: int) -> None:
    """What a newer format means nobody here can know, whatever else stands in it: an upgrade is needed."""
    with pytest.raises(UpgradeNeeded) as needed:
        CounterRequest.from_payload(asked(format=number, match={}, via=["420000"]))

    assert (number, 1) == (needed.value.number, needed.value.newest)


@pytest.mark.parametrize(
    "bad",
    [
        {"match": "7"},
        {"expires": REQUEST.issued_at},
        {"declared": {"号码": "1", "姓名": "张"}},
        {"settled": {"entity": "deferred"}},
        {"window": Place("", "窗" * 65)},
        {"case": "办-1"},
    ],
    ids=str,
)
def test_what_could_not_be_read_is_not_printed(bad: dict[str, Any]) -> None:
    """A slip shows before the request is signed."""
    with pytest.raises(Malformed):
        replace(REQUEST, **bad).to_payload()


def unchecked(payload: dict[str, Any]) -> str:
    """Return a token that a region signs without looking at what it may sign."""
    header = strict_json.dumps({"alg": KEY.algorithm.name, "typ": TYP, "kid": KEY.kid})
    message = f"{base64url.encode(header)}.{base64url.encode(strict_json.dumps(payload))}".encode("ascii")
    return jws.assemble(message, KEY.sign(message))


def test_a_request_lives_ten_minutes_at_most() -> None:
    """One that lives a second longer is neither signed nor read, however well it is signed."""
    longest, longer = (asked(exp=REQUEST.issued_at + seconds) for seconds in (600, 601))

    assert longest == jws.verify(jws.parse(unchecked(longest), TYP), KEY)
    with pytest.raises(Malformed):
        jws.sign(longer, typ=TYP, key=KEY)
    with pytest.raises(Malformed):
        jws.parse(unchecked(longer), TYP)


def test_a_request_has_eight_kibibytes_at_most() -> None:
    """The longest that can be spelt fits; a byte more than that many is refused before anything in it is read."""
    name = LONGEST * 64
    longest = replace(
        REQUEST,
        jti="j" * 64,
        request="r" * 64,
        office=Place(LONGEST * 32, name),
        window=Place(LONGEST * 32, name),
        matter="M" * 64,
        case="c" * 64,
        declared={name: LONGEST * 400},
        settled={f"{n:02}".join(("r", "r" * 29)): "not_applicable" for n in range(32)},
    )

    token = jws.sign(longest.to_payload(), typ=TYP, key=KEY)

    assert 8 * 1024 == TOKEN_TYPES[TYP].max_bytes
    assert longest == CounterRequest.from_payload(jws.verify(jws.parse(token, TYP), KEY))
    for length, cause in ((8 * 1024, "three segments"), (8 * 1024 + 1, "more than 8192 bytes")):
        with pytest.raises(Malformed, match=cause):
            jws.parse("." * length, TYP)
    with pytest.raises(Malformed, match="more than 8192 bytes"):
        jws.sign(asked(note="n" * 8 * 1024), typ=TYP, key=KEY)


def test_nothing_but_our_own_error_escapes() -> None:
    """Two thousand seeded mutants of a request are read, or refused by one error."""
    for mutant in value_mutants(REQUEST.to_payload(), seed=11, count=2000):
        try:
            CounterRequest.from_payload(mutant)
        except VerifierError:
            continue
