"""One certificate while the engine judges it: by what, and what has been found so far."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from certhub_schemas import Catalogue

from certhub_verifier.checks import core
from certhub_verifier.facts import Checked, Outcome
from certhub_verifier.floor import FloorRow
from certhub_verifier.formats.exchange.reported_fact import StatedIssuer
from certhub_verifier.policy import Policy
from certhub_verifier.predicates import Manner
from certhub_verifier.trust import TrustSet


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
        self.disclosed, doubt = core.fit_to_show(disclosed, evidence=looked_at, now=self.now)
        if doubt is None:
            return
        for place, one in enumerate(self.facts):
            if one.fact is doubt.fact and one.outcome is Outcome.YES:
                self.facts[place] = doubt
