"""Every table that must name all members of a closed list names them: who forgets one is told which, and where."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from certhub_keys.ring import KeyState
from certhub_schemas.purposes import Purpose
from certhub_verifier.causes import Verdict
from certhub_verifier.cli.results import Trouble
from certhub_verifier.documents import DocumentRole, DocumentState
from certhub_verifier.facts import Fact, Outcome
from certhub_verifier.floor import FloorRow
from certhub_verifier.looks import Look
from certhub_verifier.named_evidence import EvidenceKind
from certhub_verifier.policy import Channel
from certhub_verifier.receipts import Finding
from certhub_verifier.requirement_report import Materials, RequirementState

from certhub.flows.verification.show import Mode
from certhub.people.parties.people import Role
from certhub.records.certificates.rules import State, Transition
from certhub.settings import Settings
from certhub.verification.receipts.result import Result
from certhub.verification.requests.store import RequestState
from tests.house.closed_lists import (
    Fields,
    Held,
    InCode,
    InJson,
    InText,
    Made,
    Members,
    Raised,
    Rows,
    file_of,
)
from tests.house.source import PACKAGES, ROOT

VERIFIER, HUB = "verifier/certhub_verifier", "certhub"
SENTENCES, REPORT = f"{VERIFIER}/sentences.json", "schemas/certhub_schemas/report.schema.json"
CHAIN = ("$defs", "chain", "properties")
PROBLEMS, SCRIPTS = f"{HUB}/api/http/problems.json", f"{HUB}/web/static/js"
BOTH, TEXTS = ("zh", "en"), [f"{HUB}/web/texts/{lang}.json" for lang in ("zh", "en")]
CATALOGUE, RULES = f"{HUB}/history/events/catalogue.py", f"{HUB}/records/certificates/rules.py"

FACTS, CAUSES = Members(Fact), Rows(f"{VERIFIER}/causes.py", "_CATALOGUE")
TOKENS, EVENTS = Rows(f"{VERIFIER}/formats/jose/tokens.py", "_ALL", "typ"), Made(CATALOGUE, "EventType")
SIGNED = InText(file_of("certhub_schemas.purposes"), r'"([a-z]+[a-z-]*\+?[a-z-]*jwt)"')
VERDICTS, OUTCOMES, CHANNELS = Members(Verdict), Members(Outcome), Members(Channel)
STATES, TRANSITIONS, PURPOSES = Members(State), Members(Transition), Members(Purpose)
ERRORS = Raised(HUB, frozenset({"cli", "demo", "web", "server.py"}))
FINDINGS, TROUBLES, RESULTS = Members(Finding), Members(Trouble), Members(Result)

SCHEMAS, RECEIPT = "schemas/certhub_schemas", f"{VERIFIER}/formats/exchange/receipt.py"
MATTER = f"{SCHEMAS}/matter.schema.json"
PREDICATES = Rows(f"{SCHEMAS}/predicates.py", "_ALL", "name")
MODES, WHOSE = (Rows(f"{SCHEMAS}/requirements.py", name) for name in ("Mode", "Whose"))
CHECKS, MATERIALS = Rows(RECEIPT, "IDENTITY_CHECKS"), Members(Materials)
REQUIREMENT_STATES, REQUEST_STATES = Members(RequirementState), Members(RequestState)
OF_A_CASE = frozenset({"same_person_as", "same_organisation_as"})
STRANGER = "docs/verify_receipt.py"
"""The program of a stranger, which imports nothing of ours and spells every list out."""


def words(part: str) -> InJson:
    """What the verifier says of a part, in both languages."""
    return InJson(SENTENCES, (part,), BOTH)


def listed(name: str) -> InJson:
    """What the JSON Schema of a report allows."""
    return InJson(REPORT, ("$defs", name, "enum"))


def spelled_out(member: str, file: str = "answers", *, after: str = "") -> InText:
    """What the API says that a member may be; of several of one name that which stands right after another member."""
    begin = f"    {after}\n    {member}: Literal[" if after else f"    {member}: Literal["
    return InText(f"{HUB}/api/routes/{file}.py", r'"(\w+)"', begin, "]")


def in_the_matter(*at: str) -> InJson:
    """What the JSON Schema of a matter allows."""
    return InJson(MATTER, ("$defs", *at, "enum"))


def for_strangers(begin: str, end: str = '"') -> InText:
    """What the program of a stranger takes."""
    return InText(STRANGER, r"([a-z_]+)", begin, end)


def told_to_strangers(begin: str, end: str) -> tuple[InText, ...]:
    """What the page for strangers lists between two marks, in both languages."""
    pages = ("docs/verify-a-receipt.md", "docs/verify-a-receipt.zh-CN.md")
    return tuple(InText(page, r"`([A-Za-z_0-9]+)`", begin, end) for page in pages)


def keys_of(closed: Members | Rows, name: str, path: str = "") -> Held:
    """A mapping beside its list."""
    return Held(closed, InCode(path or closed.path, name))


TABLES = (
    # facts
    keys_of(FACTS, "NO_CAUSES"),
    keys_of(FACTS, "_OPEN"),
    keys_of(FACTS, "_COMMON", f"{VERIFIER}/policy.py"),
    Held(FACTS, words("facts")),
    Held(FACTS, listed("fact_name")),
    Held(FACTS, InText(FACTS.path, r"^    ([a-z_]+)  ", end='Which causes a fact may give')),
    # outcomes of facts
    Held(OUTCOMES, words("outcomes")),
    Held(OUTCOMES, listed("outcome")),
    Held(OUTCOMES, InText(f"{SCRIPTS}/result.js", r"(\w+): ", "const OUTCOME_ICON = {", "}")),
    keys_of(OUTCOMES, "_MARK", f"{VERIFIER}/cli/view.py"),
    Held(OUTCOMES, spelled_out("outcome", "report_answers")),
    # causes
    Held(CAUSES, words("codes")),
    Held(CAUSES, listed("code")),
    # verdicts
    keys_of(VERDICTS, "_WORDS"),
    keys_of(VERDICTS, "_BADNESS"),
    Held(VERDICTS, listed("verdict")),
    keys_of(VERDICTS, "SYMBOL", f"{VERIFIER}/cli/view.py"),
    Held(VERDICTS, InText(f"{SCRIPTS}/tones.js", r"^  (\w+): \[", "const TONES = {", "};")),
    Held(  # `none` is drawn where a requirement waits for nothing
        VERDICTS,
        InText(f"{SCRIPTS}/dom.js", r"^    (\w+): \[", "const [outline, mark] = {", "}[verdict]"),
        beside=frozenset({"none"}),
    ),
    Held(
        VERDICTS,
        InText(f"{HUB}/web/static/css/base.css", r"^\.verdict-icon\.(\w+) \{"),
        beside=frozenset({"none"}),
    ),
    Held(VERDICTS, InText(f"{HUB}/web/static/css/counter.css", r"^\.band\.(\w+) \.verdict-icon \{")),
    Held(VERDICTS, spelled_out("verdict", "report_answers")),
    # channels, kinds of evidence, and what is said of a file
    keys_of(CHANNELS, "_CHANGES"),
    Held(CHANNELS, listed("channel")),
    keys_of(Members(FloorRow), "FLOORS"),
    Held(Members(EvidenceKind), words("evidence"), beside=frozenset({"nothing"})),
    Held(Members(EvidenceKind), InJson(REPORT, (*CHAIN, "evidence", "oneOf", "1", "properties", "what", "enum"))),
    Held(Members(Look), words("looks")),
    Held(Members(DocumentRole), words("documents")),
    Held(Members(DocumentRole), InJson(REPORT, ("$defs", "document", "properties", "what", "enum"))),
    Held(Members(DocumentState), words("document_states")),
    Held(Members(DocumentState), InJson(REPORT, ("$defs", "document", "properties", "state", "enum"))),
    keys_of(Members(DocumentState), "_OF_STATE", f"{VERIFIER}/cli/console.py"),
    keys_of(FINDINGS, "_OF_FINDING", f"{VERIFIER}/cli/results.py"),
    Held(FINDINGS, words("findings")),
    Held(FINDINGS, words("receipts")),
    Held(FINDINGS, listed("finding")),
    Held(TROUBLES, words("troubles")),
    Held(TROUBLES, InJson(REPORT, ("$defs", "unread", "properties", "trouble", "enum"))),
    # token types and key purposes
    Held(TOKENS, InCode("tests/fuzz/corpus.py", "of_each_type")),
    Held(TOKENS, SIGNED, apart=frozenset({"kb+jwt"})),  # signed by a holder's own key
    keys_of(PURPOSES, "KEY_PURPOSES"),
    Held(Members(KeyState), InText(f"{VERIFIER}/formats/trust/listedkey.py", r'^    [A-Z]+ = "(\w+)"')),
    Held(
        Members(KeyState),
        InText("docs/trust.md", r"^\| `(\w+)` \|", "## States of a key", "## Public files"),
    ),
    # the life of a certificate
    Held(STATES, InText("docs/glossary.md", r"state `(\w+)`"), apart=frozenset({"intended", "active"})),
    keys_of(STATES, "ON_THE_WIRE"),
    Held(  # an intended certificate is none yet: unknown
        STATES, InCode(f"{VERIFIER}/checks/status.py", "STATES"), apart=frozenset({"intended"})
    ),
    Held(STATES, InJson(PROBLEMS, ("states",), BOTH), beside=frozenset({"expired"})),
    Held(STATES, InCode(f"{HUB}/api/routes/models.py", "SearchState"), beside=frozenset({"expired"})),
    *(
        Held(STATES, InText(path, r'"common\.state_(\w+)": "[^"]'), beside=frozenset({"expired", "expiring"}))
        for path in TEXTS
    ),
    Held(
        STATES,
        InText(f"{SCRIPTS}/states.js", r"(\w+): ", "const SHAPES = {", "}"),
        beside=frozenset({"expired", "expiring"}),
    ),
    Held(
        TRANSITIONS,
        InCode(f"{HUB}/flows/records/change.py", "_EVENTS"),
        apart=frozenset({"activate", "supersede", "void"}),  # by issuing, by renewing, by the sweeper
    ),
    Held(TRANSITIONS, InText(RULES, r"Transition\.([A-Z]+)\): State", "STEPS", "ON_THE_WIRE"),
         apart=frozenset({"supersede", "cancel", "revoke", "withdraw", "transfer"})),  # from _ENDS
    # events, results, modes, settings
    Held(EVENTS, InCode(CATALOGUE, "CATALOGUE")),
    *(
        Held(
            RESULTS,
            InText(path, r'"counter\.outcome_(\w+)": "[^"]'),
            beside=frozenset({"refused", "waiting", "none"}),
        )
        for path in TEXTS
    ),
    Held(RESULTS, spelled_out("result")),
    Held(RESULTS, spelled_out("result", "models")),
    Held(Members(Mode), spelled_out("mode", "models")),
    *(Held(Members(Mode), InText(path, r'"me\.mode_(\w+)": "[^"]')) for path in TEXTS),
    *(
        Held(
            Members(Role),
            InText(f"{HUB}/api/http/access.json", rf'"who": \[[^\]]*"({role})"'),
            apart=frozenset({*Role} - {role}),
        )
        for role in Role
    ),
    Held(Fields(Settings), InJson("tests/docs/settings_zh.json")),
    # what a matter asks in the place of values
    Held(PREDICATES, in_the_matter("predicate_name")),
    Held(
        PREDICATES,
        in_the_matter("condition", "oneOf", "1", "properties", "predicate"),
        apart=OF_A_CASE | {"equals"},  # they say nothing of one certificate alone
    ),
    Held(PREDICATES, listed("predicate_name")),
    Held(PREDICATES, words("predicates")),
    Held(PREDICATES, InText(PREDICATES.path, r"^    ([a-z_]+) +\{", end="The hub that holds")),
    Held(PREDICATES, InCode(f"{HUB}/records/credentials/predicates.py", "_ANSWERS"), apart=OF_A_CASE),
    *(Held(PREDICATES, InText(path, r'"me\.asks_(\w+)": "[^"]'), apart=OF_A_CASE) for path in TEXTS),
    Held(PREDICATES, for_strangers('NAMES = "')),
    *(
        Held(PREDICATES, page, beside=frozenset({"name"}))
        for page in told_to_strangers("`predicates`", "`argument`")
    ),
    Held(MODES, in_the_matter("mode")),
    Held(MODES, listed("mode")),
    Held(MODES, words("modes")),
    Held(MODES, spelled_out("mode", "matter_answers")),
    Held(WHOSE, in_the_matter("requirement", "properties", "whose")),
    Held(WHOSE, listed("whose")),
    Held(WHOSE, words("whose")),
    Held(WHOSE, spelled_out("whose", "report_answers")),
    # how a requirement and a case stand
    Held(REQUIREMENT_STATES, InCode(RECEIPT, "REQUIREMENT_STATES")),
    Held(REQUIREMENT_STATES, listed("requirement_state")),
    Held(REQUIREMENT_STATES, words("requirement_states")),
    Held(REQUIREMENT_STATES, InText("verifier/certhub_verifier/materials.py", r"^    ([a-z_]+) {2,}[a-z]",
                                    end="    complete ")),
    Held(REQUIREMENT_STATES, spelled_out("state", "matter_answers", after="name_en: str")),
    Held(REQUIREMENT_STATES, spelled_out("state", "report_answers", after="optional: bool")),
    Held(REQUIREMENT_STATES, InText(f"{SCRIPTS}/requirements.js", r"(\w+): ", "const SHAPES = {", "}")),
    *(
        Held(
            REQUIREMENT_STATES,
            InText(path, r'"common\.requirement_(\w+)": "[^"]'),
            beside=frozenset({"optional", "item", "earlier", "declared", "fields", "accepts"}),
        )
        for path in TEXTS
    ),
    Held(REQUIREMENT_STATES, for_strangers('0,31}", "state": "')),
    *(Held(REQUIREMENT_STATES, page) for page in told_to_strangers("`state`", "`cause`")),
    Held(MATERIALS, InCode(RECEIPT, "MATERIALS")),
    Held(MATERIALS, listed("materials")),
    Held(MATERIALS, words("materials")),
    Held(MATERIALS, spelled_out("materials", "report_answers")),
    Held(MATERIALS, spelled_out("materials", "matter_answers")),
    Held(MATERIALS, InText(f"{SCRIPTS}/requirements.js", r"(\w+): ", "const WHOLE = {", "}")),
    *(Held(MATERIALS, InText(path, r'"common\.materials_(\w+)": "[^"]')) for path in TEXTS),
    Held(MATERIALS, for_strangers('"materials": "')),
    *(Held(MATERIALS, page) for page in told_to_strangers("| `materials` |", "|\n")),
    # requests, and identities that are checked
    Held(REQUEST_STATES, spelled_out("state", "matter_answers", after="request_id: str")),
    Held(REQUEST_STATES, spelled_out("state", "matter_answers", after="expires_at: str")),
    Held(CHECKS, listed("identity_check")),
    Held(CHECKS, words("identity_checks"), beside=frozenset({"none"})),
    Held(CHECKS, spelled_out("method", "models")),
    Held(CHECKS, spelled_out("method", "matter_answers")),
    Held(CHECKS, InText(f"{HUB}/web/templates/counter.html", r'name="identity-method" value="(\w+)"')),
    *(
        Held(CHECKS, InText(path, r'"counter\.identity_((?:id_card|passport)_\w+)": "[^"]')) for path in TEXTS
    ),
    Held(CHECKS, for_strangers('{"method": "')),
    *(Held(CHECKS, page) for page in told_to_strangers("`method`", "`at`")),
    # problems: what a check of health, a status or a fault says beside the errors has words there too
    Held(ERRORS, InJson(PROBLEMS, ("problems",), BOTH), has_more=True),
)  # fmt: skip
"""Each closed list against each table that must name all of it."""


@pytest.mark.parametrize("held", TABLES, ids=str)
def test_a_table_names_every_member_of_its_list(held: Held):
    """And nothing else; a word that is missing is told with its list and its table."""
    assert [] == held.faults(ROOT)


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the house, to be changed."""
    folder = tmp_path_factory.mktemp("lists")
    for package in PACKAGES:
        shutil.copytree(
            ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__", "vendor")
        )
    for path in {held.table.path for held in TABLES if not (folder / held.table.path).exists()}:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / path, folder / path)
    return folder


