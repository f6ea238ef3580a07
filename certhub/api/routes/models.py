"""What callers send: one model a body, nothing extra, nothing converted (a number is not a text).

Shapes and lengths are judged here; what a certificate's contents must satisfy is the catalogue's to say.
Texts that end in receipts and events are put into NFC, and refused where they hold what nobody can see.
"""

import json
from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import PydanticCustomError

from certhub.spelling.days import read_iso_date
from certhub.spelling.text import Unfit, read_text

CERTIFICATE_ID = r"^[0-9A-Z]{26}$"  # db.ids.public_id
VERIFICATION_ID = r"^[0-9A-Za-z_-]{8,64}$"
REGION = r"^\d{6}$"
BATCH_MAX = 1000
CREDENTIAL_MAX = 64 * 1024  # characters: the cap of a credential (certhub_verifier.formats.jose.tokens)
CODE_MAX = (
    2048  # characters: a sealed code has at most 700; whatever else is scanned is told apart by the flow
)


def _plain(text: str) -> str:
    try:
        found = read_text(text)
    except Unfit as unfit:
        raise PydanticCustomError(
            "unfit", "characters that cannot stand here", {"code": unfit.code}
        ) from unfit
    if not found:
        raise PydanticCustomError("unfit", "blank", {"code": "REQUIRED_MISSING"})
    return found


def _day(value: object) -> date:
    try:
        return read_iso_date(value if isinstance(value, str) else "")
    except ValueError as unreadable:
        raise PydanticCustomError("unfit", "not a day", {"code": "DATE_UNREADABLE"}) from unreadable


@cache
def _examples() -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads(
        files("certhub.api.routes").joinpath("examples.json").read_text(encoding="utf-8")
    )
    return found


def _with_example(schema: dict[str, Any], model: type[BaseModel]) -> None:
    if model.__name__ in _examples():
        schema["examples"] = [_examples()[model.__name__]]


class Body(BaseModel):
    """The base: strict, frozen, no member that is not named."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, json_schema_extra=_with_example)


Day = Annotated[date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]
DayText = Annotated[str, Field(max_length=32, examples=["2024-01-05"])]
MatterCode = Annotated[str, Field(min_length=1, max_length=48)]
RequirementId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,31}$")]
FieldName = Annotated[str, Field(min_length=1, max_length=100)]


class NewHolder(Body):
    """A holder: `id_type` is a code of GB/T 36903 annex A, such as 111 (identity card) and 001 (USCC)."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    id_type: Annotated[str, Field(min_length=1, max_length=8)]
    id_number: Annotated[str, Field(min_length=1, max_length=64)]


class NewCertificate(Body):
    """A certificate to be issued; `valid_to` null means without end."""

    kind: Annotated[str, Field(min_length=1, max_length=32)]
    holders: Annotated[list[NewHolder], Field(min_length=1, max_length=50)]
    number: Annotated[str, Field(min_length=1, max_length=64)]
    issued_on: DayText
    valid_from: DayText
    valid_to: DayText | None
    claims: Annotated[dict[FieldName, Annotated[str, Field(max_length=8000)]], Field(max_length=64)]


class Order(Body):
    """Why a certificate's state changes; without `effective_from` the change has effect now."""

    reason: Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_plain)]
    decision_number: Annotated[str, Field(min_length=1, max_length=100), AfterValidator(_plain)]
    effective_from: Day | None = None


SearchState = Literal[
    "intended", "active", "expired", "suspended", "superseded", "cancelled", "revoked", "withdrawn", "voided",
    "transferred_out",
]  # fmt: skip
"""The states of a certificate as they are shown; `expired` is computed, and `active` is without it."""


class CertificateSearch(Body):
    """What to find among your agencies' certificates; every value given must fit, `text` as any of the first four."""

    number: Annotated[str, Field(min_length=1, max_length=64)] | None = None
    identifier: Annotated[str, Field(min_length=1, max_length=128)] | None = None
    holder_number: Annotated[str, Field(min_length=1, max_length=64)] | None = None
    holder_name: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    text: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    kind: Annotated[str, Field(max_length=32)] | None = None
    state: SearchState | None = None
    agency: Annotated[str, Field(max_length=18)] | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50
    cursor: Annotated[str, Field(pattern=CERTIFICATE_ID)] | None = None


class Renewal(Order):
    """Why a certificate is renewed, and until when; without `valid_to` for the same term again."""

    valid_to: Day | None = None


class ShownItem(Body):
    """One certificate to show: what the matter needs of it, or without a matter its face; `fields` bounds it."""

    certificate_id: Annotated[str, Field(pattern=CERTIFICATE_ID)]
    fields: Annotated[list[FieldName], Field(max_length=64)] | None = None


