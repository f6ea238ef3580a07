"""The package's face: what is public, and examples that run."""

import ast
import pydoc
import re
from pathlib import Path
from types import ModuleType

import certhub_schemas
import certhub_verifier
import pytest
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
    tutorial = (certhub_verifier.__doc__ or "").partition("What can be raised")[0]
    lines = re.findall(r"^    (.*)$", tutorial, re.MULTILINE)
    names = {
        **{name: getattr(certhub_verifier, name) for name in certhub_verifier.__all__},
        "token": world.bundle(matters=matters()),
        "text": world.credential(),
        "scanned": world.sealed_code(),
        "file": world.receipt_file(),
        "shipped_catalogue": certhub_schemas.shipped_catalogue,
        "now": NOW,
    }
    exec("\n".join(lines), names)

    assert names["report"].code == "NOT_BOUND"
    assert certhub_verifier.Verdict.CHECK is names["item"].verdict
    assert isinstance(names["code"], certhub_verifier.Sealed)


def functions(tree):
    """Every public function of a module, and every public method of its public classes, by name."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            yield node.name, node
        elif isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield from ((f"{node.name}.{name}", function) for name, function in functions(node))


def raised_in(function):
    """What a function raises itself, by the last part of the name; what it makes for others is theirs."""
    waiting = list(function.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.Lambda | ast.ClassDef):
            continue
        if isinstance(node, ast.Raise) and node.exc is not None:
            yield ast.unparse(node.exc.func if isinstance(node.exc, ast.Call) else node.exc).rpartition(".")[
                2
            ]
        waiting += ast.iter_child_nodes(node)


@pytest.mark.parametrize("package", [certhub_verifier, certhub_schemas])
def test_every_public_function_says_what_it_does_and_what_it_raises(package):
    """A docstring for each, and in it the errors that its own lines raise."""
    silent = []
    for file in sorted(Path(package.__file__).parent.rglob("*.py")):
        for name, function in functions(ast.parse(file.read_text(encoding="utf-8"))):
            said = ast.get_docstring(function) or ""
            untold = [error for error in raised_in(function) if error not in said and "Raises" not in said]
            silent += [f"{file.name}: {name} {error}" for error in untold if error != "bad"]
            silent += [] if said else [f"{file.name}: {name}"]

    assert silent == []


def test_every_module_says_what_it_knows():
    """Its first line is a sentence, and the help of the package is a tutorial of eight steps."""
    for file in sorted(Path(certhub_verifier.__file__).parent.rglob("*.py")):
        said = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
        assert said.splitlines()[0].endswith((".", "?", ":")), file.name
    tutorial = pydoc.plain(pydoc.render_doc(certhub_verifier))
    steps = re.findall(r"^    (\d)\. ", tutorial, re.MULTILINE)

    assert steps == [str(n) for n in range(1, 9)]
    assert tutorial.index("8. Years later") < tutorial.index("CLASSES")
