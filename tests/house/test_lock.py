"""The lock files hold what the four pyproject.toml ask for, by hash, and name no registry."""

import re
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.support.lock import HEADS, ROOT, wanted

PINNED = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^ ;\\]+)", re.MULTILINE)


def pinned(name: str) -> dict[str, str]:
    """The versions of a lock file, by package."""
    text = (ROOT / name).read_text(encoding="utf-8")
    return {one["name"].lower(): one["version"] for one in PINNED.finditer(text)}


@pytest.mark.parametrize(("name", "requirements"), list(zip(HEADS, wanted(), strict=True)))
def test_a_lock_holds_what_is_asked_for(name, requirements):
    """A dependency was once added to pyproject.toml alone: it worked where it had been installed by hand."""
    versions = pinned(name)

    for text in requirements:
        one = Requirement(text)
        assert one.specifier.contains(versions[one.name.lower()], prereleases=True), text


def test_the_checks_lock_is_a_superset():
    """`check` tests the very versions that `demo` runs on."""
    base, more = (pinned(name) for name in HEADS)

    assert base.items() <= more.items()


@pytest.mark.parametrize("name", HEADS)
def test_every_package_has_hashes_and_none_a_place(name):
    """Any mirror serves, and none can serve something else."""
    text = Path(ROOT / name).read_text(encoding="utf-8")
    entries = re.split(r"^(?=[A-Za-z0-9])", text, flags=re.MULTILINE)[1:]

    assert all("--hash=sha256:" in entry for entry in entries)
    assert "://" not in text
    assert "--index-url" not in text
