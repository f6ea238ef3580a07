"""identifier.json: certificate identifiers, strictly and tolerantly read (GB/T 36904)."""

from collections.abc import Iterator
from typing import Any

from tests.vectors.vector import OURS, Vector, VectorFile

ROOT = "1.2.156.3005.2"
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
PUBLISHED = "1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.001.U"
KIND, AGENCY = "11100000MB0143028R001", "11420799MB99990172"


def check_character(text: str) -> str:
    """Return the check character of ISO 7064 MOD 37,36 (GB/T 17710)."""
    product = 36
    for character in text:
        total = (product + ALPHABET.index(character)) % 36 or 36
        product = total * 2 % 37
    return ALPHABET[(37 - product) % 36]


def identifier(
    kind: str = KIND, issuer: str = AGENCY, serial: str = "D3M0000000000000000A", version: int = 1
) -> str:
    """Return an identifier with its check character."""
    check = check_character(f"{kind}{issuer}{serial}{version:03d}")
    return f"{ROOT}.{kind}.{issuer}.{serial}.{version:03d}.{check}"


def identifier_file() -> VectorFile:
    """Return identifier.json."""
    return VectorFile(
        name="identifier",
        about="Certificate identifiers: ours to the letter (strict), and what other systems have printed (tolerant).",
        read="`strict`: read exactly; null where refused. `tolerant`: normalise, then read, and tell what the check "
        "character is (ok, legacy_variant: a mistake in circulation, bad); `text` is how it prints with the right one.",
        vectors=[*_good(), *_tolerated(), *_bad()],
    )


def _parts(text: str) -> dict[str, Any]:
    kind, issuer, serial, version, _ = text.removeprefix(ROOT + ".").split(".")
    return {"kind": kind, "issuer": issuer, "serial": serial, "version": int(version), "text": text}


def _good() -> Iterator[Vector]:
    rows = [
        ("published", "An identifier found in public code.", PUBLISHED, "printed by a provincial platform"),
        ("ours", "Serials are 20 random characters.", identifier(), OURS),
        ("version-999", "The last version.", identifier(version=999), OURS),
        ("serial-of-one", "The shortest serial.", identifier(serial="0"), OURS),
        ("serial-of-64", "The longest serial.", identifier(serial="Z" * 64), OURS),
    ]
    for name, why, text, origin in rows:
        parts = _parts(text)
        yield Vector(
            name=name,
            why=why,
            origin=origin,
            input=text,
            expect={"strict": parts, "tolerant": parts | {"check": "ok"}},
        )


def _tolerated() -> Iterator[Vector]:
    ours = identifier()
    legacy = "1.2.156.3005.2.11100000000013127D001.11420700MB99990011.T20240000000000000001.001.5"
    region = identifier(issuer="420700")
    other = ALPHABET[(ALPHABET.index(ours[-1]) + 5) % 36]
    rows = [
        ("lower-case", "Capitals are what is meant.", ours.lower(), ours, "ok"),
        ("full-width", "An input method was on.", "".join(chr(ord(c) + 0xFEE0) for c in ours), ours, "ok"),
        ("blanks-around", "Blanks come with copying.", f"  {ours}\n", ours, "ok"),
        ("legacy-variant", "A wrong variant of the check character is in circulation.", legacy[:-1] + "1", legacy,
         "legacy_variant"),
        ("wrong-check-character", "Some other character.", ours[:-1] + other, ours, "bad"),
        ("region-in-the-agencys-place", "One product writes a region where the agency belongs.", region, region, "ok"),
    ]  # fmt: skip
    for name, why, text, prints, check in rows:
        yield Vector(
            name=name,
            why=why,
            input=text,
            expect={"strict": None, "tolerant": _parts(prints) | {"check": check}},
        )


def _bad() -> Iterator[Vector]:
    ours = identifier()
    rows = [
        ("another-root", "Another arc.", ours.replace("3005.2", "3005.3")),
        ("no-root", "The root belongs to it.", ours.removeprefix(ROOT + ".")),
        ("four-parts", "Five parts follow the root.", ours.rpartition(".")[0]),
        ("six-parts", "Five parts follow the root.", ours + ".0"),
        ("version-0", "Versions begin at 1.", ours.replace(".001.", ".000.")),
        ("version-of-two-digits", "Three digits.", ours.replace(".001.", ".01.")),
        ("kind-too-short", "A kind has 21 characters.", identifier(kind=KIND[:-1])),
        ("kind-ends-in-letters", "A kind ends in three digits.", identifier(kind=KIND[:-3] + "ABC")),
        ("serial-empty", "A serial has 1 to 64 characters.", ours.replace("D3M0000000000000000A", "")),
        ("serial-of-65", "A serial has 1 to 64 characters.", identifier(serial="Z" * 65)),
        (
            "chinese-digits",
            "Digits of another script.",
            ours.replace("D3M0000", "D3M〇〇〇〇"),
        ),
        ("empty", "Nothing.", ""),
    ]
    for name, why, text in rows:
        yield Vector(name=name, why=why, input=text, expect={"strict": None, "tolerant": None})
