"""What a verification found: all answers together, and who is told what.

    ItemReport   one certificate: its facts, its verdict, what was disclosed
    UntoldItem   one certificate that was shown and is not told: a placeholder, so that none is left out unseen
    Report       one scan: the worst item speaks for all, or the code failed by itself and there are no items

`Report.to_dict` is the one JSON form, stable for programs (DESIGN §4): the hub stores it and answers with
it, and `certhub-verify --json` prints it. Times are RFC 3339 in China Standard Time (+08:00).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from certhub_schemas import Catalogue

from certhub_verifier.causes import CODES, Verdict
from certhub_verifier.facts import Checked
from certhub_verifier.formats.exchange.reported_fact import StatedIssuer
from certhub_verifier.policy import Channel
from certhub_verifier.predicates import GLANCE, Manner, PredicateAnswer
from certhub_verifier.requirement_report import MaterialsReport
from certhub_verifier.sentences import CHINA, Lang, Sentence, explain
from certhub_verifier.verdict import Judgement, worst

MAX_KEPT_TIMES = 4_096
VERSION = 1  # of the JSON form; grows when a member changes its meaning, not when one is added


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemReport:
    """One certificate as it was found.

    `kind_version` is the version of the kind that it was judged by, None where nobody stated it.

    `disclosed` is empty unless a signature over it was verified, and empty where the verdict is invalid: a name
    and an address help nobody to refuse. `issuer` and the first and last day are those of the certificate, where
    somebody who may be believed states them: a first day without a last one is no end, neither is not known.
    `detail` is what the headline's sentence can say. `manner` tells how it was shown, and what was answered in the
    place of values.
    """

    kind: str
    kind_name: str
    kind_name_en: str
    verdict: Verdict
    code: str
    facts: tuple[Checked, ...]
    disclosed: Mapping[str, Any] = field(default_factory=dict)
    detail: Mapping[str, str] = field(default_factory=dict)
    issuer: StatedIssuer | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    kind_version: int | None = None
    manner: Manner = GLANCE

    @property
    def result_number(self) -> int | None:
        """The number of GB/T 36906 for this outcome, where it has one."""
        return CODES[self.code].result_number

    def answering(self, more: tuple[PredicateAnswer, ...]) -> "ItemReport":
        """Return the item with more answered of it; what it says stays the same."""
        return replace(self, manner=replace(self.manner, predicates=(*self.manner.predicates, *more)))

    def judgement(self) -> Judgement:
        """Return what the item says, without why."""
        return Judgement(self.verdict, self.code, self.detail)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form of one item."""
        return {
            "kind": self.kind,
            "kind_version": self.kind_version,
            "kind_name": self.kind_name,
            "kind_name_en": self.kind_name_en,
            "verdict": self.verdict.value,
            "code": self.code,
            "result_number": self.result_number,
            "issuer": None if self.issuer is None else self.issuer.to_payload(),
            "valid_from": None if self.valid_from is None else self.valid_from.isoformat(),
            "valid_to": None if self.valid_to is None else self.valid_to.isoformat(),
            "facts": [fact_to_dict(checked) for checked in self.facts],
            "predicates": [one.to_dict(local_time(one.as_of)) for one in self.manner.predicates],
            "disclosed": dict(self.disclosed),
        }


