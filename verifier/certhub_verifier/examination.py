"""One certificate while the engine judges it: by what, and what has been found so far."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from certhub_schemas import Catalogue

from certhub_verifier.causes import Verdict
from certhub_verifier.checks.shown import fit_to_show
from certhub_verifier.facts import Checked, Fact, Outcome
from certhub_verifier.floor import FloorRow
from certhub_verifier.formats.exchange.reported_fact import StatedIssuer
from certhub_verifier.frozen import quick
from certhub_verifier.policy import Policy
from certhub_verifier.predicates import Manner
from certhub_verifier.report import ItemReport, kind_names
from certhub_verifier.trust import TrustSet
from certhub_verifier.verdict import judge

_report = quick(ItemReport)


@dataclass(slots=True, kw_only=True)
class Examination:
    """One certificate while it is judged: by what, and what has been found so far."""

    evidence: FloorRow
    trust: TrustSet | None
    policy: Policy
    catalogue: Catalogue | None
    now: datetime
    manner: Manner
    kind: str = ""
    kind_version: int | None = None
    facts: list[Checked] = field(default_factory=list)
    disclosed: Mapping[str, Any] = field(default_factory=dict)
    issuer: StatedIssuer | None = None
    valid_from: date | None = None
    valid_to: date | None = None

    def add(self, checked: Checked) -> bool:
        """Note a fact; tells whether it is a yes, so that what rests on it may be looked at."""
        self.facts.append(checked)
        return checked.outcome is Outcome.YES

    def show(self, disclosed: Mapping[str, Any], looked_at: str | None) -> None:
        """Show what can be read as it stands; what cannot is dropped, and takes away a yes of the shape."""
        self.disclosed, doubt = fit_to_show(disclosed, evidence=looked_at, now=self.now)
        if doubt is None:
            return
        for place, one in enumerate(self.facts):
            if one.fact is doubt.fact and one.outcome is Outcome.YES:
                self.facts[place] = doubt


_PLACES = {fact: place for place, fact in enumerate(Fact)}


def _place(checked: Checked) -> int:
    return _PLACES[checked.fact]


def _untold(manner: Manner) -> Manner:
    """Return in which manner it was shown, without what was answered, and of whom."""
    return replace(manner, predicates=(), subjects=()) if manner.predicates or manner.subjects else manner


def judged(case: Examination) -> ItemReport:
    """Return what was found of a certificate, and what that makes of it."""
    judgement = judge(case.facts, case.policy, case.evidence)
    name, name_en = kind_names(case.kind, case.catalogue, version=case.kind_version)
    behind = next((one.detail for one in case.facts if one.fact is Fact.STANDS_BEHIND), {})
    is_invalid = judgement.verdict is Verdict.INVALID
    return _report(
        kind=case.kind,
        kind_version=case.kind_version,
        kind_name=name,
        kind_name_en=name_en,
        verdict=judgement.verdict,
        code=judgement.code,
        facts=tuple(sorted(case.facts, key=_place)),
        disclosed={} if is_invalid else case.disclosed,
        manner=_untold(case.manner) if is_invalid else case.manner,
        detail={**behind, **judgement.detail},
        issuer=case.issuer,
        valid_from=case.valid_from,
        valid_to=case.valid_to,
    )
