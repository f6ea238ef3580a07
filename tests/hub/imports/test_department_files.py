"""Files as departments export them: exactly the rows with planted faults are refused, each at its column."""

import json
from pathlib import Path

import pytest

from tests.hub.imports.files import judged, rows_of

FOLDER = Path(__file__).parents[3].parent / "shared" / "data" / "import"
FILES = sorted(FOLDER.glob("*.csv"))


@pytest.mark.skipif(not FILES, reason="no ../shared/data/import beside the checkout")
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_exactly_the_planted_faults_are_found(file):
    """Row, column and code of each planted fault, and nothing else."""
    planted = json.loads(file.with_name(file.name + ".faults.json").read_text())
    expected = [(fault["row"], fault["column"], fault["fault"]) for fault in planted["faults"]]

    drafts, refused = judged(file.read_bytes(), file.name)

    assert expected == refused
    assert planted["rows"] - len(expected) == len(drafts)
    assert planted["rows"] == rows_of(file.read_bytes(), file.name).total
