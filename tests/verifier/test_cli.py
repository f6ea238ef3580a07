"""certhub-verify, as people and programs use it: the exit code is the verdict."""

import io
import json
import subprocess
import sys
from datetime import timedelta

import pytest
from certhub_schemas import matters
from certhub_schemas.purposes import Purpose
from certhub_verifier import cli
from certhub_verifier.formats import codes
from certhub_verifier.formats.exchange import bundle as bundles
from certhub_verifier.formats.jose import jws
from certhub_verifier.formats.status import statuslist

from tests.support.credentials import AWAY, CLAIMS, HOME, INDEX, MARRIAGE, MATTER, NOW, World, named_key

WORLD = World()
AT = ["--at", NOW.isoformat()]
URI = statuslist.status_uri(HOME, 3)


@pytest.fixture(scope="module")
def public_files(tmp_path_factory):
    """A folder with trust in both forms, and one of everything to verify."""
    folder = tmp_path_factory.mktemp("public")
    put = {
        "bundle.jwt": WORLD.bundle(matters=matters()),
        "bundle.json": json.dumps({"bundle": WORLD.bundle(matters=matters())}),
        "revoked.jwt": WORLD.bundle(matters=matters(), status={URI: WORLD.status_token({INDEX: 1})}),
        "trust/status/420700/3": WORLD.status_token().decode(),
        "trust/status/README": "status lists by region",
        "trust/README.txt": "target files",
        "licence.sd-jwt": WORLD.credential() + "\n",
        "code.txt": WORLD.sealed_code() + "\n",
        "receipt.jwt": WORLD.receipt() + "\n",
        "receipt.json": WORLD.receipt_file(),
        **{f"trust/{path}": data.decode() for path, data in WORLD.trust_files().items()},
    }
    for name, text in put.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(text.encode())
    return folder


@pytest.fixture
def verify(public_files, capsys):
    """Run the command on files of the folder; returns exit code, stdout and stderr."""

    def run(*arguments, trust="bundle.jwt", at=AT):
        here = {file.name for file in public_files.iterdir()}
        known = [str(public_files / one) if one in here else one for one in arguments]
        code = cli.main([*known, *(["--trust", str(public_files / trust)] if trust else []), *at])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


@pytest.mark.parametrize("trust", ["bundle.jwt", "bundle.json", "trust"])
def test_what_is_genuine_is_found_genuine_by_any_form_of_trust(verify, trust):
    """A folder of trust files, a bundle, and the API's answer saved as it is."""
    assert [10, 10, 0, 0] == [
        verify(name, trust=trust)[0] for name in ("licence.sd-jwt", "code.txt", "receipt.jwt", "receipt.json")
    ]


def test_a_code_may_be_given_as_text_in_any_case(verify):
    """Typed, or pasted with blanks."""
    code = WORLD.sealed_code().lower()

    assert verify(code)[0] == 10
    assert verify(" ".join(code[i : i + 5] for i in range(0, len(code), 5)))[0] == 10


def test_a_revoked_certificate_ends_with_twenty(verify):
    """By the list that came with the bundle."""
    code, out, _ = verify("licence.sd-jwt", "--json", trust="revoked.jwt")

    assert (code, json.loads(out)["code"]) == (20, "REVOKED")


@pytest.mark.parametrize(
    ("argument", "expected", "code"),
    [
        (codes.mint_ticket(HOME, random=bytes), 30, "NEEDS_HUB"),
        ("EC1" + "0" * 9, 30, "CODE_PARTIAL"),
        (WORLD.sealed_code()[:312], 30, "CODE_PARTIAL"),
        (WORLD.sealed_code()[:-1] + "!", 20, "TAMPERED"),
        (WORLD.sealed_code(key=named_key("420700-show-9")), 30, "ISSUER_UNKNOWN"),
        ("https://pay.example/qr/281932", 30, "NOT_OUR_CODE"),
        ("", 30, "NOT_OUR_CODE"),
        ("这不是码", 30, "NOT_OUR_CODE"),
        (WORLD.credential().replace("~", "~x", 1), 20, "TAMPERED"),
        (WORLD.credential().partition("~")[0], 30, "NOT_OUR_CODE"),
        (WORLD.status_token().decode(), 30, "NOT_OUR_CODE"),
        ("x" * 400, 20, "TAMPERED"),
        ("%" * 5000, 30, "NOT_OUR_CODE"),
        ("\0", 30, "NOT_OUR_CODE"),
    ],
)
def test_what_is_no_good_says_why(verify, argument, expected, code):
    """Another's code is undetermined; ours, altered, is invalid; a ticket is for its hub."""
    found, out, _ = verify(argument, "--json")

    assert (found, json.loads(out)["code"]) == (expected, code)


