"""Which characters a signed value may hold: one screen for what is imported, sealed, read and shown.

What a reader cannot see may not be signed: control characters, bidirectional controls (Unicode UAX #9), lone
surrogates, the default-ignorable code points (UCD DerivedCoreProperties), and two signs that are drawn as nothing
(U+2800, U+1D159). A variation selector picks between printed forms of a rare character, so one may follow a
character; a second one, or one with nothing before it, picks nothing and could carry a hidden message. Private-use,
replacement and non-characters neither: what they look like depends on the font of one department.
"""

import re
from typing import Any, Literal

Unfitness = Literal["TEXT_CONTROL_CHARS", "TEXT_UNMAPPED_CHARS"]

_HIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\u2800\u3164\ud800-\udfff\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d159\U0001d173-\U0001d17a"
    "\U000e0000-\U000e00ff\U000e01f0-\U000e0fff]"
)
_SELECTORS = "\u180b-\u180d\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef"
_PICKS_NOTHING = re.compile(f"(?:^|[\\s{_SELECTORS}])[{_SELECTORS}]")
_NO_CHARACTERS = "".join(
    f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0x10000, 0xF0000, 0x10000)
)
_UNMAPPED = re.compile(f"[\ue000-\uf8ff\ufdd0-\ufdef\ufffc-\uffff\U000f0000-\U0010ffff{_NO_CHARACTERS}]")
# Nearly every text is made of these, none of which the three above look for: one look tells them, and the order is
# that of how often each range is met.
_COMMON = re.compile(
    "[\u4e00-\u9fff -~\u3001-\u303f\uff01-\uff5e\u3400-\u4dbf\u2010-\u2027\u00b7]*"
).fullmatch
_PRINTS_NOTHING = re.compile(f"[\\s{_SELECTORS}]")


def unfit(text: str, *, lines: bool = False) -> Unfitness | None:
    """Return why `text` may not be signed or shown, or None; with `lines`, LF may stand in it."""
    if _COMMON(text):
        return None
    if _HIDDEN.search(text.replace("\n", "") if lines else text) or _PICKS_NOTHING.search(text):
        return "TEXT_CONTROL_CHARS"
    return "TEXT_UNMAPPED_CHARS" if _UNMAPPED.search(text) else None


def all_fit(value: Any) -> bool:
    """Tell, in one look, that nothing in a JSON value is unfit; where it does not, each text has to be asked."""
    # What Python prints of a value holds each of its texts as it stands, or spells a character with a backslash.
    printed = repr(value)
    return "\\" not in printed and _COMMON(printed) is not None


def seen(text: str) -> str:
    """Return what is left of `text` for a reader who compares names: no blank, and nothing that prints nothing."""
    return _PRINTS_NOTHING.sub("", _HIDDEN.sub("", text))


def unfit_within(value: Any, *, lines: bool = False) -> Unfitness | None:
    """Return the same of a JSON value: of every text in it and every name of a member, at any depth."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            if found := unfit(one, lines=lines):
                return found
        elif isinstance(one, dict):
            if found := next((bad for name in one if (bad := unfit(name))), None):
                return found
            waiting.extend(one.values())
        elif isinstance(one, list | tuple):
            waiting.extend(one)
    return None
