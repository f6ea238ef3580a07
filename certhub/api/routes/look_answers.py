"""What is answered of looks, disputes and notices."""

from typing import Literal

from certhub.api.routes.report_answers import Answer


class DisputeState(Answer):
    """How a holder's dispute stands; `finding` is empty until it is settled."""

    state: Literal["open", "settled"]
    opened_at: str
    due_at: str
    finding: Literal["justified", "not_justified", "record_corrected", "unclear"] | None
    settled_at: str | None


class LookOut(Answer):
    """Who looked at a certificate, where, for what, at which fields; verdict and code once the other side says them.

    Without a kind nothing was seen: a counter asked whether there is anything to be fetched.
    """

    id: str
    at: str
    region: str
    region_name: str
    region_name_en: str
    office: str
    window: str
    matter: str
    matter_name: str
    matter_name_en: str
    kind: str | None
    kind_name: str | None
    kind_name_en: str | None
    fields: list[str]
    predicates: list[str]
    verdict: Literal["valid", "check", "invalid", "undetermined"] | None
    code: str | None
    result: Literal["confirmed", "not_the_person", "reported"] | None
    acting_for: str | None
    disputed: bool
    dispute: DisputeState | None


class LookPage(Answer):
    """Some of the looks at what you hold, newest first; send `next_cursor` back for what follows."""

    items: list[LookOut]
    next_cursor: str | None


class DisputeOut(Answer):
    """What a holder objects to; the hub that looked knows neither certificate nor note."""

    id: str
    home: str
    home_name: str
    home_name_en: str
    looker: str
    looker_name: str
    looker_name_en: str
    verification_id: str
    office: str
    window: str
    matter: str
    matter_name: str
    matter_name_en: str
    kind: str | None
    kind_name: str | None
    kind_name_en: str | None
    certificate_id: str | None
    looked_at: str | None
    note: str | None
    at: str
    due_at: str
    state: Literal["open", "settled"]
    is_overdue: bool
    may_settle: bool
    finding: Literal["justified", "not_justified", "record_corrected", "unclear"] | None
    settled_at: str | None


class DisputePage(Answer):
    """Some of the disputes that you see, those that wait first; send `next_cursor` back for what follows.

    `waiting` and `overdue` count all that you see, on whatever page.
    """

    items: list[DisputeOut]
    next_cursor: str | None
    waiting: int
    overdue: int


class NoticeOut(Answer):
    """Whether a notice was taken, or why not."""

    taken: bool | None = None
    refused: str | None = None
