"""A wrong entry is refused, and the refusal names entry and field."""

import json
import shutil
from importlib.resources import files
from pathlib import Path

import pytest
from certhub_schemas import BadEntry, load_kinds

SHIPPED = Path(str(files("certhub_schemas"))) / "catalog"
ENTRY = "food-permit"
GONE = object()

KIND_FAULTS = [
    ("code", GONE),
    ("code", ""),
    ("code", 11420700),
    ("code", "11420700MB9999001190"),
    ("code", "11420700MB999900119011"),
    ("code", "11420700MB9999001190A"),
    ("code", "11420700MB99990011９０１"),
    ("code", "11420700MB99990011000"),
    ("code", "11420700MB99990011899"),
    ("code", "11100000MB0143028R901"),
    ("code_origin", "provincial"),
    ("code_origin", None),
    ("name", ""),
    ("name", " 食品"),
    ("name", "食品\u0007"),
    ("name", "食\u3164品"),
    ("name", "食\u034f品"),
    ("related_matters", ["开\ufe0f\u115f店"]),
    ("name", "长" * 201),
    ("name_en", GONE),
    ("name_en", ["Food"]),
    ("version", 0),
    ("version", True),
    ("version", "1"),
    ("version", 1.0),
    ("defined_by", "市监局"),
    ("defined_by.code", "11420700MB99990012"),
    ("defined_by.code", "11420700MB9999001O"),
    ("defined_by.code", "11420700"),
    ("defined_by.name", GONE),
    ("defined_by.level", "galactic"),
    ("defined_by.extra", 1),
    ("holder_category", "animal"),
    ("holder_category", ["legal"]),
    ("holders", "many"),
    ("min_holders", 0),
    ("min_holders", 2),
    ("max_holders", 2),
    ("max_holders", 65),
    ("max_holders", GONE),
    ("validity", []),
    ("validity", "5年"),
    ("validity", ["5年", "5年"]),
    ("validity", ["五年"]),
    ("validity", ["0年"]),
    ("issuing_level", "省级"),
    ("related_matters", GONE),
    ("related_matters", [1]),
    ("colour", "red"),
]
SCHEMA_FAULTS = [
    ("$schema", "http://json-schema.org/draft-07/schema#"),
    ("$schema", GONE),
    ("$id", "urn:certhub:kind:11420700MB99990011901:2"),
    ("title", "食品"),
    ("type", "array"),
    ("additionalProperties", True),
    ("additionalProperties", GONE),
    ("required", GONE),
    ("required", ["不存在"]),
    ("required", ["主体业态", "主体业态"]),
    ("properties", {}),
    ("properties", []),
    ("properties.主体业态", "string"),
    ("properties.主体业态.title", "业态"),
    ("properties.主体业态.type", "integer"),
    ("properties.主体业态.minLength", 0),
    ("properties.主体业态.minLength", GONE),
    ("properties.主体业态.maxLength", GONE),
    ("properties.主体业态.maxLength", 0),
    ("properties.主体业态.maxLength", 4001),
    ("properties.主体业态.pattern", ".*"),
    ("properties.主体业态.x-certhub", GONE),
    ("properties.主体业态.x-certhub.title_en", GONE),
    ("properties.主体业态.x-certhub.sensitivity", "secret"),
    ("properties.主体业态.x-certhub.face", "yes"),
    ("properties.主体业态.x-certhub.format", "colour"),
    ("properties.主体业态.x-certhub.order", 0),
    ("properties.主体业态.x-certhub.order", GONE),
    ("properties.主体业态.x-certhub.hidden", True),
    ("$defs", {}),
]


@pytest.fixture
def catalog(tmp_path):
    """A catalogue of two kinds that a test may spoil."""
    for name in (ENTRY, "business-licence"):
        shutil.copytree(SHIPPED / name, tmp_path / "catalog" / name)
    return tmp_path / "catalog"


def spoil(file, field, value):
    """Set the member at the dotted path `field` of a JSON file, or take it away."""
    whole = json.loads(file.read_text(encoding="utf-8"))
    *path, last = field.split(".")
    at = whole
    for step in path:
        at = at[step]
    if value is GONE:
        del at[last]
    else:
        at[last] = value
    file.write_text(json.dumps(whole, ensure_ascii=False), encoding="utf-8")


def refused(catalog):
    """Load the catalogue, which must be refused, and return the refusal."""
    with pytest.raises(BadEntry) as caught:
        load_kinds(catalog)
    return caught.value


@pytest.mark.parametrize("hidden", ["\u3164", "\u034f", "\u200b", "\ue863"])
def test_a_title_that_nobody_can_read_is_refused(catalog, hidden):
    """A claim's title is on every screen: two of them may not differ by what is not seen."""
    file = catalog / ENTRY / "claims.schema.json"
    whole = json.loads(file.read_text(encoding="utf-8"))
    title = f"主体{hidden}业态"
    whole["properties"][title] = whole["properties"].pop("主体业态") | {"title": title}
    file.write_text(json.dumps(whole, ensure_ascii=False), encoding="utf-8")

    assert refused(catalog).field.endswith(f"{title}.title")


def test_the_unspoiled_copy_loads(catalog):
    """Otherwise nothing below would prove anything."""
    assert len(load_kinds(catalog)) == 2


