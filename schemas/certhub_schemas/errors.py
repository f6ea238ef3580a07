"""Everything that can go wrong with codes and catalogue data.

    SchemasError
    ├── BadCode         a code does not check itself; `reason` is permanent, the value is never told
    ├── BadEntry        a file of the catalogue or of the matters says something impossible
    ├── KindUnknown     no kind has that code
    └── MatterUnknown   no matter has that code

A code may be somebody's identity number, so no message carries one: `value_shape` tells length and
alphabet, which is what a person needs to find the slip.
"""

_SHAPE_LENGTH = 24  # characters shown of a shape: longer than any code, short enough for one line


class SchemasError(Exception):
    """The root of this distribution's errors."""


class BadCode(SchemasError):
    """A code that does not check itself.

    `reason` is one of CODE_LENGTH, CODE_ALPHABET, CODE_PRINTABLE, USCC_CHECK_DIGIT, ID_CHECK_DIGIT,
    ID_DATE, HOLDER_TYPE_UNKNOWN, REGION_UNKNOWN.
    """

    def __init__(self, reason: str, value: str) -> None:
        self.reason = reason
        self.value_shape = value_shape(value)
        super().__init__(f"{reason}: a value shaped like {self.value_shape}")


class BadEntry(SchemasError):
    """An entry of the catalogue or of the matters is wrong: `entry` is its folder or file, `field` where."""

    def __init__(self, entry: str, field: str, why: str) -> None:
        self.entry, self.field, self.why = entry, field, why
        super().__init__(f"{entry}: {field}: {why}")


class KindUnknown(SchemasError):
    """No kind of the catalogue has that code."""

    def __init__(self, code: str) -> None:
        super().__init__(f"no kind has the code {code[:64]!r}")
        self.code = code


class MatterUnknown(SchemasError):
    """No matter has that code."""

    def __init__(self, code: str) -> None:
        super().__init__(f"no matter has the code {code[:64]!r}")
        self.code = code


def value_shape(value: str) -> str:
    """Return the outline of `value`: 9 for a digit, A or a for a letter, ? for the rest, and its length."""
    outline = "".join(_outline(character) for character in value[:_SHAPE_LENGTH])
    more = "…" if len(value) > _SHAPE_LENGTH else ""
    return f"{outline}{more} ({len(value)} characters)"


def _outline(character: str) -> str:
    if "0" <= character <= "9":
        return "9"
    if "A" <= character <= "Z":
        return "A"
    return "a" if "a" <= character <= "z" else "?"
