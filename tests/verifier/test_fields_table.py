"""The table of what each matter sees of the paper: a command that a stranger can run."""

import pytest
from certhub_schemas import kind, matters
from certhub_schemas.least_fields import seen_by
from certhub_verifier import cli


def printed(capsys, *arguments):
    """Run the command; returns exit code, stdout and stderr."""
    code = cli.main(["--fields-table", *arguments])
    said = capsys.readouterr()
    return code, said.out, said.err


def test_every_matter_and_every_certificate_has_its_figure(capsys):
    """Least fields, fields on the paper, and the share: of the matter, and of each certificate that it takes."""
    code, out, _ = printed(capsys, "--lang", "zh")
    lines = [line.strip() for line in out.splitlines()]

    assert 0 == code
    for each in matters():
        seen = seen_by(each, kind)
        share = f"{100 * seen.least / seen.on_paper:.1f}"
        at = lines.index(f"{each.code} {each.name} · {seen.least} / {seen.on_paper} = {share} %")
        told = lines[at + 1 : at + 1 + len(seen.kinds) * 4]
        for one in seen.kinds:
            start = f"{one.kind.name} · {one.least} / {one.on_paper} = "
            assert any(line.startswith(start) and "、".join(one.way.titles) in line for line in told)


def test_what_a_short_paper_tells_more_has_its_reason_beside(capsys):
    """Each field with its own; of a paper that is not short no reason is printed."""
    _, out, _ = printed(capsys, "--lang", "zh", "--matter", "PLACEHOLDER-903")
    lines = [line.strip() for line in out.splitlines()]
    at = next(n for n, line in enumerate(lines) if line.startswith("巡游出租汽车驾驶员证"))

    assert [
        "巡游出租汽车驾驶员证 · 2 / 5 = 40.0 % · 姓名、从业资格类别 · 证照字段少，多看一项",
        "姓名: 核对是否为本次办理的驾驶员",
        "从业资格类别: 资格类别须与运输范围相符",
    ] == lines[at : at + 3]
    assert "多看一项" not in printed(capsys, "--matter", "PLACEHOLDER-901")[1]


def test_both_languages_stand_side_by_side(capsys):
    """As everywhere."""
    _, out, _ = printed(capsys, "--matter", "PLACEHOLDER-901")

    assert "PLACEHOLDER-901 商事登记 Business registration · 3 / 11 = 27.3 %" in out
    assert "PLACEHOLDER-902" not in out


@pytest.mark.parametrize("arguments", [["receipt.json"], ["--json"], ["--why"], ["--trust", "trust"]])
def test_the_table_verifies_nothing(capsys, arguments):
    """Whoever names something beside it is told so."""
    code, out, err = printed(capsys, *arguments)

    assert (2, "") == (code, out)
    assert "--fields-table" in err


def test_without_an_input_and_without_the_table_something_has_to_be_named(capsys):
    """In both languages, with a next step."""
    code = cli.main([])
    said = capsys.readouterr()

    assert (2, "") == (code, said.out)
    assert "没有写要核验什么 / Nothing to verify is named" in said.err


def test_a_matter_that_there_is_not_is_wrong_use(capsys):
    """With the names of those that there are."""
    code, _, err = printed(capsys, "--matter", "NO-SUCH")

    assert 2 == code
    assert "PLACEHOLDER-901" in err