class NewPresentation(Body):
    """What a holder shows: a ticket (one use, online) or a sealed code (one item, offline)."""

    items: Annotated[list[ShownItem], Field(min_length=1, max_length=10)]
    mode: Literal["ticket", "sealed"]
    matter: MatterCode | None = None


class NewVerification(Body):
    """A code as it was scanned. `verification_id` is made by the counter and repeated when no answer came.

    `not_applicable` are the requirements of the matter that the clerk declares not applicable: only those that state a
    condition which somebody has to declare.
    """

    code: Annotated[str, Field(min_length=1, max_length=CODE_MAX)]
    matter: MatterCode
    window: Annotated[str, Field(min_length=1, max_length=20), AfterValidator(_plain)]
    case_number: Annotated[str, Field(min_length=1, max_length=64), AfterValidator(_plain)] | None = None
    verification_id: Annotated[str, Field(pattern=VERIFICATION_ID)] | None = None
    not_applicable: Annotated[list[RequirementId], Field(max_length=32)] = Field(default_factory=list)


class BatchItem(Body):
    """One code, or one credential that was handed over as a file; its id is repeated when no answer came."""

    code: Annotated[str, Field(min_length=1, max_length=CODE_MAX)] | None = None
    credential: Annotated[str, Field(min_length=1, max_length=CREDENTIAL_MAX)] | None = None
    verification_id: Annotated[str, Field(pattern=VERIFICATION_ID)]

    @model_validator(mode="after")
    def _is_one_of_two(self) -> Self:
        if (self.code is None) == (self.credential is None):
            raise PydanticCustomError("unfit", "a code or a credential", {"code": "CODE_OR_CREDENTIAL"})
        return self


class NewBatch(Body):
    """Codes and credentials that are verified together, for one matter; each gets its own report and receipt."""

    matter: MatterCode
    window: Annotated[str, Field(min_length=1, max_length=20), AfterValidator(_plain)]
    case_number: Annotated[str, Field(min_length=1, max_length=64), AfterValidator(_plain)] | None = None
    items: Annotated[list[BatchItem], Field(min_length=1, max_length=BATCH_MAX)]


class IdentityCheckOrder(Body):
    """An identity check of a clerk: how it was made, and the number that was read, where one was."""

    method: Literal["id_card_reader", "id_card_seen", "passport_seen"]
    id_type: Annotated[str, Field(min_length=1, max_length=8)] | None = None
    id_number: Annotated[str, Field(min_length=1, max_length=64), AfterValidator(_plain)] | None = None


class NewRequest(Body):
    """What a counter requests of a holder. `declared` is one value at most, {title: value}, to be compared."""

    matter: MatterCode
    window: Annotated[str, Field(min_length=1, max_length=20), AfterValidator(_plain)]
    case_number: Annotated[str, Field(min_length=1, max_length=64), AfterValidator(_plain)] | None = None
    identity_check: IdentityCheckOrder | None = None
    declared: Annotated[
        dict[FieldName, Annotated[str, Field(min_length=1, max_length=400)]], Field(max_length=1)
    ] = Field(default_factory=dict)
    not_applicable: Annotated[list[RequirementId], Field(max_length=32)] = Field(default_factory=list)


class Consent(Body):
    """What a holder shows to a counter that asks, and the pair of digits that the counter shows."""

    items: Annotated[list[ShownItem], Field(min_length=1, max_length=10)]
    match: Annotated[str, Field(pattern=r"^[0-9]{2}$")]


class NewOutcome(Body):
    """How a verification ended: the person was compared and is the holder, is not, or something is wrong."""

    result: Literal["confirmed", "not_the_person", "reported"]
    note: Annotated[str, Field(min_length=1, max_length=500), AfterValidator(_plain)] | None = None


class HolderAsked(Body):
    """Whose certificates a case asks about: type and number of the holder's document."""

    id_type: Annotated[str, Field(min_length=1, max_length=8)]
    id_number: Annotated[str, Field(min_length=1, max_length=64), AfterValidator(_plain)]


class Dispute(Body):
    """A holder says of a look: this was not me; with what they want to say of it."""

    note: Annotated[str, Field(min_length=1, max_length=500), AfterValidator(_plain)] | None = None


class NewSettlement(Body):
    """What was found about a dispute; the note stays in this hub."""

    finding: Literal["justified", "not_justified", "record_corrected", "unclear"]
    note: Annotated[str, Field(min_length=1, max_length=500), AfterValidator(_plain)] | None = None


class RevealOrder(Body):
    """Which value is asked for: the item's place in the report, from 0 on, and the field's title."""

    item: Annotated[int, Field(ge=0, le=99)]
    field: FieldName


class PeerOrder(Body):
    """Why another region is stopped or resumed."""

    reason: Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_plain)]
