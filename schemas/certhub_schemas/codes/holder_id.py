"""What a holder's number is a number of: the code list of GB/T 36903-2018, Annex A.

    0xx  organisations      1xx  citizens and the forces      4xx  passports
    5xx  Hong Kong, Macao and Taiwan      999  other papers of natural persons

Two of them check themselves: 001 (unified social credit code) and 111 (citizen's identity number).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from certhub_schemas.codes import resident_id, uscc
from certhub_schemas.errors import BadCode
from certhub_schemas.text import unfit

USCC = "001"
RESIDENT_ID = "111"
MAX_LENGTH = 64  # characters: longer than any known paper's number


@dataclass(frozen=True, slots=True)
class HolderIdType:
    """One sort of holder number; `natural` says whether it names a person."""

    code: str
    name: str
    name_en: str
    natural: bool


_TYPES = (
    HolderIdType(USCC, "统一社会信用代码", "Unified social credit code", natural=False),
    HolderIdType("099", "其他法人或其他组织有效证件代码", "Other paper of an organisation", natural=False),
    HolderIdType(RESIDENT_ID, "公民身份号码", "Citizen's identity number", natural=True),
    HolderIdType("114", "解放军军官证编号", "PLA officer's card", natural=True),
    HolderIdType("115", "武警警官证编号", "Armed police officer's card", natural=True),
    HolderIdType("118", "解放军士兵证编号", "PLA soldier's card", natural=True),
    HolderIdType("119", "武警士兵证编号", "Armed police soldier's card", natural=True),
    HolderIdType("120", "解放军文职人员证编号", "PLA civilian's card", natural=True),
    HolderIdType("122", "武警文职人员证编号", "Armed police civilian's card", natural=True),
    HolderIdType("411", "外交护照号", "Diplomatic passport", natural=True),
    HolderIdType("412", "公务护照号", "Service passport", natural=True),
    HolderIdType("413", "公务普通护照号", "Passport for public affairs", natural=True),
    HolderIdType("414", "普通护照号", "Ordinary passport", natural=True),
    HolderIdType("511", "台湾居民来往大陆通行证号码", "Mainland travel permit, Taiwan", natural=True),
    HolderIdType(
        "516", "港澳居民来往内地通行证号码", "Mainland travel permit, Hong Kong and Macao", natural=True
    ),
    HolderIdType("999", "其他自然人有效证件代码", "Other paper of a natural person", natural=True),
)
HOLDER_ID_TYPES: Mapping[str, HolderIdType] = MappingProxyType({each.code: each for each in _TYPES})


def holder_id_type(code: str) -> HolderIdType:
    """Return the sort of number with the three digits `code`.

    Raises:
        BadCode: HOLDER_TYPE_UNKNOWN.
    """
    try:
        return HOLDER_ID_TYPES[code]
    except KeyError:
        raise BadCode("HOLDER_TYPE_UNKNOWN", code) from None


def check(type_code: str, value: str) -> str:
    """Return the canonical form of `value`, a number of the sort `type_code`.

    Raises:
        BadCode: HOLDER_TYPE_UNKNOWN; what `uscc` and `resident_id` raise for 001 and 111; for the
            others CODE_LENGTH (1 to 64 characters) or CODE_PRINTABLE.
    """
    sort = holder_id_type(type_code)
    if sort.code == USCC:
        return uscc.parse(value)
    if sort.code == RESIDENT_ID:
        return resident_id.parse(value)
    if not 1 <= len(value) <= MAX_LENGTH:
        raise BadCode("CODE_LENGTH", value)
    if not value.isprintable() or unfit(value) or not value.strip():
        raise BadCode("CODE_PRINTABLE", value)
    return value