@pytest.mark.parametrize("held", TABLES, ids=str)
def test_a_word_that_a_table_forgets_is_told_by_name(copy: Path, held: Held):
    """Each member is taken out of a copy of the table, and the check names it and the table."""
    file = copy / held.table.path
    text = file.read_text(encoding="utf-8")
    for member in held.due(copy):
        held.table.forget(copy, held.spelled(copy, member))
        faults = held.faults(copy)
        file.write_text(text, encoding="utf-8")

        assert f"{member} of {held.closed} is missing in {held.table}" in faults
    assert [] == held.faults(copy)


def put(copy: Path, path: str, *pairs: tuple[str, str]) -> None:
    """Add lines to a file of the copy, each after a line that stands there once."""
    text = (copy / path).read_text(encoding="utf-8")
    for anchor, line in pairs:
        assert 1 == text.count(anchor), anchor
        text = text.replace(anchor, anchor + line)
    (copy / path).write_text(text, encoding="utf-8")


def faults(copy: Path) -> list[str]:
    """Everything that is said of all tables."""
    return sorted(fault for held in TABLES for fault in held.faults(copy))


NEW_FACT = {
    f"{VERIFIER}/facts.py": (
        ('    LOGGED = "logged"\n', '    PAID = "paid"\n'),
        ("    logged           the ledger holds it\n", "    paid             the fee was paid\n"),
        ("        Fact.LOGGED: (),\n", "        Fact.PAID: (),\n"),
        ('    Fact.LOGGED: ("NOT_LOGGED",),\n', '    Fact.PAID: ("NOT_LOGGED",),\n'),
    ),
    f"{VERIFIER}/policy.py": (("    Fact.LOGGED: Level.OFF,\n", "    Fact.PAID: Level.OFF,\n"),),
    SENTENCES: (
        ('    "trust_fresh": {"zh": "名录够新", "en": "trust list fresh"},\n',
         '    "paid": {"zh": "费用已缴", "en": "paid"},\n'),
    ),
    REPORT: (('"trust_fresh", "agreement", ', '"paid", '),),
}  # fmt: skip
"""What a new fact needs: two files of code, the words, and the form of a report."""
OF_THE_FACT = """
from certhub_verifier.facts import Fact
from certhub_verifier.policy import Channel, policy_for
from certhub_verifier.sentences import fact_name

print(fact_name(Fact("paid"), "zh"), policy_for(None, Channel.FILE).level(Fact("paid")))
"""
OF_PURPOSES, OF_TOKENS, CORPUS = PURPOSES.path, TOKENS.path, "tests/fuzz/corpus.py"
NEW_WORD = ('    WITNESS = "witness"\n', '    ECHO = "echo"\n')
BEFORE_ROWS = "KEY_PURPOSES: Mapping[Purpose, KeyPurpose] = MappingProxyType(\n    {\n"
NEW_ROW = """        Purpose.ECHO: KeyPurpose(
            signs=("echo+jwt",), algorithm=ES256,
            signs_for=_YEAR, checked_for=2 * _YEAR, zh="回声密钥", en="echo key",
        ),
"""
HALF_A_ROW = """        Purpose.ECHO: KeyPurpose(
            signs=("echo+jwt",), algorithm=ES256, checked_for=2 * _YEAR, en="echo key",
        ),
"""
NEW_TYPE = ("_ALL = (\n", '    TokenType(typ="echo+jwt", max_bytes=_SMALL, required=("iss", "iat")),\n')
NEW_TARGET = (
    "        of_each_type: dict[str, tuple[str, ...]] = {\n",
    '            "echo+jwt": (self.world.receipt(),),\n',
)
TYPES_ALONE = "import certhub_verifier.formats.jose.tokens"
OF_THE_PURPOSE = """
import sys
from pathlib import Path
from certhub_schemas.purposes import KEY_PURPOSES, Purpose
from certhub_verifier.formats.jose import jws
from tests.support.region import make_regions

with make_regions(Path(sys.argv[1], "regions")) as (home, *_):
    signer = home.hub.signer(Purpose("echo"))
    key = home.hub.trust.key(signer.kid)
    token = jws.sign({"iss": "urn:certhub:region:420700", "iat": 1}, typ="echo+jwt", key=signer)
    print(jws.verify(jws.parse(token, "echo+jwt"), key)["iss"], signer.kid, key.algorithm.name)
    print((key.until - key.from_).days, (key.verify_until - key.from_).days, KEY_PURPOSES[key.purpose].zh)
"""


