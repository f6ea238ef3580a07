"""One trip through a flow sees one world: time, trust and catalogue are taken once, at its start.

    trip = hub.at(by)

A trust set that changes while a verification runs would judge one half of it, and the receipt would name the other.
So no flow asks the hub for any of the three again (tests/house/test_trips.py). What is written takes the moment of
its own unit of work: a code is used when its row says so, an event is dated by its transaction.
"""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import TYPE_CHECKING

from certhub_keys.signer import Signer
from certhub_schemas import Catalogue, Kind, Matter
from certhub_schemas.purposes import Purpose
from certhub_verifier.memory import SignatureMemory
from certhub_verifier.trust import TrustSet, manifest, read_manifest

from certhub.adapters.messenger import Messenger
from certhub.adapters.network import Network
from certhub.adapters.public_files import PublicFiles
from certhub.db.engine import FarPen, Pen, Unit
from certhub.errors import NotFound, Unavailable
from certhub.hub.in_force import day_in_china, kind_in_force, matter_in_force
from certhub.people.parties.people import Actor
from certhub.settings import Settings
from certhub.sharing.messages.rules import Medium

if TYPE_CHECKING:
    from certhub.hub import Hub


@dataclass(frozen=True)
class Trip:
    """What a flow hands down: the world that judges, who asks (None where no account does), and the hub's doors.

    now        aware, in UTC: the moment by which everything is judged
    trust      the trust set in force then
    catalogue  the kinds and matters that are known then
    """

    now: datetime
    trust: TrustSet
    catalogue: Catalogue
    by: Actor | None
    hub: "Hub"

    @property
    def region(self) -> str:
        """The region that the hub serves, six digits."""
        return self.hub.region

    @property
    def settings(self) -> Settings:
        """The hub's settings."""
        return self.hub.settings

    @property
    def random(self) -> Callable[[int], bytes]:
        """The hub's randomness."""
        return self.hub.random

    @property
    def public_files(self) -> PublicFiles:
        """The hub's public files."""
        return self.hub.public_files

    @property
    def memory(self) -> SignatureMemory:
        """What this process remembers of credentials whose signature was good."""
        return self.hub.memory

    @property
    def network(self) -> Network:
        """The way to other regions."""
        return self.hub.network

    @property
    def messengers(self) -> Mapping[Medium, Messenger]:
        """Who takes messages to people, by medium: those that are set up."""
        return self.hub.messengers

    @property
    def day(self) -> date:
        """The day in China on which the trip is made: what begins or ends on a day is judged by it."""
        return day_in_china(self.now)

    def kind(self, code: str) -> Kind:
        """Return the version of a kind that is in force; raises KindUnknown."""
        return kind_in_force(self.catalogue, code, self.now)

    def matter(self, code: str) -> Matter:
        """Return the version of a matter that is in force; raises MatterUnknown."""
        return matter_in_force(self.catalogue, code, self.now)

    def kinds(self) -> tuple[Kind, ...]:
        """Return the kinds that are in force."""
        return self.catalogue.kinds(on=self.day)

    def matters(self) -> tuple[Matter, ...]:
        """Return the matters that are in force, in display order."""
        return self.catalogue.matters(on=self.day)

    def trust_files(self) -> dict[str, bytes]:
        """Return the files of the trust set that judges: {relative path: bytes}, also where the folder has moved on.

        Raises:
            Unavailable: they are kept no longer, and the folder holds others (TRUST_MOVED_ON).
        """
        try:
            listed = read_manifest(self.public_files.document(self.trust.digest))
            return {path: self.public_files.document(digest) for path, digest in listed.items()}
        except NotFound:  # they could not be kept: a full disk takes no trust away
            files = self.hub.trust_folder.files()
        if sha256(manifest(files)).hexdigest() != self.trust.digest:
            raise Unavailable("the trust list was replaced at this moment; ask again", code="TRUST_MOVED_ON")
        return files

    def moment(self) -> datetime:
        """What time it is now, aware, in UTC: when a thing happened in the course of the trip; it judges nothing."""
        return self.hub.clock.now()

    def far_pen(self, now: datetime) -> FarPen:
        """What makes rows of a moment in another process, for this hub's store."""
        return self.hub.database.far_pen(now)

    def step(self, name: str) -> None:
        """Say which numbered step comes next."""
        self.hub.step(name)

    def reading(self) -> AbstractContextManager[Unit]:
        """One consistent view of the store."""
        return self.hub.reading()

    def writing(self) -> AbstractContextManager[Unit]:
        """One transaction on the store."""
        return self.hub.writing()

    def pen(self) -> Pen:
        """What makes rows now, outside any transaction."""
        return self.hub.pen()

    def signer(self, purpose: Purpose) -> Signer:
        """The region's signer for a purpose, by the trust set and the time of the trip."""
        return self.hub.keyring.region_signer(purpose, trust=self.trust, at=self.now)

    def seal(self, agency: str) -> Signer:
        """An agency's seal signer, by the trust set and the time of the trip."""
        return self.hub.keyring.seal_signer(agency, trust=self.trust, at=self.now)
