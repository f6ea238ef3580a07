"""What is answered of a matter that is under way: proposals, previews, requests of counters, and cases."""

from typing import Any, Literal

from certhub.api.routes.report_answers import (
    AcceptedKind,
    Answer,
    ItemOut,
    ReportOut,
    RequirementOut,
    UntoldItemOut,
)


class ProposalOut(Answer):
    """One certificate of the holder for one requirement: whether it would serve, and why not."""

    certificate_id: str
    kind: str
    kind_name: str
    kind_name_en: str
    fields: list[str]
    predicates: list[dict[str, Any]]
    meets: bool
    cause: str | None = None


class IssuingAgency(Answer):
    """An agency of this region where a certificate can be had."""

    agency: str
    agency_name: str
    agency_name_en: str


class ProposedRequirement(Answer):
    """One requirement of a matter with the holder's certificates for it; `missing` where none of them serves.

    `settled` tells of a counter's request that nothing is asked for it any more: its case has it, or it does not apply.
    """

    id: str
    name: str
    name_en: str
    optional: bool
    condition: dict[str, Any] | None = None
    proposals: list[ProposalOut]
    missing: bool
    accepts: list[AcceptedKind]
    where: list[IssuingAgency]
    settled: Literal["met", "not_applicable"] | None = None


class ProposalsOut(Answer):
    """What a holder has for a matter."""

    requirements: list[ProposedRequirement]


class PreviewOut(Answer):
    """What a counter would see of a choice, and what of the matter it would meet; nothing was written."""

    requirements: list[RequirementOut]
    materials: Literal["complete", "incomplete", "undetermined"] | None
    counter_sees: list[ItemOut | UntoldItemOut]


class RequestOut(Answer):
    """A request's code, as text and as a drawing, for the second screen or for paper."""

    request_id: str
    code: str
    qr_svg: str
    expires_at: str


class IdentityCheckOut(Answer):
    """That an identity was checked, how and when; never the number."""

    method: Literal["id_card_reader", "id_card_seen", "passport_seen"]
    at: str
    has_number: bool


class RequestStandingOut(Answer):
    """How a request stands; `match` are the two digits to show from `seen` on, `report` once it is answered."""

    request_id: str
    state: Literal["open", "seen", "consented", "refused", "void", "expired", "answered"]
    expires_at: str
    match: str | None = None
    identity_check: IdentityCheckOut | None = None
    report: ReportOut | None = None


class OfferOut(Answer):
    """What a counter asks of a holder: who, where, for what, and which certificates would serve."""

    region: str
    region_name: str
    region_name_en: str
    office: str
    window: str
    matter: str
    matter_name: str
    matter_name_en: str
    mode: Literal["L1", "L2", "L3"]
    expires_at: str
    state: Literal["open", "seen", "consented", "refused", "void", "expired", "answered"]
    declared: dict[str, str]
    requirements: list[ProposedRequirement]
    match_choices: list[str]


class ConsentOut(Answer):
    """How a holder's answer left the request."""

    state: Literal["consented", "refused"]
    request_id: str


class GivenOut(Answer):
    """A counter's request for another hub's holder, or why it can be given no more."""

    request: str | None = None
    check: str | None = None
    refused: str | None = None


class TakenOut(Answer):
    """How a request stands after an answer, or why the answer came too late."""

    state: str | None = None
    refused: str | None = None


class CaseLine(Answer):
    """One verification of a case."""

    verification_id: str
    at: str
    verdict: Literal["valid", "check", "invalid", "undetermined"] | None
    code: str | None


class KnownRequirement(Answer):
    """Whether an earlier receipt of the case satisfies a requirement; what is still open can be had at `where`.

    `can_fetch` tells whether the holder that was asked about could show it.
    """

    id: str
    name: str
    name_en: str
    state: Literal["met", "missing", "not_applicable", "undetermined", "deferred"]
    optional: bool
    verification_id: str | None = None
    cause: str | None = None
    accepts: list[AcceptedKind]
    where: list[IssuingAgency]
    can_fetch: bool | None = None


class CaseOut(Answer):
    """A case of an office: what was verified in it, and what its matter still lacks, judged now."""

    case_id: str
    case_number: str
    matter: str
    office: str
    opened_at: str
    verifications: list[CaseLine]
    requirements: list[RequirementOut]
    materials: Literal["complete", "incomplete", "undetermined"]
    known: list[KnownRequirement]


class KnownOut(Answer):
    """What is known of a case before anything more is shown."""

    items: list[KnownRequirement]