@pytest.fixture
def own_copy(copy: Path) -> Iterator[Path]:
    """The copy, put back afterwards."""
    kept = {path: (copy / path).read_bytes() for path in (*NEW_FACT, OF_PURPOSES, OF_TOKENS, CORPUS)}
    yield copy
    for path, content in kept.items():
        (copy / path).write_bytes(content)


def ran(copy: Path, program: str) -> subprocess.CompletedProcess[str]:
    """Run a program on the packages of the copy, with the tests' own helpers."""
    paths = os.pathsep.join((*(str((copy / package).parent) for package in PACKAGES), str(ROOT)))
    command = [sys.executable, "-c", program, str(copy)]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=copy, env=os.environ | {"PYTHONPATH": paths}
    )


def test_a_new_fact_is_asked_for_by_name_and_touches_two_files_of_code(own_copy: Path):
    """Alone in its list it is missing in six tables, each told by name; with its rows, words and form all is well."""
    list_, *rows = NEW_FACT[FACTS.path]
    put(own_copy, FACTS.path, list_)
    missing = faults(own_copy)
    put(own_copy, FACTS.path, *rows)
    for path, pairs in NEW_FACT.items():
        if path != FACTS.path:
            put(own_copy, path, *pairs)
    ended = ran(own_copy, OF_THE_FACT)

    of_facts = [held.table for held in TABLES if held.closed == FACTS]
    assert sorted(f"paid of Fact is missing in {table}" for table in of_facts) == missing
    assert (6, []) == (len(missing), faults(own_copy))
    assert (0, "费用已缴 off\n") == (ended.returncode, ended.stdout), ended.stderr
    assert 3 >= sum(path.endswith(".py") for path in NEW_FACT)


