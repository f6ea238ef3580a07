"""A wrong matter is refused, and the refusal names file and field."""

import json
import shutil
from importlib.resources import files
from pathlib import Path

import pytest
from certhub_schemas import BadEntry, kinds, load_matters, matters

SHIPPED = Path(str(files("certhub_schemas"))) / "matters"
FILE = "food-permit.json"
GONE = object()
LICENCE = "11100000MB0143028R001"

FAULTS = [
    ("order", GONE, "order"),
    ("order", 0, "order"),
    ("order", 1, "order"),
    ("order", 99, "order"),
    ("code", "placeholder-902", "code"),
    ("code", "LOCAL-902", "code"),
    ("code", "", "code"),
    ("code_origin", "national", "code"),
    ("code_origin", "mine", "code_origin"),
    ("name", GONE, "name"),
    ("name_en", 7, "name_en"),
    ("tier", "worldwide", "tier"),
    ("mode", "L4", "mode"),
    ("mode", "l1", "mode"),
    ("max_status_age_seconds", 0, "max_status_age_seconds"),
    ("max_status_age_seconds", 3600.5, "max_status_age_seconds"),
    ("max_status_age_seconds", 8 * 24 * 3600, "max_status_age_seconds"),
    ("offline_allowed", 1, "offline_allowed"),
    ("deficiency_allowed", "no", "deficiency_allowed"),
    ("legal_basis", "", "legal_basis"),
    ("retention_days", 0, "retention_days"),
    ("purposes", [], "purposes"),
    ("purposes", ["Verify It"], "purposes"),
    ("purposes", "verify", "purposes"),
    ("needs", [], "needs"),
    ("needs", {}, "needs"),
    ("needs", ["营业执照"], "needs[0]"),
    ("needs", [{"kind": LICENCE}], "needs[0].fields"),
    ("needs", [{"kind": LICENCE, "fields": []}], "needs[0].fields"),
    ("needs", [{"kind": LICENCE, "fields": ["名称", "名称"]}], "needs[0].fields"),
    ("needs", [{"kind": LICENCE, "fields": ["字号"]}], "needs[0].fields"),
    ("needs", [{"kind": LICENCE, "fields": ["名称"], "all": True}], "needs[0].all"),
    ("needs", [{"kind": LICENCE, "fields": ["名称"]}] * 2, "needs[1].kind"),
    ("needs", [{"kind": "11100000MB0143028R999", "fields": ["名称"]}], "needs[0].kind"),
    ("colour", "red", "colour"),
]


@pytest.fixture
def folder(tmp_path):
    """A copy of the shipped matters that a test may spoil."""
    return Path(shutil.copytree(SHIPPED, tmp_path / "matters"))


def test_the_unspoiled_copy_loads(folder):
    """Otherwise nothing below would prove anything."""
    assert matters() == load_matters(folder, kinds())


@pytest.mark.parametrize(("member", "value", "field"), FAULTS)
def test_a_wrong_member_is_named(folder, member, value, field):
    """Every member, missing, mistyped, unknown or at odds with the catalogue."""
    whole = json.loads((folder / FILE).read_text(encoding="utf-8"))
    if value is GONE:
        del whole[member]
    else:
        whole[member] = value
    (folder / FILE).write_text(json.dumps(whole), encoding="utf-8")

    with pytest.raises(BadEntry) as caught:
        load_matters(folder, kinds())

    assert field == caught.value.field


def test_two_files_with_one_code_are_refused(folder):
    """A copied file that was not edited is told, naming its twin."""
    whole = json.loads((folder / FILE).read_text(encoding="utf-8"))
    (folder / "zz.json").write_text(json.dumps({**whole, "order": len(matters()) + 1}), encoding="utf-8")

    with pytest.raises(BadEntry, match="is also the code of food-permit") as caught:
        load_matters(folder, kinds())

    assert (caught.value.entry, caught.value.field) == ("zz.json", "code")


def test_a_matter_that_speaks_of_a_kind_we_do_not_hold_is_refused(folder):
    """With a smaller catalogue the first matter cannot stand."""
    with pytest.raises(BadEntry) as caught:
        load_matters(folder, [each for each in kinds() if each.code != LICENCE])

    assert caught.value.field.startswith("needs[")


def test_what_editors_leave_behind_is_not_a_matter(folder):
    """Hidden files do not break the list."""
    (folder / ".swp").write_bytes(b"\x00")

    assert len(matters()) == len(load_matters(folder, kinds()))
