"""A stranger with nothing but the page, a trust list and openssl comes to the same as the package."""

import ast
import importlib.util
import json
import random
import shutil
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest
from certhub_verifier import examine_receipt
from certhub_verifier.cli.trust_sources import read_anchor

from tests.fuzz.mutate import Mutator
from tests.vectors.judge import World
from tests.vectors.make import FOLDER

DOCS = Path(__file__).parents[2] / "docs"
SCRIPT = DOCS / "verify_receipt.py"
WORLD = json.loads((FOLDER / "world.json").read_bytes())
FILE = json.loads((FOLDER / "receipt.json").read_bytes())
VECTORS = {vector["name"]: vector for vector in FILE["vectors"]}

pytestmark = pytest.mark.skipif(
    shutil.which("openssl") is None, reason="the openssl command is not installed"
)


@pytest.fixture(scope="module")
def stranger():
    """The script beside the page, as a module."""
    spec = importlib.util.spec_from_file_location("verify_receipt", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def lists(tmp_path_factory, stranger):
    """Every trust list of the vectors as a folder, and as the stranger reads it."""
    read, top = {None: (None, None)}, tmp_path_factory.mktemp("trust")
    for name in WORLD["trust"]:
        folder = top / name.replace(" ", "-")
        for path, data in World(WORLD).files(name).items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(data)
        read[name] = folder, stranger.trust_list(folder)
    return read


def given(vector):
    """What a vector is judged by: the trust list's name and the time."""
    by = {**FILE["given"], **vector.get("given", {})}
    return by["trust"], datetime.fromisoformat(by["now"])


@pytest.mark.parametrize("name", VECTORS)
def test_the_stranger_comes_to_what_the_vector_says(name, stranger, lists):
    """Exit code, recorded verdict, identifiers and what was declared, for every receipt vector."""
    vector = VECTORS[name]
    trust, now = given(vector)

    code, _, payload, opened = stranger.check(vector["input"].encode(), lists[trust][1], now.timestamp())

    assert vector["expect"]["exit_code"] == code
    assert vector["expect"]["recorded_verdict"] == (payload or {}).get("verdict")
    declared = [one["argument"] for one in vector["expect"]["arguments"]]
    assert sorted([*(one for one in vector["expect"]["identifiers"] if one), *declared]) == sorted(opened)


def test_the_stranger_and_the_package_agree_on_neighbours(stranger, lists):
    """Two hundred bent receipts, judged by two programs that share no line."""
    good = [
        VECTORS[name]["input"].encode()
        for name in ("bare", "with-opening", "indented", "two-items", "ed25519", "declared", "format-1")
    ]
    mutate, trust = Mutator(random.Random(11), good), World(WORLD).trust("base")
    now = datetime.fromisoformat(FILE["given"]["now"])
    for _ in range(200):
        data = mutate.mutant(mutate.chance.choice(good))
        ours = examine_receipt(data, trust=trust, now=now)
        assert ours.exit_code == stranger.check(data, lists["base"][1], now.timestamp())[0], data


def ran(*arguments):
    """Run the script as a person does."""
    command = [sys.executable, "-I", str(SCRIPT), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    "name", ["with-opening", "declared", "with-a-proof", "token-twin", "region-unknown", "no-trust"]
)
def test_the_command_ends_with_the_verifiers_exit_code(name, lists, tmp_path):
    """0 genuine, 10 aged, 20 altered, 30 unknown: as certhub-verify, from a file and a folder."""
    vector = VECTORS[name]
    trust, now = given(vector)
    file = tmp_path / "receipt.json"
    file.write_bytes(vector["input"].encode())
    at = now.isoformat().replace("+00:00", "Z")
    done = ran(file, "--at", at, *(["--trust", lists[trust][0]] if trust else []))

    assert vector["expect"]["exit_code"] == done.returncode
    assert all(one in done.stdout for one in vector["expect"]["identifiers"] if one)
    assert all(one["argument"] in done.stdout for one in vector["expect"]["arguments"])
    assert "Traceback" not in done.stderr


def test_a_bundle_does_as_well_as_a_folder(tmp_path, stranger):
    """The trust list out of an offline bundle, its signature checked by itself; a bent one is no trust list."""
    bundles = json.loads((FOLDER / "bundle.json").read_bytes())["vectors"]
    token = next(vector["input"] for vector in bundles if vector["name"] == "own-anchor")
    now = datetime.fromisoformat(FILE["given"]["now"])
    receipt = VECTORS["with-opening"]["input"].encode()
    for content in (token, json.dumps({"bundle": token})):
        (tmp_path / "bundle").write_text(content)
        trust = stranger.trust_list(tmp_path / "bundle")
        ours = read_anchor(tmp_path / "bundle").trust
        assert examine_receipt(receipt, trust=ours, now=now).exit_code == 0
        assert stranger.check(receipt, trust, now.timestamp())[0] == 0

    head, body, tail = token.split(".")
    (tmp_path / "bundle").write_text(f"{head}.{body}.{tail[:-4]}AAAA")
    with pytest.raises(ValueError, match="does not verify"):
        stranger.trust_list(tmp_path / "bundle")


def test_it_needs_two_hundred_lines_and_the_standard_library():
    """At most 200 lines; nothing of ours and nothing from a package index is imported."""
    source = SCRIPT.read_text()
    imported = {
        name.name.split(".")[0] if isinstance(node, ast.Import) else node.module.split(".")[0]
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in node.names
    }

    assert 200 >= len(source.splitlines())
    assert imported <= sys.stdlib_module_names
