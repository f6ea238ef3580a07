"""What of a certificate can be shown: only what a person reads as it was signed."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from certhub_schemas import CORE_NAMES
from certhub_schemas.text import all_fit, unfit, unfit_within

from certhub_verifier.checks.core import unknown
from certhub_verifier.facts import Checked, Fact


def fit_to_show(
    disclosed: Mapping[str, Any], *, evidence: str | None, now: datetime
) -> tuple[Mapping[str, Any], Checked | None]:
    """Return what can be shown as it stands, and an answer where something cannot.

    A claim with a character that nobody sees, or that turns the text around it, is dropped and the shape is
    undetermined. It is no "no": its signer sealed it so, and nobody altered it. It is not shown with the
    character taken out either: that is a text that nobody signed.
    """
    if all_fit(disclosed):
        return disclosed, None
    fit = {
        name: value
        for name, value in disclosed.items()
        if not unfit(name) and not unfit_within(value, lines=name not in CORE_NAMES)
    }
    doubt = unknown(Fact.WELL_FORMED, "TEXT_UNFIT", now, evidence) if len(fit) < len(disclosed) else None
    return fit, doubt
