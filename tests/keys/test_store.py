"""The store of keys in files: what opens it, what it refuses, what a crash leaves."""

import json
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from certhub_keys import (
    BadKeyFile,
    BadKeyName,
    Cost,
    KeyExists,
    KeysError,
    NoSuchKey,
    NotAvailable,
    WrongPassphrase,
)
from certhub_keys.software import KeyRecord, KeyStore
from certhub_keys.testing import seeded
from certhub_schemas.algorithms import EDDSA, ES256
from certhub_schemas.purposes import Purpose
from hypothesis import given
from hypothesis import strategies as st

BAD_NAMES = [
    "", ".", "..", "../store", "a/b", "a\\b", "/etc/passwd", "a.b", "-a", "_a", "a b", "a\n", "a\0", "é",
    "密钥", "k" * 65, "１",
]  # fmt: skip
NEW = b"a new passphrase"


def make(store: KeyStore, kid: str = "420700-show-1") -> KeyRecord:
    """Put one ES256 key into the store."""
    return store.make(kid, ES256, Purpose.SHOW, random=seeded(kid.encode()))


def flipped(data: bytes) -> list[bytes]:
    """Every version of `data` in which one bit differs."""
    return [
        data[:at] + bytes([data[at] ^ 1 << bit]) + data[at + 1 :]
        for at in range(len(data))
        for bit in range(8)
    ]


def calls_of(function: Callable[..., Any], body: Callable[[], Any]) -> int:
    """How often `function` is called while `body` runs, as the interpreter itself sees it."""
    seen = 0

    def watch(frame: FrameType, event: str, _: object) -> None:
        nonlocal seen
        seen += event == "call" and frame.f_code is function.__code__

    before = sys.getprofile()
    sys.setprofile(watch)
    try:
        body()
    finally:
        sys.setprofile(before)
    return seen


def test_what_was_made_is_there_after_opening(store: KeyStore, folder: Path, passphrase: bytes) -> None:
    """Keys and secrets outlive the process, and the records say what was asked for."""
    made = [make(store, "k-1"), store.make("k-2", EDDSA, Purpose.LOG, random=seeded(b"2"))]
    store.make_secret("blind-index", random=seeded(b"3"))
    opened = KeyStore.open(folder, passphrase)

    assert tuple(made) == opened.records()
    assert made[1] == opened.record("k-2")
    assert (made[1].purpose, made[1].algorithm) == (Purpose.LOG, EDDSA)
    assert store.secret("blind-index") == opened.secret("blind-index")
    assert opened.secret_names() == ("blind-index",)


def test_the_same_source_makes_the_same_keys(tmp_path: Path, passphrase: bytes) -> None:
    """Two stores made from one seed are the same to the byte, so that a simulation repeats."""
    for name in ("a", "b"):
        store = KeyStore.create(tmp_path / name, passphrase, random=seeded(b"seed"), cost=Cost.TEST)
        make(store)
        store.make_secret("bucket", random=seeded(b"secret"))

    for file in ("store.json", "keys/420700-show-1.json", "secrets/bucket.json"):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()


def test_a_wrong_passphrase_opens_nothing(store: KeyStore, folder: Path, passphrase: bytes) -> None:
    """Near misses and the empty passphrase are wrong like any other."""
    for wrong in (b"", passphrase + b"\n", passphrase[:-1], passphrase.upper()):
        with pytest.raises(WrongPassphrase):
            KeyStore.open(folder, wrong)


def test_a_store_is_not_made_without_a_passphrase(folder: Path) -> None:
    """An empty passphrase is refused when it would be set, not later."""
    with pytest.raises(NotAvailable):
        KeyStore.create(folder, b"", random=seeded(b"store"), cost=Cost.TEST)


def test_opening_a_store_costs_one_argon2id(store: KeyStore, folder: Path, passphrase: bytes) -> None:
    """However many keys are used, the passphrase is paid for once."""
    for number in range(5):
        make(store, f"k-{number}")
    store.make_secret("data", random=seeded(b"s"))

    def use() -> None:
        opened = KeyStore.open(folder, passphrase)
        for record in opened.records():
            opened.signer(record.kid).sign(b"message")
        opened.secret("data")

    assert calls_of(Cost.derive, use) == 1


def test_a_key_is_loaded_once(store: KeyStore) -> None:
    """Loading costs as much as signing, so the second signer reads no file."""
    make(store)
    store.signer("420700-show-1")

    assert calls_of(KeyStore._read_key, lambda: store.signer("420700-show-1").sign(b"message")) == 0


