"""The hub as one value: everything the outside world can do to it, handed in.

    clock         what time it is         network    other regions
    random        randomness              trust      the trust set in force
    database      units of work           catalogue  the kinds that it knows
    public_files  what anybody may read   keyring    signers
    keys          where the keys are: a new agency's seal is made there
    messengers    who takes messages to people, by medium
    step          called before every numbered step of a flow
    memory        credentials of which this process knows that the issuer's signature is good

Nothing reaches around it. A test hands in a stopped clock, seeded randomness, a broken network, or a `step`
that kills the process; weeks of several regions can be simulated in one process from a seed.
"""

import secrets
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Self

from certhub_keys.signer import Signer
from certhub_keys.uri import Keys, open_keys
from certhub_schemas import Catalogue, Kind, Matter, shipped_catalogue
from certhub_schemas.purposes import Purpose
from certhub_verifier.memory import SignatureMemory
from certhub_verifier.trust import TrustSet

from certhub.adapters.clock import Clock, SystemClock
from certhub.adapters.messenger import Messenger
from certhub.adapters.network import HttpNetwork, Network
from certhub.adapters.public_files import PublicFiles
from certhub.adapters.tls import client_context
from certhub.db.engine import Database, Pen, Unit, open_engine
from certhub.db.sealing import Vault
from certhub.db.writer import Writer
from certhub.hub.effects import Flow, Result, drive
from certhub.hub.in_force import day_in_china, kind_in_force, matter_in_force
from certhub.hub.keyring import Keyring
from certhub.hub.messengers import messengers_of
from certhub.hub.trip import Trip
from certhub.people.parties.people import Actor
from certhub.regions.trust.folder import TrustFolder
from certhub.settings import BadSettings, Settings
from certhub.sharing.messages.rules import Medium

TRUST, PUBLIC, PASSPHRASE, SQLITE = "trust", "public", "keys.passphrase", "certhub.db"
DEMO_TOKENS, DEMO_PAGES = "demo-tokens.json", "demo-pages.json"  # {role: token}, where a demo left them
DEMO_ORDER = (
    "demo.json"  # beside the folders of a demo's regions: {"regions": [code, …]}, the first one first
)
SECRETS = ("data", "index", "bucket", "event")


def no_step(name: str) -> None:
    """Do nothing before a step: the ordinary hub."""


def known_catalogue() -> Catalogue:
    """Return the kinds and matters that a hub knows when it is opened: those of this release."""
    return shipped_catalogue()


