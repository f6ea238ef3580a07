"""The one screen for texts that people write, wherever they come in: what nobody can see stands in none of them.

Bodies of the API are screened where they are read, and contents of a certificate by the catalogue; the flows and
the rooms that keep a text ask here once more, so that a command, an embedder or a settings file has no other way.
"""

from certhub_schemas.text import unfit

from certhub.errors import ClaimsInvalid, Fault

_WHY = {
    "TEXT_CONTROL_CHARS": "含有看不见的字符 / holds characters that cannot be seen",
    "TEXT_UNMAPPED_CHARS": "含有自造字 / holds private characters that only one font can show",
}


class TextRefused(ClaimsInvalid):
    """A text holds what nobody can see, or what only one font can show; `faults` names each."""

    code = "REQUEST_INVALID"

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__(faults)
        self.args = ("; ".join(f"{fault.pointer[1:]}: {_WHY[fault.code]}" for fault in faults),)


def require_readable(**texts: str | None) -> None:
    """Refuse texts, given by the name of what they are, that cannot be read as they stand.

    Raises:
        TextRefused: with a fault for each; no value stands in it.
    """
    faults = [Fault(f"/{name}", code) for name, text in texts.items() if text and (code := unfit(text))]
    if faults:
        raise TextRefused(faults)
