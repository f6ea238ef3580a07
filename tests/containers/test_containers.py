"""The container files are whole, safe in what can be read from them, and each of their steps works.

Docker itself is not needed: what Docker alone can say (capabilities, users, a read-only root) is not said here.
"""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from certhub.demo import serve
from certhub.demo.prepare import arguments_of
from tests.containers.dockerfile import BadDockerfile, Layers, Replay, Stage, base_python, parse

ROOT = Path(__file__).parents[2]
DOCKER = ROOT / "docker"
DOCKERFILES = sorted(DOCKER.glob("*.Dockerfile"))
LIST = "import json, importlib.metadata as m; print(json.dumps([one.name for one in m.distributions()]))"
PREPARE = ["python", "-m", "certhub.demo.prepare"]
each_dockerfile = pytest.mark.parametrize("path", DOCKERFILES, ids=lambda path: path.name)


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    """The compose file, aliases resolved."""
    found: dict[str, Any] = yaml.safe_load((DOCKER / "compose.yaml").read_text(encoding="utf-8"))
    return found


def stages_of(path: Path) -> list[Stage]:
    """Read one Dockerfile of ours."""
    return parse(path.read_text(encoding="utf-8"))


def test_both_images_have_a_dockerfile() -> None:
    """There is one for the hub and one for the verifier."""
    assert ["hub.Dockerfile", "verifier.Dockerfile"] == [path.name for path in DOCKERFILES]


@each_dockerfile
def test_every_copy_finds_its_source(path: Path) -> None:
    """What a COPY takes from the repository is there, and what it takes from a stage is an earlier stage."""
    names: set[str] = set()
    for stage in stages_of(path):
        for step in stage.steps:
            if step.name == "COPY" and "from" in step.flags:
                assert step.flags["from"] in names
            elif step.name == "COPY":
                assert [] == [source for source in step.words[:-1] if not (ROOT / source).exists()]
        names |= {stage.name} if stage.name else set()


@each_dockerfile
def test_the_build_sees_nothing_but_what_it_copies(path: Path) -> None:
    """The ignore file lets in exactly the sources of COPY: no data, keys, environment or history."""
    lines = (path.parent / f"{path.name}.dockerignore").read_text(encoding="utf-8").splitlines()
    copied = {
        source
        for stage in stages_of(path)
        for step in stage.steps
        if step.name == "COPY" and "from" not in step.flags
        for source in step.words[:-1]
    }

    assert "*" in lines
    assert copied <= {line[1:] for line in lines if line.startswith("!")}


@each_dockerfile
def test_the_image_does_not_run_as_root(path: Path) -> None:
    """The last USER is a number other than 0, so that it needs no passwd file and an orchestrator can check it."""
    users = [step.rest for step in stages_of(path)[-1].steps if step.name == "USER"]

    assert users
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", users[-1])


@each_dockerfile
def test_third_party_files_are_checked_by_hash_and_then_the_index_is_left_alone(path: Path) -> None:
    """One step talks to the index, with hashes; every later step of pip is --no-index."""
    runs = [
        step.rest
        for stage in stages_of(path)
        for step in stage.steps
        if step.name == "RUN" and re.search(r"(^|[\s/])pip\s", step.rest)
    ]
    fetching, *later = runs

    assert "--require-hashes -r requirements.lock" in fetching
    assert [] == [run for run in later if "--no-index" not in run]


@each_dockerfile
def test_base_images_are_named_to_the_minor_version(path: Path) -> None:
    """No base image is `latest` or without a tag."""
    names: set[str | None] = set()
    for stage in stages_of(path):
        if stage.base not in names:
            assert re.fullmatch(r"python:3\.11-slim-bookworm", stage.base)
        names.add(stage.name)


@pytest.mark.parametrize(
    "text",
    ["ADD https://example.org/x /x", "FROM a\nADD x /x", "FROM a\nRUNN x", "RUN x", "FROM a\nRUN x \\"],
)
def test_a_dockerfile_that_we_do_not_understand_is_refused(text: str) -> None:
    """ADD, misspelled, misplaced and unfinished instructions are errors that name their line."""
    with pytest.raises(BadDockerfile, match=r"line [12]"):
        parse(text)


def test_every_name_that_a_service_uses_is_declared(compose: dict[str, Any]) -> None:
    """Volumes, networks, secrets and services that are referred to exist, and those that exist are used."""
    used: dict[str, set[str]] = {"volumes": set(), "networks": set(), "secrets": set()}
    for service in compose["services"].values():
        used["volumes"] |= {volume.split(":")[0] for volume in service.get("volumes", ())}
        used["networks"] |= set(service.get("networks", ()))
        used["secrets"] |= set(service.get("secrets", ()))
        assert set(service.get("depends_on", ())) <= set(compose["services"])

    assert used == {part: set(compose[part]) for part in used}


def test_nobody_starts_before_what_it_needs(compose: dict[str, Any]) -> None:
    """The database is healthy before the regions are prepared, and they are prepared before either serves."""
    services = compose["services"]

    assert {"database": {"condition": "service_healthy"}} == services["prepare"]["depends_on"]
    assert "healthcheck" in services["database"]
    for region in ("ezhou", "wuhan"):
        assert {"prepare": {"condition": "service_completed_successfully"}} == services[region]["depends_on"]


