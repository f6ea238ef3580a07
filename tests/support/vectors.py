"""Published vectors, which lie beside the checkout; where they are absent, tests skip and say so."""

import json
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parents[2].parent / "shared" / "vectors"


def vectors(name: str) -> Any:
    """Return the JSON file `name` (`folder/file.json`) of the published vectors."""
    path = FOLDER / name
    if not path.is_file():
        pytest.skip(f"published vectors are not beside the checkout: {name}")
    return json.loads(path.read_bytes())
