"""A new kind is one folder of data and no line of code."""

import json
import shutil
from importlib.resources import files
from pathlib import Path

import pytest
from certhub_schemas import load_kinds
from certhub_schemas.codes import uscc
from certhub_schemas.kinds import shipped_kinds

SHIPPED = Path(str(files("certhub_schemas"))) / "catalog"
BUREAU = "11410800MB18523953"  # a municipal bureau that defines kinds of its own


@pytest.fixture
def catalog(tmp_path):
    """A copy of the shipped catalogue that a test may write to."""
    return Path(shutil.copytree(SHIPPED, tmp_path / "catalog"))


def test_a_copied_catalogue_is_the_catalogue(catalog):
    """The loader needs nothing but the folder."""
    assert shipped_kinds() == load_kinds(catalog)


def test_a_folder_more_is_a_kind_more(catalog):
    """A municipal kind, defined by nobody whom the code has heard of, is loaded like any other."""
    assert uscc.parse(BUREAU) == BUREAU
    code = f"{BUREAU}004"
    folder = catalog / "hot-spring-permit"
    folder.mkdir()
    entry = {
        "code": code,
        "code_origin": "national",
        "name": "温泉经营备案证明",
        "name_en": "Hot spring filing",
        "version": 2,
        "defined_by": {"name": "某市某局", "code": BUREAU, "level": "municipal"},
        "holder_category": "legal",
        "holders": "one",
        "min_holders": 1,
        "max_holders": 1,
        "validity": ["2年"],
        "issuing_level": "county",
        "related_matters": [],
    }
    annotation = {"title_en": "Pool", "sensitivity": "public", "face": True, "format": "text", "order": 1}
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:certhub:kind:{code}:2",
        "title": "温泉经营备案证明",
        "type": "object",
        "additionalProperties": False,
        "required": ["池名"],
        "properties": {
            "池名": {
                "type": "string",
                "title": "池名",
                "minLength": 1,
                "maxLength": 20,
                "x-certhub": annotation,
            }
        },
    }
    (folder / "kind.json").write_text(json.dumps(entry), encoding="utf-8")
    (folder / "claims.schema.json").write_text(json.dumps(schema), encoding="utf-8")

    loaded = {each.code: each for each in load_kinds(catalog)}

    assert len({each.code for each in shipped_kinds()}) + 1 == len(loaded)
    assert loaded[code].vct == "urn:certhub:kind:11410800MB18523953004:2"
    assert loaded[code].slug == "hot-spring-permit"
    assert [field.title for field in loaded[code].face_fields] == ["池名"]


def test_what_editors_leave_behind_is_not_a_kind(catalog):
    """Hidden files and caches do not break a catalogue."""
    (catalog / ".DS_Store").write_bytes(b"\x00")
    (catalog / "__pycache__").mkdir()

    assert len(shipped_kinds()) == len(load_kinds(catalog))