def test_ports_are_on_loopback_alone(compose: dict[str, Any]) -> None:
    """Whatever is published listens on 127.0.0.1, each on its own port; the database is not published."""
    ports = [port for service in compose["services"].values() for port in service.get("ports", ())]

    assert [] == [port for port in ports if not re.fullmatch(r"127\.0\.0\.1:\d+:\d+", port)]
    assert len(ports) == len(set(ports)) == 2
    assert "ports" not in compose["services"]["database"]
    assert compose["networks"]["store"]["internal"] is True


def test_images_are_named_to_a_version(compose: dict[str, Any]) -> None:
    """No image is `latest` or without a tag, and what is built has its Dockerfile."""
    for service in compose["services"].values():
        _, _, tag = service["image"].partition(":")
        assert tag
        assert "latest" != tag
        if "build" in service:
            assert (DOCKER / service["build"]["context"] / service["build"]["dockerfile"]).is_file()


def test_the_regions_are_prepared_by_a_module_that_exists(compose: dict[str, Any]) -> None:
    """The one-shot service runs certhub.demo.prepare with arguments that it takes, for the services that serve."""
    command = compose["services"]["prepare"]["command"]
    arguments = command[len(PREPARE) :]

    assert command[: len(PREPARE)] == PREPARE
    asked = arguments_of(arguments)
    assert ["http://ezhou:8000", "http://wuhan:8000"] == asked.url
    assert {"ezhou", "wuhan"} < set(compose["services"])
    assert "postgresql:///?service=certhub" == asked.database_url


def test_each_region_is_served_by_a_module_that_exists(compose: dict[str, Any]) -> None:
    """The regions show the demo, pages and test cards, where the image alone would serve the product."""
    for region, code in (("ezhou", "420700"), ("wuhan", "420100")):
        service = compose["services"][region]
        command = service["command"]

        assert ["python", "-m", serve.__name__] == command[:3]
        asked = serve.arguments_of([*command[3:], "--data", service["environment"]["CERTHUB_DATA"]])
        assert (f"/data/{code}", "0.0.0.0", 8000) == (str(asked.data), asked.host, asked.port)


def test_hubs_may_do_little(compose: dict[str, Any]) -> None:
    """The hub's containers have a read-only root, no capabilities and no way to gain them."""
    for name in ("prepare", "ezhou", "wuhan"):
        service = compose["services"][name]
        assert service["read_only"] is True
        assert ["ALL"] == service["cap_drop"]
        assert ["no-new-privileges:true"] == service["security_opt"]


def test_no_secret_stands_in_the_file(compose: dict[str, Any]) -> None:
    """Secrets are files; nothing in an environment or a command is a password."""
    assert all(set(secret) == {"file"} for secret in compose["secrets"].values())
    for service in compose["services"].values():
        environment = service.get("environment", {})
        said = json.dumps([environment, service.get("command", [])])
        assert not re.search(r"://[^/@\s]+:[^/@\s]+@", said)
        assert not [
            name
            for name in service.get("environment", {})
            if "PASSWORD" in name and not name.endswith("_FILE")
        ]


def test_the_secrets_are_made_where_the_compose_file_looks(compose: dict[str, Any], tmp_path: Path) -> None:
    """make_secrets.py writes exactly the files that are mounted; a second run changes nothing."""
    shutil.copy(DOCKER / "make_secrets.py", tmp_path)
    for _ in range(2):
        subprocess.run([sys.executable, "make_secrets.py"], cwd=tmp_path, check=True, capture_output=True)
        made = {
            f"./secrets/{path.name}": path.read_text(encoding="utf-8")
            for path in (tmp_path / "secrets").iterdir()
        }
        assert {secret["file"] for secret in compose["secrets"].values()} == set(made)
        password = made["./secrets/postgres_password"]
        assert f"password={password}\n" in made["./secrets/pg_service.conf"]


@pytest.fixture(scope="module")
def replay(tmp_path_factory: pytest.TempPathFactory) -> Replay:
    """A replay of all our Dockerfiles, one after the other."""
    folder = tmp_path_factory.mktemp("containers")
    stages = [stage for path in DOCKERFILES for stage in stages_of(path)]
    layers = Layers.of(folder / "layers", stages)
    return Replay(ROOT, folder / "image", base_python(folder / "base"), layers)


@pytest.mark.drill
@each_dockerfile
def test_every_step_works_in_an_empty_environment(path: Path, replay: Replay, tmp_path: Path) -> None:
    """Each RUN and COPY is replayed, and the commands of the image answer --help from what is in it alone."""
    words = replay.run(stages_of(path))

    shown = replay.call([words[0], "--help"])
    assert 0 == shown.returncode, shown.stderr
    assert words[0] in shown.stdout
    listed = replay.call(["python", "-c", LIST])
    names = set(json.loads(listed.stdout))
    assert "certhub-verifier" in names
    assert names.isdisjoint({"pytest", "hypothesis", "hatchling", "pip"})
    if path.name == "hub.Dockerfile":
        prepared = replay.call(
            [*PREPARE, "--data", str(tmp_path / "data"), "--url", "http://a.test", "http://b.test"]
        )
        assert 0 == prepared.returncode, (
            prepared.stderr
        )  # templates, migrations and catalogues are in the wheels
        examined = replay.call(["certhub", "doctor", "--data", str(tmp_path / "data" / "420100")])
        # Nothing serves here, so nobody publishes: that alone is bad, and the doctor says so.
        bad = {
            line.split("[")[1].split("]")[0] for line in examined.stderr.splitlines() if line.startswith("✕")
        }
        assert (1, {"NO_WORKER", "LIST_NOT_PUBLISHED"}) == (examined.returncode, bad), examined.stderr
    else:
        assert names.isdisjoint({"certhub", "certhub-keys", "fastapi"})
