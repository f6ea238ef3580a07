"""Identifiers: published ones read, and a wrong check character is told from a wrong variant of it."""

import pytest
from certhub_verifier.errors import Malformed
from certhub_verifier.formats.credential import identifier
from certhub_verifier.formats.credential.identifier import CheckStatus, Identifier
from hypothesis import given, settings
from hypothesis import strategies as st

PUBLISHED = "1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.001.U"
COMPUTED = [
    "1.2.156.3005.2.11100000000013127D001.11420700MB99990011.T20240000000000000001.001.5",
    "1.2.156.3005.2.11100000MB0143028R001.11420700MB99990011.T2024YYZZ00000017.001.P",
    "1.2.156.3005.2.11100000MB03271699001.11420700MB99990011.E2024000000017.002.W",
    "1.2.156.3005.2.111000000000131433001.11420700MB99990011.J420799202400000123.001.O",
    "1.2.156.3005.2.11100000000019713D008.11420700MB99990011.420799000123.003.U",
]
TEXTS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
IDENTIFIERS = st.builds(
    Identifier,
    kind=st.tuples(st.text(TEXTS, min_size=18, max_size=18), st.integers(0, 999)).map(
        lambda pair: f"{pair[0]}{pair[1]:03d}"
    ),
    issuer=st.text(TEXTS, min_size=18, max_size=18),
    serial=st.text(TEXTS, min_size=1, max_size=64),
    version=st.integers(1, 999),
)


@pytest.mark.parametrize("text", [PUBLISHED, *COMPUTED])
def test_reads_a_published_identifier(text):
    """A published identifier parses, and prints back the same."""
    assert text == str(Identifier.parse(text))
    assert (Identifier.parse(text), CheckStatus.OK) == identifier.read(text)


def test_takes_an_identifier_apart():
    """Kind, agency, serial and version stand in this order."""
    assert Identifier(
        kind="11100000000013338W011", issuer="11430000006122244L", serial="20230000403", version=1
    ) == Identifier.parse(PUBLISHED)


@settings(deadline=None)
@given(IDENTIFIERS)
def test_what_we_print_we_can_read(found):
    """Every identifier survives a trip through its text form, strictly and tolerantly."""
    assert found == Identifier.parse(str(found))
    assert (found, CheckStatus.OK) == identifier.read(str(found))


def test_tells_the_variant_in_circulation_from_a_slip():
    """The shipped mistake prints 1 where 5 is right; any other character is simply wrong."""
    right = COMPUTED[0]

    assert (Identifier.parse(right), CheckStatus.LEGACY_VARIANT) == identifier.read(right[:-1] + "1")
    assert (Identifier.parse(right), CheckStatus.BAD) == identifier.read(right[:-1] + "2")


@pytest.mark.parametrize("check", sorted(set(TEXTS) - {"5"}))
def test_we_take_one_check_character(check):
    """Strictly read, the variant is as wrong as anything else."""
    with pytest.raises(Malformed):
        Identifier.parse(COMPUTED[0][:-1] + check)


def test_every_changed_character_is_refused():
    """Wherever one character of an identifier changes, it does not parse."""
    for text in (PUBLISHED, *COMPUTED):
        for place, character in enumerate(text):
            for other in {TEXTS[(TEXTS.find(character) + 1) % 36], ".", "0"} - {character}:
                with pytest.raises(Malformed):
                    Identifier.parse(text[:place] + other + text[place + 1 :])


@pytest.mark.parametrize("heard", [f" {PUBLISHED}\n", PUBLISHED.lower(), PUBLISHED.replace("1", "１")])
def test_another_system_s_spelling_is_read(heard):
    """Case, width and outer spaces make no difference to what another system printed."""
    assert (Identifier.parse(PUBLISHED), CheckStatus.OK) == identifier.read(heard)
    with pytest.raises(Malformed):
        Identifier.parse(heard)


def test_a_region_in_place_of_the_agency_is_read_and_not_issued():
    """One product writes six digits there; we read that and never print it as ours."""
    foreign = Identifier("11100000000013338W011", "420700", "20230000403", 1)

    assert (foreign, CheckStatus.OK) == identifier.read(str(foreign))
    with pytest.raises(Malformed, match="no agency"):
        Identifier.parse(str(foreign))


@pytest.mark.parametrize(
    "text",
    [
        "",
        identifier.ROOT,
        identifier.ROOT + ".",
        PUBLISHED.replace("3005", "3003"),
        PUBLISHED.removeprefix("1."),
        PUBLISHED.removesuffix(".U"),
        PUBLISHED + ".U",
        PUBLISHED + "U",
        PUBLISHED + ".ofd",
        PUBLISHED.replace(".001.", ".000."),
        PUBLISHED.replace(".001.", ".1."),
        PUBLISHED.replace(".001.", ".A01."),
        PUBLISHED.replace("20230000403", ""),
        PUBLISHED.replace("20230000403", "2023-0000403"),
        PUBLISHED.replace("20230000403", "鄂2023"),
        PUBLISHED.replace("20230000403", "0" * 65),
        PUBLISHED.replace("W011", "W01X"),
        PUBLISHED.replace("W011", "W0111"),
        PUBLISHED.replace("11430000006122244L", "1143000000612224"),
        PUBLISHED + " " * 200,
    ],
)
def test_another_form_is_no_identifier(text):
    """Another root, other parts, other lengths: neither reader takes it."""
    with pytest.raises(Malformed):
        Identifier.parse(text)
    with pytest.raises(Malformed):
        identifier.read(text)


@pytest.mark.parametrize("version", [0, 1_000, -1])
def test_versions_are_three_digits_from_one(version):
    """A certificate's first version is 001."""
    with pytest.raises(Malformed):
        Identifier("11100000000013338W011", "11430000006122244L", "20230000403", version)


def test_a_refusal_repeats_no_number():
    """Somebody may have put a person's number into a serial; no error text carries it on."""
    with pytest.raises(Malformed) as refused:
        Identifier.parse(PUBLISHED.replace("20230000403", "420799190001010015"))

    assert "420799190001010015" not in str(refused.value)


@settings(deadline=None)
@given(
    st.text(max_size=40) | st.text(TEXTS + ".", max_size=100).map(lambda tail: f"{identifier.ROOT}.{tail}")
)
def test_nothing_but_our_own_error_gets_out(text):
    """Whatever is read as an identifier, the answer is one or Malformed."""
    try:
        found, _ = identifier.read(text)
    except Malformed:
        return
    assert found == identifier.read(str(found))[0]
