"""Keys in files, for small sites and tests.

    store/
    ├── store.json         Argon2id parameters and salt; the master key, sealed by the passphrase
    ├── keys/<kid>.json    one signing key: public members in clear, PKCS#8 sealed by the master key
    └── secrets/<name>.json  one symmetric key, likewise

The passphrase costs one Argon2id when the store is opened; the rest is AES-256-GCM. Whoever runs as this
process can read every key: `KeyStore.is_software` says so, and a caller that cares warns with
`SoftwareStoreWarning` or refuses. One process may make keys while others read. Taking a key file away,
or putting an old copy of one back, is not noticed here: what keys there are is told by the trust list.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from types import MappingProxyType
from typing import Self

from certhub_schemas.algorithms import Algorithm, UnknownAlgorithm, algorithm
from certhub_schemas.purposes import Purpose

from certhub_keys import files
from certhub_keys.cost import KEY_BYTES, Cost
from certhub_keys.envelope import Envelope
from certhub_keys.errors import BadKeyFile, KeyExists, NoSuchKey, NotAvailable
from certhub_keys.master import unwrap, wrap
from certhub_keys.names import checked
from certhub_keys.randomness import Random, draw
from certhub_keys.suites import PrivateKey, suite

KEY_FORMAT, SECRET_FORMAT = "certhub-key-1", "certhub-secret-1"
KEY_MEMBERS = frozenset({"kid", "algorithm", "purpose", "jwk"})
SECRET_MEMBERS = frozenset({"name"})
MIN_SECRET, MAX_SECRET = 16, 1024  # bytes; under 128 bits is no key


class SoftwareStoreWarning(UserWarning):
    """Keys lie in files and in this process; a site of any size keeps them in hardware."""


@dataclass(frozen=True, slots=True)
class KeyRecord:
    """What may be told of a key: everything but the secret. `jwk` is the public key."""

    kid: str
    algorithm: Algorithm
    purpose: Purpose
    jwk: Mapping[str, str] = field(hash=False)


@dataclass(frozen=True, slots=True, eq=False)
class SoftwareSigner:
    """A `Signer` whose key is in this process. Safe to use from several threads."""

    kid: str
    algorithm: Algorithm
    jwk: Mapping[str, str]
    _key: PrivateKey = field(repr=False)
    deterministic: bool = False

    def sign(self, message: bytes) -> bytes:
        """Return the raw signature over `message`; see `Signer.sign`."""
        return suite(self.algorithm).sign(self._key, message, self.deterministic)


class KeyStore:
    """A folder of sealed keys, opened by one passphrase. Made by `create` or `open` only."""

    def __init__(self, folder: Path, master: bytes, cost: Cost) -> None:
        self._folder, self._master, self._cost = folder, master, cost
        self._loaded: dict[str, tuple[KeyRecord, PrivateKey]] = {}
        self._lock = Lock()

    def __repr__(self) -> str:
        return f"KeyStore({str(self._folder)!r})"

    @classmethod
    def create(cls, folder: Path, passphrase: bytes, *, random: Random, cost: Cost = Cost.STANDARD) -> Self:
        """Make an empty store in `folder`, which is made too (0700, files 0600).

        Raises:
            KeyExists: a store stands there already; it was left alone.
            NotAvailable: the passphrase is empty, or the disk refused.
        """
        for needed in (folder, folder / "keys", folder / "secrets"):
            files.make_folder(needed)
        master = draw(random, KEY_BYTES)
        try:
            files.write_new(_store_file(folder), wrap(master, passphrase, random=random, cost=cost))
        except KeyExists as taken:
            raise KeyExists(str(folder)) from taken
        return cls(folder, master, cost)

    @classmethod
    def open(cls, folder: Path, passphrase: bytes) -> Self:
        """Open the store in `folder`: the one Argon2id of its life.

        Raises:
            WrongPassphrase: it does not open it.
            BadKeyFile: its store.json is damaged.
            NotAvailable: there is no store, or it cannot be read.
        """
        data = files.read(_store_file(folder))
        if data is None:
            raise NotAvailable(f"there is no key store in {folder}")
        master, cost = unwrap(data, passphrase, folder=folder)
        return cls(folder, master, cost)

    @property
    def is_software(self) -> bool:
        """Always true: the keys can be read by this process. See `SoftwareStoreWarning`."""
        return True

    @property
    def cost(self) -> Cost:
        """What a guess at the passphrase costs; a production profile refuses `Cost.TEST`."""
        return self._cost

    def make(self, kid: str, algorithm: Algorithm, purpose: Purpose, *, random: Random) -> KeyRecord:
        """Make a key and put it into the store; the private scalar comes from `random`.

        Raises:
            BadKeyName, KeyExists: nothing was written.
            NotAvailable: software has no keys of that algorithm, or the disk refused.
        """
        path = self._path("keys", kid)
        used = suite(algorithm)
        key = used.generate(random)
        record = KeyRecord(kid, algorithm, Purpose(purpose), used.jwk(key))
        clear = {
            "format": KEY_FORMAT,
            "kid": kid,
            "algorithm": algorithm.name,
            "purpose": record.purpose.value,
            "jwk": dict(record.jwk),
        }
        sealed = Envelope.seal(clear, used.to_pkcs8(key), key=self._master, random=random)
        files.write_new(path, sealed.to_bytes())
        return record

    def signer(self, kid: str, *, deterministic: bool = False) -> SoftwareSigner:
        """Return the `Signer` of a key; the loaded key is kept, for loading costs as much as signing.

        `deterministic` asks for RFC 6979 nonces, so that a simulation repeats itself.

        Raises:
            NoSuchKey, BadKeyName: the store has no such key.
            BadKeyFile: its file was altered or moved.
        """
        with self._lock:
            if kid not in self._loaded:
                record, der = self._read_key(kid)
                self._loaded[kid] = record, _load(record, der)
            record, key = self._loaded[kid]
        return SoftwareSigner(record.kid, record.algorithm, record.jwk, key, deterministic)

    def record(self, kid: str) -> KeyRecord:
        """Return what may be told of one key, authenticated. Raises as `signer` does."""
        return self._read_key(kid)[0]

    def records(self) -> tuple[KeyRecord, ...]:
        """Return what may be told of every key, by name, authenticated and without loading any.

        Raises:
            BadKeyFile: some file of the store was altered or moved; none is told then.
        """
        return tuple(self.record(kid) for kid in self._names("keys"))

    def make_secret(self, name: str, *, random: Random, size: int = 32) -> None:
        """Make a symmetric key of `size` bytes (16 to 1024) and put it into the store.

        Raises:
            BadKeyName, KeyExists: nothing was written.
            ValueError: the size is outside the range.
        """
        path = self._path("secrets", name)
        if not MIN_SECRET <= size <= MAX_SECRET:
            raise ValueError(f"a secret has {MIN_SECRET} to {MAX_SECRET} bytes, not {size}")
        clear = {"format": SECRET_FORMAT, "name": name}
        sealed = Envelope.seal(clear, draw(random, size), key=self._master, random=random)
        files.write_new(path, sealed.to_bytes())

    def secret(self, name: str) -> bytes:
        """Return a symmetric key.

        Raises:
            NoSuchKey, BadKeyName: the store has no such secret.
            BadKeyFile: its file was altered or moved.
        """
        path = self._path("secrets", name)
        envelope = self._read(path, name, SECRET_FORMAT, SECRET_MEMBERS)
        if envelope.text("name", where=str(path)) != name:
            raise BadKeyFile(str(path), "it was made under another name")
        return envelope.open(self._master, where=str(path))

    def secret_names(self) -> tuple[str, ...]:
        """Return the names of the symmetric keys, sorted; nothing is opened."""
        return self._names("secrets")

    def rewrap(self, passphrase: bytes, *, random: Random, cost: Cost | None = None) -> None:
        """Change the passphrase (and the cost, if one is given): store.json alone is written again.

        The master key stays. Who knew the old passphrase and kept the old store.json still opens the
        keys: after a theft, make new keys.

        Raises:
            NotAvailable: the passphrase is empty, or the disk refused; the old one still opens the store.
        """
        chosen = cost or self._cost
        files.replace(_store_file(self._folder), wrap(self._master, passphrase, random=random, cost=chosen))
        self._cost = chosen

    def _path(self, room: str, name: str) -> Path:
        return self._folder / room / f"{checked(name)}.json"

    def _names(self, room: str) -> tuple[str, ...]:
        try:
            found = [path.stem for path in (self._folder / room).iterdir() if path.suffix == ".json"]
        except OSError as broken:
            raise NotAvailable(f"{self._folder / room} cannot be read: {broken.strerror}") from broken
        return tuple(sorted(found))

    def _read(self, path: Path, name: str, format_: str, members: frozenset[str]) -> Envelope:
        data = files.read(path)
        if data is None:
            raise NoSuchKey(name)
        return Envelope.parse(data, where=str(path), format_=format_, members=members)

    def _read_key(self, kid: str) -> tuple[KeyRecord, bytes]:
        """Return the authenticated record and the PKCS#8 of a key."""
        path = self._path("keys", kid)
        where = str(path)
        envelope = self._read(path, kid, KEY_FORMAT, KEY_MEMBERS)
        if envelope.text("kid", where=where) != kid:
            raise BadKeyFile(where, "it was made under another name")
        der = envelope.open(self._master, where=where)
        try:
            record = KeyRecord(
                kid,
                algorithm(envelope.text("algorithm", where=where)),
                Purpose(envelope.text("purpose", where=where)),
                MappingProxyType(dict(envelope.clear["jwk"])),
            )
        except (UnknownAlgorithm, ValueError, TypeError) as broken:
            raise BadKeyFile(where, "it names a suite or purpose that this release does not know") from broken
        return record, der


def _load(record: KeyRecord, der: bytes) -> PrivateKey:
    used = suite(record.algorithm)
    try:
        key = used.from_pkcs8(der)
    except ValueError as broken:
        raise BadKeyFile(record.kid, "what is sealed in it is not a key of its suite") from broken
    if used.jwk(key) != record.jwk:
        raise BadKeyFile(record.kid, "its public key does not belong to its private key")
    return key


def _store_file(folder: Path) -> Path:
    return folder / "store.json"
