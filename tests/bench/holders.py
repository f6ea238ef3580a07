"""Who shows what: the holders of the imported licences, each in turn, so that no two showings are of one credential.

A case that shows one licence again and again measures somebody's cache.
"""

from dataclasses import dataclass, field, replace
from functools import cached_property
from uuid import UUID

from certhub.flows.verification import show
from certhub.flows.verification.show import Choice, Mode
from certhub.people.parties.people import Actor
from certhub.records.certificates import store as certificates
from certhub.records.certificates.record import Certificate
from certhub.verification.tickets.item import TicketItem
from tests.bench import made
from tests.support.region import Region

TOGETHER = 500
IMPORTED = f"{made.COMPANY}0"
"""How the number of an imported licence begins; the demo's own enterprise has a higher one."""


@dataclass
class Holders:
    """The imported licences of a region, newest first; from the beginning again when all were shown."""

    region: Region
    _waiting: list[Certificate] = field(default_factory=list)
    _last: UUID | None = None

    @cached_property
    def _account(self) -> Actor:
        return self.region.holder

    @cached_property
    def _agencies(self) -> tuple[str, ...]:
        return self.region.agency.agencies

    def next(self) -> tuple[Actor, Certificate]:
        """Return the next holder, as an account that is signed in, and the licence that it holds."""
        while not self._waiting:
            with self.region.hub.reading() as unit:
                found = certificates.issued_by(unit, self._agencies, limit=TOGETHER, before=self._last)
            self._last = found[-1].id if found else None
            self._waiting = [one for one in found if one.record.number.startswith(IMPORTED)]
        certificate = self._waiting.pop(0)
        holder = certificate.record.holders[0]
        index = self.region.hub.database.vault.index(holder.id_type, holder.id_number)
        return replace(self._account, holder=index), certificate

    def choice(self) -> tuple[Choice, Actor]:
        """Return what the next holder shows, and who that is."""
        by, certificate = self.next()
        return Choice((TicketItem(certificate.certificate_id),), Mode.TICKET), by

    def ticket(self) -> str:
        """Return a fresh ticket of the next holder."""
        choice, by = self.choice()
        return show.show(choice, by=by, hub=self.region.hub).code
