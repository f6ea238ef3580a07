"""The certificates that a region's demo begins with: each entry of its file, as of a day, ready to be issued.

A test card is made from `card-licence`, `foreign-card-licence`, `card-expires-soon`, `suspended`, `expired` or
`revoked` (and `stranger`, demo/stranger.py): none is in the hands of 张演示, whose certificates the story renews and
revokes.
"""

from dataclasses import dataclass
from datetime import date

from certhub.demo.region_file import CertificateEntry, DemoRegion, on
from certhub.people.parties.people import Party
from certhub.records.catalog.draft import RawDraft
from certhub.records.certificates.rules import State, Transition, after


@dataclass(frozen=True)
class Seed:
    """One certificate to issue, and what happens to it afterwards; the test cards find it by its name."""

    name: str
    draft: RawDraft
    event: Transition | None = None
    reason: str = ""
    renew: bool = False
    leave: str | None = None
    """`intended` stays unsigned, `voided` is given up: two states that only an accident makes."""
    dated: bool = False
    """Whether it is about its end, so that another day needs another certificate."""

    @property
    def standing(self) -> State:
        """The state in which the certificate of this seed is found; of a renewed one, the newer version's."""
        if self.leave is not None:
            return State(self.leave)
        return State.ACTIVE if self.event is None else after(State.ACTIVE, self.event)


def seeds(region: DemoRegion, today: date) -> tuple[Seed, ...]:
    """Return every certificate that a region begins with, dated around `today`."""
    return tuple(
        Seed(
            one.name,
            draft_of(one, region, today),
            event=one.change,
            reason=one.reason,
            renew=one.renewed,
            leave=one.left,
            dated=one.dated,
        )
        for one in region.file.certificates
    )


def draft_of(entry: CertificateEntry, region: DemoRegion, today: date) -> RawDraft:
    """Return an entry as an agency would send it; it is issued on the day from which it is valid."""
    known: dict[str, Party] = {person.name: person for person in region.people}
    holders = [known[name] for name in entry.holders]
    begin = on(entry.valid_from, today)
    return RawDraft(
        kind=entry.kind,
        agency=entry.agency,
        holders=[(holder.name, holder.id_type, holder.id_number) for holder in holders],
        number=entry.number,
        issued_on=begin,
        valid_from=begin,
        valid_to=None if entry.valid_to is None else on(entry.valid_to, today),
        claims={title: on(value, today) for title, value in entry.claims.items()},
    )