def test_any_changed_byte_of_a_receipt_file_ends_with_twenty(public_files, capsys, tmp_path):
    """Through the command too (every position: test_intake.py)."""
    file, trust = tmp_path / "receipt", str(public_files / "trust")
    for good in ((public_files / "receipt.jwt").read_bytes(), (public_files / "receipt.json").read_bytes()):
        for place in range(0, len(good), 193):
            for other in (good[place] ^ 1, ord("~"), ord("{"), 0xFF):
                if other != good[place]:
                    file.write_bytes(good[:place] + bytes([other]) + good[place + 1 :])
                    assert cli.main([str(file), "--trust", trust, "--json", *AT]) == 20, (place, other)
        capsys.readouterr()


def test_without_trust_nothing_is_valid_and_the_command_says_what_to_do(verify):
    """30, with the next step on stderr."""
    code, out, err = verify("licence.sd-jwt", "--json", trust=None)

    assert (code, json.loads(out)["code"]) == (30, "ISSUER_UNKNOWN")
    assert json.loads(out)["trust"]["origin"] == "none"
    assert "--trust" in err
    assert verify("receipt.json", trust=None)[0] == 30


def test_a_broken_trust_list_is_no_trust_list(verify, public_files, tmp_path):
    """An altered bundle, or a folder without members, trusts nobody and says so."""
    (tmp_path / "empty").mkdir()
    text = (public_files / "bundle.jwt").read_text()
    (tmp_path / "altered.jwt").write_text(text[:-1] + ("A" if text[-1] != "A" else "B"))
    for trust in (tmp_path / "empty", tmp_path / "altered.jwt", public_files / "licence.sd-jwt"):
        code, out, err = verify("licence.sd-jwt", "--json", trust=trust)
        assert (code, json.loads(out)["trust"]["as_of"]) == (30, None)
        assert json.loads(out)["trust"]["trouble"] in err


def test_a_bundle_named_by_hand_says_that_it_is_its_own_anchor(verify):
    """On stderr for a person, in the JSON for a program."""
    _, out, err = verify("receipt.json", "--json")

    assert json.loads(out)["trust"]["own_anchor"] is True
    assert "own anchor" in err
    assert json.loads(verify("receipt.json", "--json", trust="trust")[1])["trust"]["own_anchor"] is False


def test_a_bundle_is_held_to_its_life(verify):
    """Twelve hours; then its trust is too old for codes, and a receipt is still genuine."""
    later = ["--at", (NOW + timedelta(hours=12, seconds=1)).isoformat()]

    assert json.loads(verify("licence.sd-jwt", "--json", at=later)[1])["code"] == "LIST_TOO_OLD"
    assert verify("receipt.json", at=later)[0] == 0


def test_one_json_object_and_nothing_else_on_stdout(verify):
    """The report of the API, with its exit code and the trust that it was judged by."""
    _, out, _ = verify("licence.sd-jwt", "--json", "--lang", "en")
    report = json.loads(out)

    assert out.count("\n") == 1
    assert report["headline"] == "The certificate is genuine; that its holder shows it was not checked"
    assert report["exit_code"] == 10
    assert {"facts", "disclosed", "kind_name", "result_number"} <= set(report["items"][0])
    assert report["as_of"] == "2026-11-24T09:41:00+08:00"


def test_a_receipt_tells_what_it_records(verify):
    """`recorded_verdict` for programs; for people the verdict of then, the window and the identifier."""
    report = json.loads(verify("receipt.json", "--json")[1])
    _, out, _ = verify("receipt.json")

    assert (report["recorded_verdict"], report["finding"]) == ("valid", "GENUINE")
    assert out.splitlines()[0] == " ✔  回执属实  RECEIPT GENUINE"
    assert "✔ 当时的结论：有效 recorded then: valid  (OK)" in out
    assert "✔ 营业执照 Business licence" in out
    assert WORLD.identifier() in out


def test_a_genuine_receipt_of_a_bad_certificate_does_not_read_valid(verify, tmp_path):
    """What is genuine is the receipt; what it records stands below."""
    (tmp_path / "receipt").write_text(WORLD.receipt(verdict="invalid", code="REVOKED"))
    code, out, _ = verify(str(tmp_path / "receipt"), "--lang", "en")

    assert code == 0
    assert "VALID" not in out
    assert "recorded then: invalid  (REVOKED)" in out


def test_a_person_reads_verdict_and_next_step_first(verify):
    """Chinese, then English, then every fact with its answer, age and who."""
    _, out, _ = verify("licence.sd-jwt")
    lines = out.splitlines()

    assert lines[0] == " ▲  有效·请核对  VALID, PLEASE CHECK"
    assert lines[1].strip() == "证照属实，但未核实出示人就是持证人"
    assert lines[2].strip().startswith("→ ")
    assert "  ✔ 当前状态          present status            刚刚 just now" in lines
    assert "      鄂州市市场监督管理局（演示） Ezhou Market Regulation (demo)" in lines
    assert "\x1b" not in out


