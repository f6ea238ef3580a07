"""What was shown, as the engine is handed it: one value for each way in which a certificate arrives.

    PresentedCredential   a credential as text: by a redeemed ticket, or as a file that anybody could hold
    SealedCode            a sealed or paper code as it was scanned
    PeerAnswer            one item of another region's signed answer

Each says in which `manner` it was shown: the mode that was reached, and what was answered in the place of values.

The channel and the row of the floor are the evidence's own; nobody says them beside it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from certhub_verifier.facts import Checked
from certhub_verifier.floor import FloorRow
from certhub_verifier.formats import codes
from certhub_verifier.formats.credential.keybinding import Binding
from certhub_verifier.formats.exchange.envelope import AnsweredItem
from certhub_verifier.policy import Channel
from certhub_verifier.predicates import GLANCE, Manner


@dataclass(frozen=True, slots=True)
class PresentedCredential:
    """A credential as text, with the fields that were chosen.

    `how` it came: by a ticket, and then `redeemed` is what the hub found when it redeemed it (one_time),
    or as a file that anybody could hold. `known` are other facts that only the caller can know: that it
    was meant for this counter (audience), that the ledger holds it (logged). `asker` is the region of the
    counter, or None said aloud: a certificate of another region needs an agreement wherever there is one.
    `expect` is what the holder was asked to sign, where that is known; a key binding is looked at in any case.
    """

    text: str
    how: Literal["ticket", "file"]
    redeemed: Checked | None = None
    known: tuple[Checked, ...] = ()
    asker: str | None = field(kw_only=True)
    expect: Binding | None = field(default=None, kw_only=True)
    manner: Manner = field(default=GLANCE, kw_only=True)

    @property
    def known_facts(self) -> tuple[Checked, ...]:
        """All that the caller knows."""
        return (self.redeemed, *self.known) if self.redeemed else self.known


@dataclass(frozen=True, slots=True)
class SealedCode:
    """A sealed or paper code as it was scanned, prefix and all; `known` and `asker` as above.

    `kind_version` and `valid_to` are what the row of its certificate says, for the region that keeps it. The code
    itself has no room for them: nobody else knows them. Without a last day its term is the code's own alone.
    """

    text: str
    known: tuple[Checked, ...] = ()
    asker: str | None = field(kw_only=True)
    kind_version: int | None = field(default=None, kw_only=True)
    valid_to: date | None = field(default=None, kw_only=True)
    manner: Manner = field(default=GLANCE, kw_only=True)


@dataclass(frozen=True, slots=True)
class PeerAnswer:
    """One item of an xr-res+jwt whose envelope the caller has verified: signature, region, request, time.

    `signature_digest` is the hex SHA-256 of that token, the evidence of each fact that it states; `as_of`
    its `iat`; `asker` the region that asked, which is ours.
    """

    region: str
    item: AnsweredItem
    signature_digest: str
    as_of: datetime
    asker: str
    purpose: str = "verify"
    manner: Manner = GLANCE


Evidence = PresentedCredential | SealedCode | PeerAnswer


_KINDS: Mapping[Channel, FloorRow] = {
    Channel.TICKET: FloorRow.TICKET,
    Channel.FILE: FloorRow.FILE,
    Channel.SEALED: FloorRow.CODE,
    Channel.PAPER: FloorRow.CODE,
    Channel.PEER: FloorRow.ANSWER,
}


def channel_of(evidence: Evidence) -> Channel:
    """Return the channel that `evidence` came by; of a code its prefix says it, and what is no code is SEALED."""
    match evidence:
        case PresentedCredential(how=how):
            return Channel.TICKET if how == "ticket" else Channel.FILE
        case PeerAnswer():
            return Channel.PEER
        case SealedCode(text=text):
            paper = codes.normalise(text[: codes.MAX_TEXT]).startswith("EC3")
            return Channel.PAPER if paper else Channel.SEALED


def kind_of(evidence: Evidence) -> FloorRow:
    """Return the row of the floor on which `evidence` stands."""
    return _KINDS[channel_of(evidence)]