@dataclass(frozen=True)
class Hub:
    """One region's hub."""

    settings: Settings
    clock: Clock
    random: Callable[[int], bytes]
    database: Database
    keys: Keys
    keyring: Keyring
    public_files: PublicFiles
    trust_folder: TrustFolder
    network: Network
    messengers: Mapping[Medium, Messenger] = field(default_factory=dict)
    step: Callable[[str], None] = no_step
    catalogue: Catalogue = field(default_factory=known_catalogue)
    memory: SignatureMemory = field(default_factory=SignatureMemory)

    @classmethod
    def open(
        cls,
        settings: Settings,
        *,
        clock: Clock | None = None,
        random: Callable[[int], bytes] = secrets.token_bytes,
        network: Network | None = None,
        step: Callable[[str], None] = no_step,
        deterministic: bool = False,
    ) -> Self:
        """Open the hub that lives in `settings.data`; the folder, its keys and its database must exist.

        `deterministic` signs with RFC 6979 (simulation).
        """
        clock = clock or SystemClock()
        keys = keys_of(settings)
        vault = vault_of(keys, random)
        engine = open_engine(database_url(settings), schema=settings.database_schema)
        public_files = PublicFiles(settings.data / PUBLIC)
        return cls(
            settings=settings,
            clock=clock,
            random=random,
            database=Database(engine, vault, clock, random),
            keys=keys,
            keyring=Keyring(settings.region, lambda kid: keys.signer(kid, deterministic=deterministic)),
            public_files=public_files,
            trust_folder=TrustFolder(settings.data / TRUST, clock, public_files.keep),
            network=network or _network(settings),
            messengers=messengers_of(settings),
            step=step,
        )

    @property
    def is_embedded(self) -> bool:
        """Whether the database is a file of this machine: reading it takes no longer than changing threads."""
        return self.database.engine.dialect.name == "sqlite"

    @property
    def region(self) -> str:
        """The region that this hub serves, six digits."""
        return self.settings.region

    @property
    def is_random(self) -> bool:
        """Whether its randomness is the machine's: a copy of this process then never draws what this one drew."""
        return self.random is secrets.token_bytes

    def now(self) -> datetime:
        """What time it is, aware, in UTC."""
        return self.clock.now()

    def kind(self, code: str, at: datetime) -> Kind:
        """Return the version of a kind that is in force at a time; raises KindUnknown."""
        return kind_in_force(self.catalogue, code, at)

    def kinds(self, at: datetime) -> tuple[Kind, ...]:
        """Return the kinds that are in force at a time."""
        return self.catalogue.kinds(on=day_in_china(at))

    def matter(self, code: str, at: datetime) -> Matter:
        """Return the version of a matter that is in force at a time; raises MatterUnknown."""
        return matter_in_force(self.catalogue, code, at)

    def matters(self, at: datetime) -> tuple[Matter, ...]:
        """Return the matters that are in force at a time, in display order."""
        return self.catalogue.matters(on=day_in_china(at))

    @property
    def trust(self) -> TrustSet:
        """The trust set in force; raises NoTrust when there is none."""
        return self.trust_folder.current()

    def reading(self) -> AbstractContextManager[Unit]:
        """One consistent view of the store."""
        return self.database.reading()

    def writing(self) -> AbstractContextManager[Unit]:
        """One transaction on the store."""
        return self.database.writing()

    def commit(self, write: Callable[[Unit], Any], *, rows: int = 1) -> Any:
        """Write in one transaction of its own, in this thread."""
        with self.database.writing() as unit:
            return write(unit)

    def leave(self, write: Callable[[Unit], Any]) -> None:
        """Write in one transaction of its own, in this thread: nobody is left waiting for anything."""
        self.commit(write)

    def drive(self, flow: Flow[Result]) -> Result:
        """Run a flow to its end in this thread, each of its writes in a transaction of its own."""
        return drive(flow, self)

    @cached_property
    def writer(self) -> Writer:
        """The one writer of this process, which writes together what waits."""
        return Writer(self.database.writing, self.clock.monotonic)

    def pen(self) -> Pen:
        """What makes rows now, outside any transaction."""
        return self.database.pen()

    def at(self, by: Actor | None) -> Trip:
        """Return the world as it is now, for one trip through a flow; raises NoTrust when there is no trust set."""
        return Trip(now=self.now(), trust=self.trust, catalogue=self.catalogue, by=by, hub=self)

    def signer(self, purpose: Purpose) -> Signer:
        """The region's signer for a purpose, as of now."""
        return self.at(None).signer(purpose)

    def seal(self, agency: str) -> Signer:
        """An agency's seal signer, as of now."""
        return self.at(None).seal(agency)

    def close(self) -> None:
        """Write what waits, and let go of the database."""
        if "writer" in self.__dict__:
            self.writer.close()
        self.database.close()


def _network(settings: Settings) -> HttpNetwork:
    extra = settings.tls_authorities
    return HttpNetwork(tls=client_context(None if extra is None else settings.beside(extra)))


def keys_of(settings: Settings) -> Keys:
    """Open the hub's keys by their URI: signers of the region and its agencies, and the secrets of the vault.

    Raises:
        BadKeyUri, NotAvailable: the setting `keys` names none that this version reads.
        WrongPassphrase, BadKeyFile: the store does not open.
        BadSettings: the passphrase cannot be read, or lies beside the keys.
    """
    folder = settings.data.resolve()
    return open_keys(
        settings.keys, beside=folder, passphrase=lambda store: read_passphrase(settings, Path(store))
    )


def vault_of(keys: Keys, random: Callable[[int], bytes]) -> Vault:
    """Return the vault whose keys are those of a hub."""
    data, index, bucket, event = (keys.secret(name) for name in SECRETS)
    return Vault(data, index, bucket, event, random)


def database_url(settings: Settings) -> str:
    """Where the tables are: the setting, or SQLite in the hub's folder."""
    return settings.database_url or f"sqlite:///{settings.data / SQLITE}"


def read_passphrase(settings: Settings, store: Path) -> bytes:
    """Read what opens a key store.

    Raises:
        BadSettings: there is no such file, or in production it lies in the hub's folder or beside the keys it opens.
    """
    path: Path = settings.passphrase_file or settings.data / PASSPHRASE
    near = (settings.data.resolve(), store.resolve())
    if not settings.is_demo and any(path.resolve().is_relative_to(folder) for folder in near):
        raise BadSettings(
            f"{path} lies beside the keys that it opens; set CERTHUB_PASSPHRASE_FILE to another place"
        )
    try:
        return path.read_bytes().strip()
    except OSError as missing:
        raise BadSettings(f"cannot read the passphrase file {path}; set CERTHUB_PASSPHRASE_FILE") from missing
