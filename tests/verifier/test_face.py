"""The package's face: what is public, and examples that run."""

import re
from pathlib import Path
from types import ModuleType

import certhub_verifier
from certhub_schemas import matters
from certhub_verifier import errors

from tests.support.credentials import NOW, World

ROOT = Path(__file__).parents[2]


def test_what_is_visible_is_what_is_promised():
    """`__all__` names every public name, and each of them exists."""
    visible = {
        name
        for name, value in vars(certhub_verifier).items()
        if not name.startswith("_") and not isinstance(value, ModuleType)
    }

    assert visible | {"__version__"} == set(certhub_verifier.__all__)
    assert sorted(certhub_verifier.__all__) == sorted(set(certhub_verifier.__all__))


def test_the_error_tree_is_drawn_whole():
    """Every error of the package stands in the docstring's tree, and every one is a VerifierError."""
    drawn = set(re.findall(r"[├└]── (\w+)", certhub_verifier.__doc__ or ""))
    public = {
        name
        for name in certhub_verifier.__all__
        if isinstance(getattr(certhub_verifier, name), type)
        and issubclass(getattr(certhub_verifier, name), errors.VerifierError)
    }

    assert drawn | {"VerifierError"} == public


def examples(text):
    """Return the lines that a reader would type."""
    return "\n".join(re.findall(r"```python\n(.*?)```", text, re.DOTALL))


def test_the_readmes_example_runs(capsys):
    """As printed, with a bundle and a credential of the test's world."""
    world = World()
    names = {
        "bundle_text": world.bundle(matters=matters()),
        "credential_text": world.credential(),
        "now": NOW,
    }
    exec(examples((ROOT / "verifier" / "README.md").read_text(encoding="utf-8")), names)

    assert capsys.readouterr().out == "10 证照属实，但未核实出示人就是持证人\n"


def test_the_tutorials_example_runs():
    """The package's docstring, as printed."""
    world = World()
    lines = re.findall(
        r"^    (.*)$", (certhub_verifier.__doc__ or "").split("What\ncan be raised")[0], re.MULTILINE
    )
    names = {
        **{name: getattr(certhub_verifier, name) for name in certhub_verifier.__all__},
        "token": world.bundle(matters=matters()),
        "text": world.credential(),
        "file": world.receipt_file(),
        "now": NOW,
    }
    exec("\n".join(lines), names)

    assert names["report"].code == "NOT_BOUND"
    assert certhub_verifier.Verdict.CHECK is names["item"].verdict
