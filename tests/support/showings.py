"""What is shown to the engine while all is well: a redeemed ticket, a peer's good answer, good news from home."""

from certhub_verifier import (
    Checked,
    Fact,
    Outcome,
    PeerAnswer,
    PresentedCredential,
    RedemptionRecord,
    StatusAt,
    StatusRecord,
)
from certhub_verifier.formats.exchange.envelope import AnsweredItem
from certhub_verifier.formats.exchange.reported_fact import StatedFact

from tests.support.credentials import AWAY, HOME, LICENCE, NOW

TOLD = (
    "well_formed",
    "signature",
    "issuer_known",
    "issuer_entitled",
    "dates",
    "status",
    "audience",
    "one_time",
)
"""The facts that a region states of a certificate shown by a ticket, by their names on the wire."""


def redeemed(text):
    """A credential whose ticket was redeemed."""
    return PresentedCredential(text, "ticket", Checked(Fact.ONE_TIME, Outcome.YES, None, NOW), asker=None)


def answered(disclosed, *, kind=LICENCE, version=1):
    """What 420700 tells 420100, all of it good."""
    facts = tuple(StatedFact(name, "yes", None, NOW) for name in TOLD)
    item = AnsweredItem(
        kind=kind, kind_version=version, facts=facts, disclosed=disclosed, cert_digest="d" * 64
    )
    return PeerAnswer(HOME, item, "e" * 64, NOW, asker=AWAY)


def news(need):
    """All is well at home."""
    return (
        StatusRecord("active", NOW)
        if isinstance(need, StatusAt)
        else RedemptionRecord(redeemed=False, as_of=NOW)
    )