def test_a_new_key_purpose_and_its_token_type_touch_two_files_of_code(own_copy: Path):
    """Row, life, words, type and something to fuzz are asked for; then a region makes such a key, and signs with it."""
    put(own_copy, OF_PURPOSES, NEW_WORD)
    asked = faults(own_copy)
    put(own_copy, OF_PURPOSES, (BEFORE_ROWS, HALF_A_ROW))
    half = ran(own_copy, TYPES_ALONE).stderr
    whole = (own_copy / OF_PURPOSES).read_text(encoding="utf-8").replace(HALF_A_ROW, NEW_ROW)
    (own_copy / OF_PURPOSES).write_text(whole, encoding="utf-8")
    asked += faults(own_copy)
    put(own_copy, OF_TOKENS, NEW_TYPE)
    asked += faults(own_copy)
    put(own_copy, CORPUS, NEW_TARGET)
    ended = ran(own_copy, OF_THE_PURPOSE)

    assert [
        f"echo of Purpose is missing in {InCode(OF_PURPOSES, 'KEY_PURPOSES')}",
        f"echo+jwt in {SIGNED} is none of {TOKENS}",
        f"echo+jwt of {TOKENS} is missing in {InCode(CORPUS, 'of_each_type')}",
    ] == asked
    assert "KeyPurpose.__init__() missing 2 required keyword-only arguments: 'signs_for' and 'zh'" in half
    assert [] == faults(own_copy)
    told = "urn:certhub:region:420700 420700-echo-1 ES256\n365 730 回声密钥\n"
    assert (0, told) == (ended.returncode, ended.stdout), ended.stderr


def test_a_token_type_that_no_purpose_signs_is_told_by_name(own_copy: Path):
    """Nobody reads such a token with a key of no purpose: the table does not come up."""
    put(own_copy, OF_TOKENS, NEW_TYPE)

    assert "TypeError: no key purpose signs echo+jwt" in ran(own_copy, TYPES_ALONE).stderr
