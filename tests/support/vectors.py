"""Published vectors, kept in tests/published: its README says where each comes from and under which licence."""

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[1] / "published"


def vectors(name: str) -> Any:
    """Return the JSON file `name` (`folder/file.json`) of the published vectors."""
    return json.loads((FOLDER / name).read_bytes())
