"""Public files: whole or not at all, and nothing outside it."""

import contextlib
import threading
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from threading import Barrier

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certhub.adapters.public_files import PublicFiles
from certhub.errors import NotFound

ESCAPES = [
    "../certhub.toml",
    "/etc/passwd",
    "a/../../x",
    "..",
    ".",
    "",
    "status/.hidden",
    ".x",
    "a/..",
    "a/\0",
]


def test_what_is_put_can_be_got(tmp_path):
    """By its name, replacing what stood there."""
    public_files = PublicFiles(tmp_path)
    public_files.put("status/1", b"one")
    public_files.put("status/1", b"two")

    assert b"two" == public_files.get("status/1")
    assert ["1"] == public_files.names("status")
    assert [] == public_files.names("nothing")


@pytest.mark.parametrize("name", ESCAPES)
def test_a_name_that_leaves_the_folder_is_not_there(tmp_path, name):
    """Neither to read nor to write; nothing is made outside."""
    (tmp_path / "certhub.toml").write_bytes(b"secret")
    public_files = PublicFiles(tmp_path / "public")

    with pytest.raises(NotFound):
        public_files.get(name)
    with pytest.raises(NotFound):
        public_files.put(name, b"x")
    assert ["certhub.toml"] == sorted(path.name for path in tmp_path.iterdir() if path.name != "public")


@given(st.text(st.sampled_from("./\\ab\0 ~"), max_size=12))
def test_no_name_reads_outside(tmp_path_factory, name):
    """Whatever is asked for, the file next to the folder is not given."""
    folder = tmp_path_factory.getbasetemp() / "public-names"
    folder.mkdir(exist_ok=True)
    (folder / "a").write_bytes(b"secret")
    with contextlib.suppress(NotFound):
        assert b"secret" != PublicFiles(folder / "public").get(name)


def test_nothing_half_written_is_seen(tmp_path):
    """While one writes two files by turns, a reader sees one or the other, whole."""
    public_files, seen, stop = PublicFiles(tmp_path), set(), threading.Event()
    contents = [bytes([n]) * 200_000 for n in (1, 2)]
    public_files.put("status/1", contents[0])

    def read() -> None:
        while not stop.is_set():
            seen.add(public_files.get("status/1"))

    reader = threading.Thread(target=read)
    reader.start()
    for n in range(30):
        public_files.put("status/1", contents[n % 2])
    stop.set()
    reader.join()

    assert seen <= set(contents)


def test_a_write_that_fails_leaves_what_was_there(tmp_path):
    """The temporary file is not listed, and the old content stands."""
    public_files = PublicFiles(tmp_path)
    public_files.put("status/1", b"old")

    with pytest.raises(TypeError):
        public_files.put("status/1", "not bytes")

    assert b"old" == public_files.get("status/1")
    assert ["1"] == public_files.names("status")


def test_threads_that_keep_one_document_at_once_all_succeed(tmp_path):
    """One temporary name for all threads of a process once failed 385 of 480 such writes, and could tear a file."""
    public_files, many = PublicFiles(tmp_path), 8
    with ThreadPoolExecutor(many) as threads:
        for number in range(20):
            content, start = f"{number}".encode() * 10_000, Barrier(many)

            def keep(content: bytes = content, start: Barrier = start) -> str:
                start.wait(10)
                return public_files.keep(content)

            kept = {one.result() for one in [threads.submit(keep) for _ in range(many)]}
            assert {sha256(content).hexdigest()} == kept
            assert content == public_files.document(sha256(content).hexdigest())
    assert [] == [path.name for path in tmp_path.rglob("*.tmp")]