def test_a_person_reads_by_what_it_was_judged(verify):
    """As of when, by which trust list and how old, and by whose limits: the last lines."""
    lines = verify("licence.sd-jwt", "--lang", "en")[1].splitlines()

    assert [line.split("  ")[1] for line in lines[-3:]] == ["judged as of", "trust list", "matter"]
    assert "version 7, just now · a bundle named by hand" in lines[-2]
    assert "none named; its limits hold" in lines[-1]


def test_claims_stand_in_the_order_of_the_kind(verify):
    """A credential shuffles them; a person looks for the number first."""
    out = verify("licence.sd-jwt")[1]

    assert sorted(CLAIMS, key=out.index) == ["证照编号", "持证主体", "名称", "法定代表人", "成立日期", "住所"]


def test_a_code_that_fails_by_itself_shows_nobodys_data(verify, tmp_path):
    """Expired: every answer is told, and not whose licence it would have been."""
    late = ["--at", (NOW + timedelta(minutes=5)).isoformat()]
    code, out, _ = verify("code.txt", at=late)

    assert code == 30
    assert "有效期" in out
    assert "示例小面馆" not in out


def test_one_language_if_asked(verify):
    """No Chinese but names in an English report."""
    _, out, _ = verify("code.txt", "--lang", "en")

    assert "有效" not in out
    assert out.splitlines()[0] == " ▲  VALID, PLEASE CHECK"


def test_stdin_is_an_input(verify, monkeypatch_stdin):
    """A scanner that types, or a pipe."""
    monkeypatch_stdin(WORLD.sealed_code().encode())

    assert verify("-")[0] == 10


@pytest.fixture
def monkeypatch_stdin():
    """Give the command another standard input, and the old one back."""
    before = sys.stdin

    def give(content):
        sys.stdin = io.TextIOWrapper(io.BytesIO(content))

    yield give
    sys.stdin = before


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--at", "2026-11-24T09:41:00", "x"],
        ["--at", "yesterday", "x"],
        ["--matter", "NO-SUCH-MATTER", "x"],
        ["--trust", "/no/such/folder", "x"],
        ["recipt.json"],
        ["--unknown", "x"],
        ["bundle.jwt"],
    ],
)
def test_wrong_use_ends_with_two_and_a_next_step(verify, arguments):
    """Never with a verdict."""
    code, out, err = verify(*arguments, at=[], trust=None if "--trust" in arguments else "trust")

    assert (code, out) == (2, "")
    assert "下一步 / next step: " in err


def test_the_matter_decides_the_limits(verify):
    """A matter that is never settled offline does not take what a counter offline can know."""
    online_only = next(matter for matter in matters() if not matter.offline_allowed)

    assert verify("code.txt", "--matter", MATTER)[0] == 10
    assert verify("code.txt", "--matter", online_only.code)[0] == 30


def test_only_a_named_matter_offers_to_accept_incomplete(verify):
    """Limits can be assumed; an offer to a citizen cannot."""
    at = ["--at", (NOW + timedelta(minutes=5)).isoformat()]
    lenient = next(matter for matter in matters() if matter.deficiency_allowed and matter.offline_allowed)
    paper = WORLD.paper_code()

    assert "先受理" not in verify(paper, at=at)[1]
    assert "先受理" in verify(paper, "--matter", lenient.code, at=at)[1]


def test_a_bundle_says_whose_counter_it_is(verify, public_files, tmp_path):
    """At 420100's counter a licence of 420700 needs the agreement, and a marriage certificate has none."""
    key = WORLD.region_key(Purpose.BUNDLE, AWAY)
    contents = bundles.read_bundle(WORLD.bundle(matters=matters())).parsed.payload
    (tmp_path / "away.jwt").write_text(jws.sign({**contents, "iss": AWAY}, typ="bundle+jwt", key=key))
    trust = tmp_path / "away.jwt"

    assert verify("code.txt", trust=trust)[0] == 10
    code, out, _ = verify(WORLD.sealed_code(kind=MARRIAGE), "--json", trust=trust)
    assert (code, json.loads(out)["code"]) == (30, "NO_AGREEMENT")


def test_without_the_extra_a_picture_says_what_to_install(public_files, tmp_path):
    """2 and the line to run where it is the only input; its own undetermined line among others."""
    (tmp_path / "photo.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    bare = (
        "import sys; sys.modules['zxingcpp'] = None; from certhub_verifier import cli; sys.exit(cli.main())"
    )
    for others, expected in (([], 2), ([WORLD.receipt()], 30)):
        done = subprocess.run(
            [
                sys.executable,
                "-c",
                bare,
                tmp_path / "photo.png",
                *others,
                "--trust",
                public_files / "trust",
                *AT,
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        assert expected == done.returncode
        assert "pip install 'certhub-verifier[image]'" in (done.stderr if expected == 2 else done.stdout)


def test_the_module_is_the_command():
    """`python -m certhub_verifier` ends with the same code."""
    done = subprocess.run(
        [sys.executable, "-m", "certhub_verifier", "--help"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0
    assert "certhub-verify" in done.stdout
