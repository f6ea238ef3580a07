"""What a sealed code says: as much as fits, the rest named, nothing cut."""

import pytest
from certhub_schemas.text import unfit
from certhub_verifier.errors import Malformed
from certhub_verifier.formats import codes
from certhub_verifier.formats.codes import sealed
from certhub_verifier.formats.codes.code import SealedPayload
from certhub_verifier.formats.jose import jws, strict_json
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.signing import NumberedKey

VISIBLE = st.characters(codec="utf-8", exclude_categories=["Cc", "Cf", "Co", "Cn"]).filter(
    lambda character: not unfit(character)
)
TEXTS = st.text(VISIBLE | st.just("\n"), max_size=20)
NAMES = st.text(VISIBLE, min_size=1, max_size=10)
CLAIMS = st.dictionaries(NAMES, TEXTS | st.integers(-(10**9), 10**9), max_size=6)


def fitted(claims=None, **changes) -> SealedPayload:
    """Return a payload with these claims."""
    plain = {
        "iss": "420700",
        "exp": 1_800_000_060,
        "jti": sealed.mint_jti(lambda n: b"\xa5" * n),
        "kind": "11100000MB0143028R001",
        "list_no": 12,
        "index": 104_857,
        "ref": bytes(range(32)),
        "claims": {"名称": "示例小面馆"} if claims is None else claims,
    }
    return SealedPayload.fit(**(plain | changes))


def test_a_payload_has_short_members():
    """Every character of a QR code counts, so members are short and x is there only when needed."""
    assert fitted().build() == {
        "iss": "420700",
        "exp": 1_800_000_060,
        "jti": "paWlpaWlpaWlpaWl",
        "k": "11100000MB0143028R001",
        "s": [12, 104_857],
        "d": "AAECAwQFBgcICQoLDA0ODw",
        "c": {"名称": "示例小面馆"},
    }


@settings(deadline=None)
@given(CLAIMS)
def test_what_we_build_we_can_read(claims):
    """Every payload that fits survives a trip, and every claim is either in it or named."""
    payload = fitted(claims)

    assert payload == SealedPayload.parse(payload.build())
    assert list(claims) == [name for name in claims if name in payload.claims or name in payload.left_out]
    assert {name: claims[name] for name in payload.claims} == payload.claims
    assert len(strict_json.dumps(dict(payload.claims))) <= 120
    assert len(payload.claims) <= 4


def test_a_long_value_is_left_out_and_named():
    """Half an address is a wrong address; a shorter claim behind it still gets in."""
    payload = fitted({"名称": "示例小面馆", "住所": "鄂州市" * 20, "成立日期": "2024-01-05"})

    assert payload.claims == {"名称": "示例小面馆", "成立日期": "2024-01-05"}
    assert payload.left_out == ("住所",)
    assert payload.build()["x"] == ["住所"]


def test_the_fifth_claim_is_left_out_and_named():
    """Four claims are what a person reads at a glance."""
    payload = fitted(dict.fromkeys("abcde", "1"))

    assert list("abcd") == list(payload.claims)
    assert payload.left_out == ("e",)


def test_of_the_credentials_hash_half_stands():
    """128 bits tell one credential from another; nobody can choose them."""
    assert bytes(range(16)) == fitted().ref


def test_a_full_code_is_at_most_700_characters():
    """The largest payload that fits is still one QR code that a cheap scanner reads."""
    payload = fitted(
        {"统一社会信用代码": "91420700MA00000000", "名称": "鄂州市示例餐饮管理有限公司", "法": "张演示"}
    )
    token = jws.sign(payload.build(), typ="show+jwt", key=NumberedKey("420700-show-12"))

    assert 120 >= len(strict_json.dumps(dict(payload.claims))) > 100
    assert len(codes.pack(token, "EC2")) <= 700


GOOD = fitted({"名称": "示例小面馆", "住所": "鄂州市" * 20}).build()


@pytest.mark.parametrize("name", sorted(GOOD.keys() - {"x"}))
def test_every_member_has_to_be_there(name):
    """A payload that lacks a member is refused."""
    with pytest.raises(Malformed):
        SealedPayload.parse({key: value for key, value in GOOD.items() if key != name})


@pytest.mark.parametrize(
    "change",
    [
        {"iat": 1_800_000_000},
        {"iss": "4207"},
        {"iss": "４２０７００"},
        {"iss": 420700},
        {"exp": "1800000060"},
        {"exp": -1},
        {"exp": True},
        {"jti": "paWl"},
        {"jti": "paWlpaWlpaWlpaWlpa"},
        {"jti": "paWlpaWlpaWlpaW="},
        {"jti": 7},
        {"k": "11100000MB0143028R"},
        {"k": "11100000mb0143028r001"},
        {"s": [1]},
        {"s": [1, 2, 3]},
        {"s": [1, -2]},
        {"s": [1, True]},
        {"s": [1, 1 << 32]},
        {"s": {"0": 1, "1": 2}},
        {"d": ""},
        {"d": None},
        {"c": []},
        {"c": {"a": ["x"]}},
        {"c": {"a": True}},
        {"c": {"a": None}},
        {"c": {"": "x"}},
        {"c": {"a" * 65: "x"}},
        {"c": {"a": "x" * 120}},
        {"c": dict.fromkeys("abcde", "1")},
        {"x": []},
        {"x": "住所"},
        {"x": [7]},
        {"x": [""]},
        {"x": ["名称"]},
        {"x": ["住所", "住所"]},
        {"x": [str(n) for n in range(17)]},
    ],
)
def test_a_member_of_another_form_is_refused(change):
    """Unknown members, other types, other lengths and names told twice are Malformed."""
    with pytest.raises(Malformed):
        SealedPayload.parse(GOOD | change)


@pytest.mark.parametrize("change", [{"iss": "4207"}, {"ref": b""}, {"index": -1}, {"kind": ""}, {"jti": ""}])
def test_what_we_would_not_read_we_do_not_make(change):
    """A payload that every reader would refuse does not reach a key."""
    with pytest.raises(Malformed):
        fitted(**change)