@pytest.mark.parametrize(("field", "value"), KIND_FAULTS)
def test_a_wrong_member_of_an_entry_is_named(catalog, field, value):
    """Every member of kind.json, missing, mistyped or impossible."""
    spoil(catalog / ENTRY / "kind.json", field, value)

    error = refused(catalog)

    counts = {"min_holders": ("min_holders", "max_holders")}
    assert error.entry == ENTRY
    assert error.field in counts.get(field, (field,))


@pytest.mark.parametrize(("field", "value"), SCHEMA_FAULTS)
def test_a_wrong_member_of_a_claims_schema_is_named(catalog, field, value):
    """Every member of claims.schema.json, down to the annotations of a claim."""
    spoil(catalog / ENTRY / "claims.schema.json", field, value)

    error = refused(catalog)

    assert error.entry == ENTRY
    assert field == error.field


def test_display_order_counts_without_gaps_or_twins(catalog):
    """Two claims in one place, or a place left out, would leave the order to chance."""
    for order in (1, 9):
        spoil(catalog / ENTRY / "claims.schema.json", "properties.主体业态.x-certhub.order", order)

        assert refused(catalog).field.endswith("x-certhub.order")


def test_five_claims_do_not_go_on_a_face(catalog):
    """A sealed code carries four at most."""
    file = catalog / "business-licence" / "claims.schema.json"
    for title in ("类型", "注册资本"):
        spoil(file, f"properties.{title}.x-certhub.face", True)

    error = refused(catalog)

    assert (error.entry, error.field) == ("business-licence", "face")


@pytest.mark.parametrize("sensitivity", ["sensitive", "internal"])
def test_a_guarded_claim_does_not_go_on_a_face(catalog, sensitivity):
    """Anybody may scan a sealed code."""
    spoil(catalog / ENTRY / "claims.schema.json", "properties.主体业态.x-certhub.sensitivity", sensitivity)

    assert refused(catalog).field == "properties.主体业态.x-certhub.face"


def test_an_identity_number_is_sensitive_and_stays_off_the_face(catalog):
    """However the entry calls it."""
    file = catalog / "business-licence" / "claims.schema.json"
    spoil(file, "properties.法定代表人身份证号.x-certhub.sensitivity", "public")
    assert refused(catalog).field.endswith("sensitivity")

    spoil(file, "properties.法定代表人身份证号.x-certhub.face", True)
    assert refused(catalog).field.endswith("face")


def test_a_date_says_so_to_every_validator(catalog):
    """The standard's own `format` stands beside ours, and only on dates."""
    file = catalog / "business-licence" / "claims.schema.json"
    spoil(file, "properties.成立日期.format", GONE)
    assert refused(catalog).field == "properties.成立日期.format"

    spoil(file, "properties.成立日期.format", "date")
    spoil(file, "properties.名称.format", "date")
    assert refused(catalog).field == "properties.名称.format"


def test_a_claim_cannot_be_called_like_metadata(catalog):
    """证照编号 as a claim would stand twice in a credential."""
    file = catalog / ENTRY / "claims.schema.json"
    schema = json.loads(file.read_text(encoding="utf-8"))
    claim = schema["properties"].pop("主体业态")
    schema["properties"]["证照编号"] = {**claim, "title": "证照编号"}
    schema["required"] = []
    file.write_text(json.dumps(schema), encoding="utf-8")

    assert refused(catalog).field == "properties.证照编号.title"


@pytest.mark.parametrize("name", ["kind.json", "claims.schema.json"])
@pytest.mark.parametrize(
    "content",
    [None, b"", b"{", b"[]", b"\xff\xfe", b'{"a": 1, "a": 1}', b'{"a": NaN}', b"[" * 100_000],
    ids=["missing", "empty", "cut", "list", "not-utf8", "twice", "nan", "deep"],
)
def test_a_file_that_is_no_json_object_is_named(catalog, name, content):
    """Missing, cut, in another encoding, with a member twice or nested beyond sense."""
    file = catalog / ENTRY / name
    if content is None:
        file.unlink()
    else:
        file.write_bytes(content)

    error = refused(catalog)

    assert (ENTRY, name) == (error.entry, error.field)


def test_two_entries_with_one_code_are_refused(catalog):
    """A copied folder that was not edited is told, naming its twin."""
    shutil.copytree(catalog / ENTRY, catalog / "food-permit-2")

    error = refused(catalog)

    assert (error.entry, error.field) == ("food-permit-2", "code")
    assert "food-permit" in error.why


def test_two_entries_with_one_name_are_refused(catalog):
    """A clerk chooses by name, so two kinds of one name would be a trap."""
    spoil(catalog / ENTRY / "kind.json", "name", "营业执照")
    spoil(catalog / ENTRY / "claims.schema.json", "title", "营业执照")

    assert (refused(catalog).entry, refused(catalog).field) == (ENTRY, "name")


def test_a_folder_has_a_plain_name(catalog):
    """The folder's name is the kind's slug and may stand in an address."""
    (catalog / ENTRY).rename(catalog / "Food Permit")

    assert (refused(catalog).entry, refused(catalog).field) == ("Food Permit", "slug")


def test_a_stray_file_is_told(catalog):
    """One folder per kind; a loose file is a slip of the hand."""
    (catalog / "kind.json").write_text("{}", encoding="utf-8")

    assert refused(catalog).entry == "kind.json"


def test_an_empty_catalogue_is_no_catalogue(tmp_path):
    """No kind at all means that the folder is the wrong one."""
    assert tmp_path.name == refused(tmp_path).entry
