"""What a signing key is for: one key, one purpose, and one row that says everything about it.

Whoever needs to know of a purpose reads its row: the hub that makes keys, the reader of a trust list, the table of
token types, the command that tells who signed, the documents. A new purpose is a word and a row here, and a row of
the token type that it signs.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType

from certhub_schemas.algorithms import ES256, SIGNED_NOTE, Algorithm


class Purpose(StrEnum):
    """The one thing that a key may be used for."""

    SEAL = "seal"
    SHOW = "show"
    PAPER = "paper"
    STATUS = "status"
    EXCHANGE = "exchange"
    BUNDLE = "bundle"
    RECEIPT = "receipt"
    LOG = "log"
    WITNESS = "witness"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPurpose:
    """What there is to know of a purpose.

    signs        the token types (`typ`) that its keys sign; () for signed notes, which the ledger is made of
    algorithm    what a new key is made for; a signed note knows no other
    of_agency    whether each agency has a key of its own; otherwise the region has one
    signs_for    how long a new key signs
    checked_for  how long, from its first day on, what it signed is believed
    zh, en       what a key of it is called
    """

    signs: tuple[str, ...]
    algorithm: Algorithm
    of_agency: bool = False
    signs_for: timedelta
    checked_for: timedelta
    zh: str
    en: str

    @property
    def is_note(self) -> bool:
        """Whether its keys sign notes (C2SP signed-note) and no tokens."""
        return not self.signs


_YEAR, _ELEVEN_YEARS = timedelta(days=365), timedelta(days=365 * 11)

KEY_PURPOSES: Mapping[Purpose, KeyPurpose] = MappingProxyType(
    {
        Purpose.SEAL: KeyPurpose(  # credentials, one key for each agency
            signs=("dc+sd-jwt",), algorithm=ES256, of_agency=True,
            signs_for=_YEAR, checked_for=_ELEVEN_YEARS, zh="机关印章", en="agency seal",
        ),
        Purpose.SHOW: KeyPurpose(  # sealed codes, 60 seconds
            signs=("show+jwt",), algorithm=ES256,
            signs_for=_YEAR, checked_for=_ELEVEN_YEARS, zh="离线码密钥", en="show key",
        ),
        Purpose.PAPER: KeyPurpose(  # paper codes, up to 180 days
            signs=("paper+jwt",), algorithm=ES256,
            signs_for=_YEAR, checked_for=_ELEVEN_YEARS, zh="纸质码密钥", en="paper key",
        ),
        Purpose.STATUS: KeyPurpose(  # status lists
            signs=("statuslist+jwt",), algorithm=ES256,
            signs_for=_YEAR, checked_for=_ELEVEN_YEARS, zh="状态密钥", en="status key",
        ),
        Purpose.EXCHANGE: KeyPurpose(  # questions, answers, a counter's requests and notices between regions
            signs=("xr-req+jwt", "xr-res+jwt", "request+jwt", "notice+jwt"), algorithm=ES256,
            signs_for=_YEAR, checked_for=_ELEVEN_YEARS, zh="互查密钥", en="exchange key",
        ),
        Purpose.BUNDLE: KeyPurpose(  # the offline bundle of a region
            signs=("bundle+jwt",), algorithm=ES256,
            signs_for=_YEAR, checked_for=_ELEVEN_YEARS, zh="离线包密钥", en="bundle key",
        ),
        Purpose.RECEIPT: KeyPurpose(  # receipts of verifications
            signs=("receipt+jwt",), algorithm=ES256,
            signs_for=_YEAR, checked_for=_ELEVEN_YEARS, zh="回执密钥", en="receipt key",
        ),
        Purpose.LOG: KeyPurpose(  # checkpoints of the ledger
            signs=(), algorithm=SIGNED_NOTE,
            signs_for=_YEAR, checked_for=_ELEVEN_YEARS, zh="日志密钥", en="log key",
        ),
        Purpose.WITNESS: KeyPurpose(  # cosignatures of others' checkpoints
            signs=(), algorithm=SIGNED_NOTE,
            signs_for=_YEAR, checked_for=_ELEVEN_YEARS, zh="见证密钥", en="witness key",
        ),
    }
)  # fmt: skip
"""Every purpose has a row."""

SIGNER_OF: Mapping[str, Purpose] = MappingProxyType(
    {typ: purpose for purpose, row in KEY_PURPOSES.items() for typ in row.signs}
)
"""Whose keys sign a token type."""