def test_the_standard_cost_is_rfc_9106s() -> None:
    """64 MiB, three passes, four lanes: the second recommendation of RFC 9106 §4."""
    assert Cost(memory_kib=65536, passes=3, lanes=4) == Cost.STANDARD


def test_a_store_tells_what_it_cost(store: KeyStore, folder: Path, passphrase: bytes) -> None:
    """A production profile can see that a store was made for tests, and that it is software."""
    opened = KeyStore.open(folder, passphrase)

    assert opened.cost == Cost.TEST
    assert opened.is_software


@pytest.mark.parametrize("sort", ["keys/420700-show-1.json", "secrets/data.json", "store.json"])
def test_every_changed_byte_of_a_file_is_refused(
    store: KeyStore, folder: Path, passphrase: bytes, sort: str
) -> None:
    """No byte of any file is without meaning: name, suite, purpose, public key, spaces, all of it."""
    make(store)
    store.make_secret("data", random=seeded(b"s"))
    path = folder / sort
    whole = path.read_bytes()

    def use() -> None:
        opened = store if "/" in sort else KeyStore.open(folder, passphrase)
        opened.records()
        opened.secret("data")

    use()
    for altered in flipped(whole):
        path.write_bytes(altered)
        with pytest.raises((BadKeyFile, WrongPassphrase) if sort == "store.json" else BadKeyFile):
            use()


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("kid", "420700-show-2"),
        ("algorithm", "EdDSA"),
        ("algorithm", "none"),
        ("algorithm", 7),
        ("purpose", "seal"),
        ("purpose", "everything"),
        ("format", "certhub-secret-1"),
        ("format", "certhub-key-2"),
        ("jwk", {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}),
        ("jwk", None),
        ("nonce", ""),
        ("nonce", "AAAAAAAAAAAAAAAA"),
        ("nonce", 1),
        ("sealed", ""),
        ("sealed", "AAAA"),
        ("extra", "member"),
    ],
)
def test_a_changed_member_is_refused(store: KeyStore, folder: Path, member: str, value: object) -> None:
    """A clear member rewritten in perfect spelling still fails, and so does the signer."""
    make(store)
    path = folder / "keys" / "420700-show-1.json"
    members = {**json.loads(path.read_bytes()), member: value}
    path.write_text(json.dumps(members, sort_keys=True, indent=2) + "\n")

    for use in (store.records, lambda: store.record("420700-show-1"), lambda: store.signer("420700-show-1")):
        with pytest.raises(BadKeyFile):
            use()


