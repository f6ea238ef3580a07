"""The API as others see it: the committed document is the one that the code makes."""

import json
from importlib.resources import files
from typing import Any

from certhub.app import create_app

COMMITTED: dict[str, Any] = json.loads(
    files("certhub_schemas").joinpath("openapi.json").read_text(encoding="utf-8")
)


def test_the_committed_document_is_what_the_code_says():
    """A changed route changes the document with it: `certhub openapi --output schemas/certhub_schemas/openapi.json`."""
    assert COMMITTED == json.loads(json.dumps(create_app().openapi()))


def test_every_operation_speaks_both_languages():
    """Each summary is Chinese first, English second."""
    operations = [o for path in COMMITTED["paths"].values() for o in path.values()]

    assert [] == [o["operationId"] for o in operations if " · " not in o["summary"]]