@dataclass(frozen=True, slots=True)
class UntoldItem:
    """One certificate that was shown and of which nothing is told, not even its kind: undetermined, and why.

    `code` is NO_AGREEMENT where this counter may not be told, RECORD_GONE where the store has it no longer,
    MODE_L3 where it may be told once the identity is checked.
    """

    code: str
    detail: Mapping[str, str] = field(default_factory=dict)

    @property
    def verdict(self) -> Verdict:
        """What was not told was not checked."""
        return Verdict.UNDETERMINED

    def judgement(self) -> Judgement:
        """Return what the placeholder says."""
        return Judgement(self.verdict, self.code, self.detail)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form of the placeholder."""
        return {"verdict": self.verdict.value, "code": self.code}


ShownItem = ItemReport | UntoldItem
"""One certificate of a scan, told or not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One scan as it was found, `as_of` the moment for which it was judged (aware).

    `case_id` names the case that it belongs to, None where it stands alone. `materials` is how the matter's
    requirements stand after it, None where no matter asked.
    """

    verdict: Verdict
    code: str
    as_of: datetime
    channel: Channel
    items: tuple[ShownItem, ...] = ()
    detail: Mapping[str, str] = field(default_factory=dict)
    verification_id: str | None = None
    deficiency_allowed: bool = False
    receipt_url: str | None = None
    case_id: str | None = None
    materials: MaterialsReport | None = None

    def sentence(self, lang: Lang) -> Sentence:
        """Return what the clerk is told."""
        return explain(
            self.code, self.detail, lang=lang, deficiency_allowed=self.deficiency_allowed, now=self.as_of
        )

    def to_dict(self, lang: Lang = "zh") -> dict[str, Any]:
        """Return the JSON form; `lang` chooses the sentences, never the codes."""
        sentence, found = self.sentence(lang), self.materials
        case = {} if self.case_id is None else {"case_id": self.case_id}
        return {
            "version": VERSION,
            "verification_id": self.verification_id,
            **case,
            "verdict": self.verdict.value,
            "code": self.code,
            "headline": sentence.headline,
            "next_step": sentence.next_step,
            "as_of": local_time(self.as_of),
            "channel": self.channel.value,
            "items": [item.to_dict() for item in self.items],
            "requirements": [] if found is None else [one.to_dict() for one in found.requirements],
            "materials": None if found is None else found.materials.value,
            "receipt_url": self.receipt_url,
        }


def overall(
    items: Sequence[ShownItem],
    *,
    channel: Channel,
    as_of: datetime,
    is_count_known: bool = True,
    about: Mapping[str, str] | None = None,
    verification_id: str | None = None,
    deficiency_allowed: bool = False,
    receipt_url: str | None = None,
) -> Report:
    """Put items together: the worst one speaks for all.

    `items` has one for every certificate that was shown, a placeholder where it is not told. Where nobody said
    how many were shown (`is_count_known` false, `about` what the sentence can say) the best is check.

    Where the worst speaks of the code itself (used up, expired, not ours) or nothing could be read, no
    certificate was judged, and the report has no items. No items at all is NOT_FOUND, never valid.
    """
    found = [item.judgement() for item in items]
    if not is_count_known:
        found.append(Judgement(Verdict.CHECK, "SHOWN_UNKNOWN", about or {}))
    judgement = worst(found) if items else Judgement(Verdict.UNDETERMINED, "NOT_FOUND")
    unread = all(isinstance(item, ItemReport) and not item.kind for item in items)
    return Report(
        verdict=judgement.verdict,
        code=judgement.code,
        as_of=as_of,
        channel=channel,
        items=() if unread or CODES[judgement.code].of_code else tuple(items),
        detail=judgement.detail,
        verification_id=verification_id,
        deficiency_allowed=deficiency_allowed,
        receipt_url=receipt_url,
    )


def failed(
    code: str,
    detail: Mapping[str, str] | None = None,
    *,
    channel: Channel,
    as_of: datetime,
    verification_id: str | None = None,
    deficiency_allowed: bool = False,
    receipt_url: str | None = None,
) -> Report:
    """Return the report of a code that fails by itself: no certificate was looked at.

    A code that was shown too lightly for its matter fails too, and nothing behind it is told: MODE_L2 is check.

    Raises:
        ValueError: `code` would say that something is good; a failure cannot.
    """
    verdict = CODES[code].verdict
    if verdict in (Verdict.VALID, Verdict.CHECK) and code != "MODE_L2":
        raise ValueError(f"{code} is no failure")
    return Report(
        verdict=verdict,
        code=code,
        as_of=as_of,
        channel=channel,
        detail=detail or {},
        verification_id=verification_id,
        deficiency_allowed=deficiency_allowed,
        receipt_url=receipt_url,
    )


def fact_to_dict(checked: Checked) -> dict[str, Any]:
    """Return the JSON form of one fact; members that say nothing are left out."""
    form: dict[str, Any] = {"fact": str(checked.fact), "outcome": str(checked.outcome)}
    if checked.cause is not None:
        form["cause"] = checked.cause
    form["as_of"] = local_time(checked.as_of)
    if checked.evidence is not None:
        form["evidence"] = checked.evidence
    if checked.detail:
        form["detail"] = dict(checked.detail)
    return form


def kind_names(kind: str, catalogue: Catalogue | None, *, version: int | None = None) -> tuple[str, str]:
    """Return what the catalogue calls a kind, Chinese and English, in that version of it or else in its newest.

    A kind that it does not hold goes by its code.
    """
    named = catalogue.version(kind, version) if catalogue and version is not None else None
    entry = named or (catalogue.kind(kind) if catalogue else None)
    return (entry.name, entry.name_en) if entry else (kind, kind)


@lru_cache(maxsize=MAX_KEPT_TIMES)
def local_time(moment: datetime) -> str:
    """Return `moment` (aware) as RFC 3339 in China Standard Time, to the second. Few moments make a scan."""
    return moment.astimezone(CHINA).isoformat(timespec="seconds")
