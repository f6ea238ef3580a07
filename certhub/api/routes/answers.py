"""What callers get, for OpenAPI: described here, tested against real answers, never used to change one.

The flows return plain values, and those are what goes out; a model that filtered them would be a second
place that decides what an asker may see.
"""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict


class Answer(BaseModel):
    """The base: a member that is not described here fails a test."""

    model_config = ConfigDict(extra="forbid")


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
    """What a holder can show."""

    items: list[HeldOut]


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
    disclosed: dict[str, Any]
    masked: list[str] | None = None
    holder: str | None = None


class UntoldItemOut(Answer):
    """One certificate that was shown and is not told: `NO_AGREEMENT`, or `RECORD_GONE`."""

    verdict: Literal["undetermined"]
    code: str


class ReportOut(Answer):
    """What a verification found; the worst item speaks for all, and a code that fails itself has no items."""

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
    receipt_url: str | None


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
    """A list whose items are described by certhub_schemas."""

    items: list[dict[str, Any]]


class AgreementOut(Answer):
    """The live agreement with a region."""

    id: str
    n: int
    until: str


class PeerOut(Answer):
    """Another region; `stopped` is this hub's own stop."""

    code: str
    name: str
    name_en: str
    state: str
    url: str | None
    stopped: bool
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
    detail: dict[str, Any] = {}
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
