"""certhub peer matters: which matters can be done across two regions, and why not."""

import json
from dataclasses import replace

import pytest
from certhub_verifier.formats.trust.agreement import AgreementRow

from certhub.cli import main
from certhub.regions.peers import store as peers
from tests.support.agreements import live, publish_agreement
from tests.support.region import Region


def ran(capsys, home: Region, *line: str) -> tuple[str, str]:
    """Run the command on a hub's own machine; return its stdout and stderr."""
    with pytest.raises(SystemExit) as ended:
        main(["peer", "matters", "420100", "--data", str(home.hub.settings.data), *line])
    said = capsys.readouterr()
    assert not ended.value.code, said.err
    return said.out, said.err


def items(capsys, home: Region) -> dict:
    """Return the matters as JSON, by their code."""
    told = json.loads(ran(capsys, home, "--json")[0])
    assert {"region", "name", "stopped", "agreement", "items"} == told.keys()
    return {one.pop("matter"): one for one in told["items"]}


def test_each_matter_says_whether_it_can_be_done_and_what_is_not_agreed(capsys, home: Region):
    """Nine can; of the two others each requirement is named, and the kind that is not in the agreement."""
    told = items(capsys, home)
    _, shown = ran(capsys, home)

    assert 11 == len(told)
    assert {"PLACEHOLDER-906", "PLACEHOLDER-911"} == {code for code, one in told.items() if one["there"]}
    applicant = told["PLACEHOLDER-906"]["there"][0]
    assert ("applicant", "申请人身份", "Who applies") == tuple(
        applicant[name] for name in ("requirement", "name", "name_en")
    )
    assert [("居民身份证", [], [], None)] == [
        tuple(lack[name] for name in ("kind_name", "fields", "predicates", "mode"))
        for lack in applicant["lacks"]
    ]
    assert (2 * 9, 2 * 2) == (shown.count("可异地办理 yes"), shown.count("不可 no"))
    assert "公积金：申请人身份：居民身份证不在协议内" in shown
    assert "…" not in shown


def narrowed(row: AgreementRow) -> list[AgreementRow]:
    """Return what stands for a row: a mode, a field or the predicates less, of three matters."""
    if row.matter == "PLACEHOLDER-904":
        return [replace(row, modes=("L1", "L2"))]
    if row.matter == "PLACEHOLDER-910":
        return [replace(row, kinds=tuple(replace(one, predicates=()) for one in row.kinds))]
    if row.matter == "PLACEHOLDER-901":
        [licence] = row.kinds
        less = replace(licence, fields=("名称", "成立日期"))
        there, here = "420700->420100", "420100->420700"
        return [replace(row, kinds=(less,), direction=there), replace(row, direction=here)]
    return [row]


def test_a_field_a_predicate_and_a_mode_that_are_not_agreed_are_named(capsys, regions, home: Region):
    """For certificates of one region shown in the other, and the other way round."""
    rows = [other for row in live(home).rows for other in narrowed(row)]
    publish_agreement(replace(live(home), n=2, rows=tuple(rows)), *regions)
    home.clock.pass_(seconds=2)

    told = items(capsys, home)
    _, shown = ran(capsys, home)

    [gap] = told["PLACEHOLDER-901"]["there"]
    assert ([["法定代表人"]], []) == (
        [lack["fields"] for lack in gap["lacks"]],
        told["PLACEHOLDER-901"]["here"],
    )
    assert {"L3"} == {lack["mode"] for gap in told["PLACEHOLDER-904"]["there"] for lack in gap["lacks"]}
    assert ["in_force_on"] == told["PLACEHOLDER-910"]["here"][0]["lacks"][0]["predicates"]
    assert "商事登记：在对方办：营业执照：营业执照未约定法定代表人" in shown
    assert "商事登记：在本地办" not in shown
    assert "is not agreed in mode L3" in shown
    assert "is agreed without in_force_on" in shown


def test_a_stop_and_the_end_of_an_agreement_are_told_as_what_they_are(capsys, home: Region):
    """Nothing can be done, and the reason is one for all."""
    with home.hub.writing() as unit:
        peers.stop(unit, "420100", by=home.operator.key)
    _, stopped = ran(capsys, home)
    with home.hub.writing() as unit:
        peers.resume(unit, "420100")
    (home.hub.settings.data / "trust/regions/420100/agreements/420700.1.json").unlink()
    _, without = ran(capsys, home)

    assert "与该地区的互询已停" in stopped
    assert "与该地区没有生效的协议" in without
    for shown in (stopped, without):
        assert (0, 22) == (shown.count("可异地办理 yes"), shown.count("不可 no"))
        assert "不在协议内" not in shown
