"""Where two regions meet, what the agreement's row names is kept, in the mode in which it was shown; the rest drops."""

from dataclasses import replace
from types import MappingProxyType

import pytest
from certhub_schemas import shipped_catalogue
from certhub_schemas.predicates import Predicate
from certhub_schemas.requirements import MODES, Mode
from certhub_verifier.engine import examine, run
from certhub_verifier.evidence import PeerAnswer, PresentedCredential
from certhub_verifier.facts import Fact, Outcome
from certhub_verifier.formats.exchange.envelope import AnsweredItem
from certhub_verifier.formats.exchange.reported_fact import StatedFact
from certhub_verifier.formats.trust.agreement import AgreedKind, AgreementRow
from certhub_verifier.policy import Channel, policy_for
from certhub_verifier.predicates import Manner, PredicateAnswer
from certhub_verifier.report import ItemReport

from tests.support.credentials import AWAY, HOME, LICENCE, MATTER, NOW, World, an_agreement

STATED = (
    *("well_formed", "signature", "issuer_known", "issuer_entitled"),
    *("dates", "status", "audience", "one_time"),
)
ASKED = {
    "not_ended_within": Predicate("not_ended_within", MappingProxyType({"days": 30})),
    "in_force_on": Predicate("in_force_on", MappingProxyType({"date": "today"})),
    "same_person_as": Predicate("same_person_as", MappingProxyType({"requirement": "entity"})),
}
ANSWERS = tuple(PredicateAnswer(one, Outcome.YES, None, NOW, HOME) for one in ASKED.values())


def agreed(*modes: Mode, predicates: tuple[str, ...] = ("not_ended_within",)) -> World:
    """Return a world whose regions agreed on one field and some predicates of the licence, in these modes."""
    row = AgreementRow(
        matter=MATTER,
        kinds=(AgreedKind(kind=LICENCE, fields=("名称",), predicates=predicates),),
        modes=modes,
        purposes=("verify",),
        direction="both",
    )
    return World(agreement=replace(an_agreement(), items=(), rows=(row,), format=2))


def judged(world: World, evidence: PeerAnswer | PresentedCredential, channel: Channel) -> ItemReport:
    """Judge as 420100 does, for the matter that was agreed."""
    policy = replace(policy_for(None, channel), matter_code=MATTER)
    steps = examine(evidence, trust=world.trust(), policy=policy, catalogue=shipped_catalogue(), now=NOW)
    return run(steps, lambda lookup: None)


def answered(world: World, mode: Mode) -> ItemReport:
    """Judge an answer of 420700 about what was shown in a mode: two fields, three predicates."""
    item = AnsweredItem(
        kind=LICENCE,
        facts=tuple(StatedFact(name, "yes", None, NOW) for name in STATED),
        disclosed={"名称": "示例小面馆", "住所": "演示路8号"},
        cert_digest="d" * 64,
        kind_version=1,
    )
    manner = Manner(mode, predicates=ANSWERS)
    return judged(world, PeerAnswer(HOME, item, "e" * 64, NOW, asker=AWAY, manner=manner), Channel.PEER)


def fact(report: ItemReport) -> tuple[str, str | None]:
    """Return what was said of the agreement."""
    [found] = [one for one in report.facts if one.fact is Fact.AGREEMENT]
    return found.outcome.value, found.cause


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("modes", [("L1",), ("L2", "L3"), ("L3",)])
def test_a_row_counts_in_its_modes_alone(modes: tuple[Mode, ...], mode: Mode) -> None:
    """The field and the predicate that it names are kept; in another mode nothing is, and it is NO_AGREEMENT."""
    report = answered(agreed(*modes), mode)

    names = [one.predicate.name for one in report.manner.predicates]
    if mode in modes:
        assert ("yes", None) == fact(report)
        assert ({"名称": "示例小面馆"}, ["not_ended_within"]) == (report.disclosed, names)
    else:
        assert ("undetermined", "NO_AGREEMENT") == fact(report)
        assert ({}, []) == (report.disclosed, names)


def test_format_1_keeps_fields_in_every_mode_and_drops_every_predicate() -> None:
    """It names none."""
    for mode in MODES:
        report = answered(World(), mode)
        assert ("yes", None) == fact(report)
        assert ("名称" in report.disclosed, ()) == (True, report.manner.predicates)


def test_what_compares_two_certificates_of_a_case_is_no_regions_to_answer() -> None:
    """All that can be granted is granted, and the peer's word on a case is dropped all the same."""
    report = answered(agreed("L1", predicates=("not_ended_within", "in_force_on")), "L1")

    assert ["not_ended_within", "in_force_on"] == [one.predicate.name for one in report.manner.predicates]


def test_the_same_holds_for_a_credential_of_another_region() -> None:
    """Carried across the border as a file: its predicates are those that a row names, its mode is looked at."""
    world = agreed("L2")
    for mode, kept in (("L2", ["not_ended_within"]), ("L1", [])):
        evidence = PresentedCredential(
            world.credential(), asker=AWAY, how="file", manner=Manner(mode, predicates=ANSWERS)
        )
        report = judged(world, evidence, Channel.FILE)
        assert kept == [one.predicate.name for one in report.manner.predicates], mode
        assert bool(kept) is ("名称" in report.disclosed)