@given(data=st.binary(max_size=200) | st.sampled_from([b"[" * 60_000, b"{}", b" " * 70_000, b'{"a":NaN}']))
def test_noise_in_a_file_is_refused(data: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Whatever stands in a file of the store, only our own error comes out."""
    folder = tmp_path_factory.mktemp("noise")
    store = KeyStore.create(folder, b"p", random=seeded(b"store"), cost=Cost.TEST)
    for file in ("keys/k-1.json", "secrets/k-1.json", "store.json"):
        (folder / file).write_bytes(data)

    for use in (store.records, lambda: store.secret("k-1"), lambda: KeyStore.open(folder, b"p")):
        with pytest.raises(BadKeyFile):
            use()


@pytest.mark.parametrize(
    "parameters",
    [
        {"memory_kib": 1 << 40},
        {"memory_kib": 1},
        {"memory_kib": "32"},
        {"memory_kib": 32.0},
        {"passes": 0},
        {"passes": 10**9},
        {"passes": True},
        {"lanes": 10**6},
        {"salt": "AAAA"},
        {"salt": "!"},
        {"salt": None},
        {"colour": 1},
    ],
)
def test_parameters_are_bounded_before_anything_is_spent(
    store: KeyStore, folder: Path, passphrase: bytes, parameters: dict[str, object]
) -> None:
    """A store.json cannot make us spend a terabyte, or nothing."""
    path = folder / "store.json"
    members = json.loads(path.read_bytes())
    members["argon2id"].update(parameters)
    path.write_text(json.dumps(members, sort_keys=True, indent=2) + "\n")

    with pytest.raises(BadKeyFile):
        KeyStore.open(folder, passphrase)


@pytest.mark.parametrize("room", ["keys", "secrets"])
def test_a_file_under_another_name_is_refused(store: KeyStore, folder: Path, room: str) -> None:
    """A key file copied to another kid is not that key, and a secret likewise."""
    make(store, "a")
    store.make_secret("a", random=seeded(b"s"))
    (folder / room / "b.json").write_bytes((folder / room / "a.json").read_bytes())

    with pytest.raises(BadKeyFile, match="another name"):
        store.signer("b") if room == "keys" else store.secret("b")


def test_a_secret_is_not_read_as_a_key(store: KeyStore, folder: Path) -> None:
    """A file of one sort put among the other is refused."""
    store.make_secret("a", random=seeded(b"s"))
    (folder / "keys" / "a.json").write_bytes((folder / "secrets" / "a.json").read_bytes())

    with pytest.raises(BadKeyFile):
        store.signer("a")


def test_a_key_of_another_store_is_refused(store: KeyStore, folder: Path, tmp_path: Path) -> None:
    """The same passphrase on both does not make two stores one."""
    other = KeyStore.create(tmp_path / "other", b"p", random=seeded(b"other"), cost=Cost.TEST)
    make(other)
    (folder / "keys" / "420700-show-1.json").write_bytes(
        (tmp_path / "other" / "keys" / "420700-show-1.json").read_bytes()
    )

    with pytest.raises(BadKeyFile, match="another store"):
        store.signer("420700-show-1")


@pytest.mark.parametrize("name", BAD_NAMES)
def test_a_name_can_never_be_a_path(store: KeyStore, name: str) -> None:
    """Outside the charset nothing is made, read or signed with."""
    for use in (
        lambda: make(store, name),
        lambda: store.signer(name),
        lambda: store.record(name),
        lambda: store.secret(name),
        lambda: store.make_secret(name, random=seeded(b"s")),
    ):
        with pytest.raises(BadKeyName):
            use()


@pytest.mark.parametrize("name", ["420700-show-1", "11420799MB99990172-1", "data_seal", "k" * 64, "7"])
def test_our_own_names_are_names(store: KeyStore, name: str) -> None:
    """The shapes of region and seal keys are inside the charset."""
    assert name == make(store, name).kid


def test_what_is_not_there_is_said_so(store: KeyStore, tmp_path: Path) -> None:
    """A missing key, a missing secret and a missing store each have their own error."""
    with pytest.raises(NoSuchKey):
        store.signer("nobody")
    with pytest.raises(NoSuchKey):
        store.secret("nothing")
    with pytest.raises(NotAvailable):
        KeyStore.open(tmp_path / "nowhere", b"p")


def test_nothing_is_written_over(store: KeyStore, folder: Path, passphrase: bytes) -> None:
    """A second key, secret or store of one name is refused, and the first one still works."""
    first = make(store)
    store.make_secret("data", random=seeded(b"s"))
    secret = store.secret("data")

    with pytest.raises(KeyExists):
        store.make("420700-show-1", EDDSA, Purpose.LOG, random=seeded(b"other"))
    with pytest.raises(KeyExists):
        store.make_secret("data", random=seeded(b"other"))
    with pytest.raises(KeyExists):
        KeyStore.create(folder, b"other", random=seeded(b"other"), cost=Cost.TEST)

    opened = KeyStore.open(folder, passphrase)
    assert (first,) == opened.records()
    assert secret == opened.secret("data")


@pytest.mark.parametrize("size", [0, 15, 1025])
def test_a_secret_has_a_sensible_size(store: KeyStore, size: int) -> None:
    """Under 128 bits is no key."""
    with pytest.raises(ValueError):
        store.make_secret("data", random=seeded(b"s"), size=size)


@given(size=st.integers(16, 1024))
def test_a_secret_is_what_the_source_gave(size: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    """The first bytes drawn are the secret."""
    folder = tmp_path_factory.mktemp("secret")
    store = KeyStore.create(folder, b"p", random=seeded(b"store"), cost=Cost.TEST)
    store.make_secret("data", random=seeded(b"s"), size=size)

    assert seeded(b"s")(size) == store.secret("data")


def test_a_new_passphrase_changes_store_json_alone(store: KeyStore, folder: Path, passphrase: bytes) -> None:
    """After a rewrap the new passphrase opens the old keys and the old one opens nothing."""
    record = make(store)
    path = folder / "keys" / "420700-show-1.json"
    before = path.read_bytes()
    store.rewrap(NEW, random=seeded(b"again"), cost=Cost(memory_kib=64, passes=1, lanes=2))

    assert before == path.read_bytes()
    assert (record,) == KeyStore.open(folder, NEW).records()
    assert KeyStore.open(folder, NEW).cost.memory_kib == 64
    with pytest.raises(WrongPassphrase):
        KeyStore.open(folder, passphrase)
    with pytest.raises(NotAvailable):
        store.rewrap(b"", random=seeded(b"again"))


def test_files_are_for_their_owner_alone(store: KeyStore, folder: Path) -> None:
    """Folders are 0700 and files 0600, after a rewrap too."""
    make(store)
    store.make_secret("data", random=seeded(b"s"))
    store.rewrap(NEW, random=seeded(b"again"))

    for path in (folder, *folder.rglob("*")):
        expected = 0o700 if path.is_dir() else 0o600
        assert expected == stat.S_IMODE(path.stat().st_mode), path


def test_a_folder_that_stood_already_keeps_its_mode(tmp_path: Path) -> None:
    """Making a store in somebody's folder does not lock them out of it."""
    tmp_path.chmod(0o755)
    KeyStore.create(tmp_path, b"p", random=seeded(b"store"), cost=Cost.TEST)

    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755


FULL_DISK = """
import resource, signal, sys
from pathlib import Path
from certhub_keys import NotAvailable
from certhub_keys.software import KeyStore
from certhub_keys.testing import seeded
from certhub_schemas.algorithms import ES256
from certhub_schemas.purposes import Purpose

store = KeyStore.open(Path(sys.argv[1]), b"p")
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))  # bytes: every file ends in its middle
refused = 0
for write in (
    lambda: store.rewrap(b"new", random=seeded(b"x")),
    lambda: store.make("k-2", ES256, Purpose.SHOW, random=seeded(b"x")),
):
    try:
        write()
    except NotAvailable:
        refused += 1
sys.exit(40 + refused)
"""


def test_an_interrupted_write_leaves_the_old_file(folder: Path) -> None:
    """When the disk ends in the middle of a file, the old one stands and nothing half lies about."""
    store = KeyStore.create(folder, b"p", random=seeded(b"store"), cost=Cost.TEST)
    record = make(store)
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}

    done = subprocess.run([sys.executable, "-c", FULL_DISK, str(folder)], check=False, timeout=60)

    assert done.returncode == 42
    assert before == {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert (record,) == KeyStore.open(folder, b"p").records()


def test_what_a_crash_left_beside_is_not_a_key(store: KeyStore, folder: Path) -> None:
    """A file that was never put in its place is passed over, and the name is still free."""
    (folder / "keys" / ".k-1half.tmp").write_bytes(b'{"algor')

    assert (make(store, "k-1"),) == store.records()


MAKE_MANY = """
import sys
from pathlib import Path
from certhub_keys.software import KeyStore
from certhub_keys.testing import seeded
from certhub_schemas.algorithms import ES256
from certhub_schemas.purposes import Purpose

store = KeyStore.open(Path(sys.argv[1]), b"p")
for number in range(60):
    store.make(f"k-{number}", ES256, Purpose.SHOW, random=seeded(b"%d" % number))
"""


def test_one_process_makes_while_another_reads(folder: Path) -> None:
    """A reader sees each key whole or not at all, and may sign with it at once."""
    store = KeyStore.create(folder, b"p", random=seeded(b"store"), cost=Cost.TEST)
    maker = subprocess.Popen([sys.executable, "-c", MAKE_MANY, str(folder)])
    try:
        seen = 0
        while maker.poll() is None:
            records = store.records()
            assert seen <= len(records)
            seen = len(records)
            for record in records[-1:]:
                store.signer(record.kid).sign(b"message")
    finally:
        maker.wait(timeout=60)

    assert maker.returncode == 0
    assert len(store.records()) == 60


def test_two_makers_of_one_name_make_one_key(folder: Path) -> None:
    """Of two processes that make the same kid, one is told that it exists."""
    KeyStore.create(folder, b"p", random=seeded(b"store"), cost=Cost.TEST)
    makers = [
        subprocess.Popen([sys.executable, "-c", MAKE_MANY, str(folder)], stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    words = [maker.communicate(timeout=60)[1] for maker in makers]

    assert sorted(maker.returncode for maker in makers) == [0, 1]
    assert "KeyExists" in "".join(words)
    assert len(KeyStore.open(folder, b"p").records()) == 60


def test_a_folder_where_a_file_should_be_is_not_available(store: KeyStore, folder: Path) -> None:
    """What the file system refuses comes out as our own error."""
    (folder / "keys" / "k-1.json").mkdir()

    with pytest.raises(NotAvailable):
        store.signer("k-1")
    with pytest.raises(KeysError):
        make(store, "k-1")
    with pytest.raises(NotAvailable):
        KeyStore.create(folder / "store.json" / "below", b"p", random=seeded(b"s"), cost=Cost.TEST)


def test_a_store_does_not_print_its_secrets(store: KeyStore) -> None:
    """What a log line would show of a store is its folder."""
    assert f"KeyStore({str(store._folder)!r})" == repr(store)
