"""What callers get, for OpenAPI: described here, tested against real answers, never used to change one.

The flows return plain values, and those are what goes out; a model that filtered them would be a second
place that decides what an asker may see.
"""

from typing import Any, Literal

from pydantic import Field

from certhub.api.routes.look_answers import (
    DisputeOut,
    DisputePage,
    DisputeState,
    LookOut,
    LookPage,
    NoticeOut,
)
from certhub.api.routes.matter_answers import (
    CaseLine,
    CaseOut,
    ConsentOut,
    GivenOut,
    IdentityCheckOut,
    IssuingAgency,
    KnownOut,
    KnownRequirement,
    OfferOut,
    PreviewOut,
    ProposalOut,
    ProposalsOut,
    ProposedRequirement,
    RequestOut,
    RequestStandingOut,
    TakenOut,
)
from certhub.api.routes.report_answers import (
    AcceptedKind,
    Answer,
    FactOut,
    IssuerOut,
    ItemOut,
    PredicateOut,
    ReportOut,
    RequirementOut,
    UntoldItemOut,
)

__all__ = [
    "AcceptedKind",
    "Answer",
    "CaseLine",
    "CaseOut",
    "ConsentOut",
    "DisputeOut",
    "DisputePage",
    "DisputeState",
    "FactOut",
    "GivenOut",
    "IdentityCheckOut",
    "IssuerOut",
    "IssuingAgency",
    "ItemOut",
    "KnownOut",
    "KnownRequirement",
    "LookOut",
    "LookPage",
    "NoticeOut",
    "OfferOut",
    "PredicateOut",
    "PreviewOut",
    "ProposalOut",
    "ProposalsOut",
    "ProposedRequirement",
    "ReportOut",
    "RequestOut",
    "RequestStandingOut",
    "RequirementOut",
    "TakenOut",
    "UntoldItemOut",
]


class HolderOut(Answer):
    """A holder, as its agency sees it."""

    name: str
    id_type: str
    id_number: str


class CertificateOut(Answer):
    """A certificate, as its agency sees it."""

    id: str
    identifier: str
    kind: str
    kind_version: int
    agency: str
    number: str
    version: int
    state: str
    state_since: str
    reason: str | None
    decision_number: str | None
    issued_on: str
    valid_from: str
    valid_to: str | None
    holders: list[HolderOut]
    claims: dict[str, str]


class CertificatePage(Answer):
    """Some of an agency's certificates, newest first; send `next_cursor` back for those that follow."""

    items: list[CertificateOut]
    next_cursor: str | None


class HeldOut(Answer):
    """A certificate in a holder's hands; `acting_for` names whose it is when it is not their own."""

    id: str
    kind: str
    kind_name: str
    name: str
    name_en: str
    state: str
    number: str
    valid_from: str
    valid_to: str | None
    agency: str
    agency_name: str
    acting_for: str | None = None


class HeldList(Answer):
    """Some of what a holder can show, oldest first; send `next_cursor` back for what follows."""

    items: list[HeldOut]
    next_cursor: str | None


class Warned(Answer):
    """A certificate that a clerk will object to, and the state that is why."""

    certificate_id: str
    state: str


class PresentationOut(Answer):
    """A code to be scanned, as text and as a drawing."""

    code: str
    expires_at: str
    qr_svg: str
    warnings: list[Warned]
    requirements: list[RequirementOut]


class KindName(Answer):
    """What a kind is called."""

    kind: str
    kind_name: str
    kind_name_en: str


class VerificationLine(Answer):
    """A verification in a counter's list; `holder` is covered, `outcome` null while nothing was said."""

    verification_id: str
    at: str
    verdict: Literal["valid", "check", "invalid", "undetermined"]
    code: str
    kinds: list[KindName]
    holder: str
    matter: str
    window: str
    case_number: str | None
    outcome: Literal["confirmed", "not_the_person", "reported"] | None


class VerificationList(Answer):
    """A clerk's latest verifications, newest first."""

    items: list[VerificationLine]


class OutcomeOut(Answer):
    """How a verification ended: the entry that counts now."""

    verification_id: str
    result: Literal["confirmed", "not_the_person", "reported"]
    note: str | None
    at: str


class RevealedOut(Answer):
    """One disclosed value, as the report of a token has it."""

    value: Any


class IncidentOut(Answer):
    """What a clerk reported about a verification; `outcome` is what counts now, if the clerk said otherwise later."""

    verification_id: str
    at: str
    note: str | None
    outcome: Literal["confirmed", "not_the_person", "reported"]
    verified_at: str | None
    verdict: str | None
    code: str | None
    matter: str | None
    office: str | None
    window: str | None


class IncidentPage(Answer):
    """Some of what clerks reported, newest first; send `next_cursor` back for what follows."""

    items: list[IncidentOut]
    next_cursor: str | None


class Opening(Answer):
    """What opens one item's salted digest in a receipt."""

    salt: str
    identifier: str


class ReceiptOut(Answer):
    """A signed receipt for the case file (receipt+jwt), and what opens its digests."""

    receipt: str
    opening: list[Opening]


class BundleOut(Answer):
    """The offline bundle (bundle+jwt); saved as a file it is what `certhub-verify --trust` reads."""

    bundle: str


class KindOut(Answer):
    """A kind of certificate, without its fields."""

    code: str
    name: str
    name_en: str
    version: int
    code_origin: str
    holder_category: str
    min_holders: int
    max_holders: int
    validity: list[str]
    issuing_level: str


class KindList(Answer):
    """The kinds of the catalogue."""

    items: list[KindOut]


class ItemList(Answer):
    """Matters as certhub_schemas describes them, with the names of their kinds, and `elsewhere`."""

    items: list[dict[str, Any]]


class AgreementOut(Answer):
    """The live agreement with a region."""

    id: str
    n: int
    until: str


class PeerOut(Answer):
    """Another region; `stopped` is this hub's own stop, `waiting_notices` is what it has not been told yet."""

    code: str
    name: str
    name_en: str
    state: str
    url: str | None
    stopped: bool
    waiting_notices: int
    agreement: AgreementOut | None


class PeerList(Answer):
    """The other regions of the trust list."""

    items: list[PeerOut]


class CheckOut(Answer):
    """One thing that has to work; `code` says what fails, and `unknown` that it could not be looked at.

    What is not good has a sentence and a next step, in both languages, as a problem has.
    """

    check: str
    ok: bool
    state: Literal["good", "bad", "unknown"]
    code: str | None = None
    detail: dict[str, Any] = Field(default_factory=dict)
    title: str | None = None
    title_en: str | None = None
    next_step: str | None = None
    next_step_en: str | None = None


class HealthOut(Answer):
    """All checks together."""

    ready: bool
    checks: list[CheckOut]


class StatusLists(Answer):
    """The names of the status lists (Token Status List, "Aggregation")."""

    status_lists: list[str]


class ProblemPlace(Answer):
    """One wrong place: an RFC 6901 pointer into the body, or the name of a parameter."""

    pointer: str
    code: str
    message: str


class Problem(Answer):
    """RFC 9457 problem document; `code` is permanent, the texts follow Accept-Language."""

    type: str
    title: str
    title_en: str
    status: int
    code: str
    trace_id: str
    next_step: str
    next_step_en: str
    errors: list[ProblemPlace] | None = None


class BatchOut(Answer):
    """For each item of a batch, in order: its report, or the problem why there is none."""

    items: list[ReportOut | Problem]
