"""What a verification is answered: the report with its items, facts, predicates and requirements."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict


class Answer(BaseModel):
    """The base: a member that is not described here fails a test."""

    model_config = ConfigDict(extra="forbid")


class AcceptedKind(Answer):
    """A kind of certificate that would satisfy a requirement."""

    kind: str
    kind_name: str
    kind_name_en: str


class RequirementOut(Answer):
    """One requirement of the matter as it stands, over everything shown for the case.

    `item` is what met it or came closest, of this verification or of the earlier `verification_id`; `missing_fields`
    are the least fields that were not disclosed.
    """

    id: str
    name: str
    name_en: str
    whose: Literal["holder", "principal", "spouse", "child", "employee", "organisation"]
    optional: bool
    state: Literal["met", "missing", "not_applicable", "undetermined", "deferred"]
    cause: str | None = None
    item: int | None = None
    verification_id: str | None = None
    missing_fields: list[str] | None = None
    declared_by: str | None = None
    condition: dict[str, Any] | None = None
    accepts: list[AcceptedKind]


class FactOut(Answer):
    """One thing that was checked: outcome, cause, and how old the knowledge is."""

    fact: str
    outcome: Literal["yes", "no", "undetermined"]
    as_of: str
    cause: str | None = None
    evidence: str | None = None
    detail: dict[str, str] | None = None


class IssuerOut(Answer):
    """The agency that issued a certificate: its unified social credit code, and its name."""

    code: str
    name: str


class PredicateOut(Answer):
    """One question that the hub which holds the certificate answers in the place of a value."""

    name: str
    arguments: dict[str, str | int]
    outcome: Literal["yes", "no", "undetermined"]
    cause: str | None = None
    by: str
    as_of: str


class ItemOut(Answer):
    """One certificate behind a code; `result_number` is that of GB/T 36906, the last two only a page's."""

    kind: str
    kind_version: int | None = None
    kind_name: str
    kind_name_en: str
    verdict: Literal["valid", "check", "invalid", "undetermined"]
    code: str
    result_number: int | None
    issuer: IssuerOut | None = None
    valid_from: str | None = None
    valid_to: str | None = None
    facts: list[FactOut]
    predicates: list[PredicateOut] | None = None
    disclosed: dict[str, Any]
    masked: list[str] | None = None
    holder: str | None = None


class UntoldItemOut(Answer):
    """One certificate that was shown and is not told: `NO_AGREEMENT`, or `RECORD_GONE`."""

    verdict: Literal["undetermined"]
    code: str


class ReportOut(Answer):
    """What a verification found; the worst item speaks for all, and a code that fails itself has no items.

    `requirements` and `materials` say what the matter still lacks; `case_id` names the case, absent without a number.
    """

    version: int
    verification_id: str | None
    verdict: Literal["valid", "check", "invalid", "undetermined"]
    code: str
    headline: str
    headline_en: str
    next_step: str
    next_step_en: str
    as_of: str
    channel: str
    items: list[ItemOut | UntoldItemOut]
    case_id: str | None = None
    requirements: list[RequirementOut]
    materials: Literal["complete", "incomplete", "undetermined"] | None
    receipt_url: str | None
