"""The hub itself answers as the table does: three hundred combinations by its API."""

import pytest

from tests.decision.by_api import SOME, pairs, walked
from tests.decision.expander import REACHES, STATES


def test_the_sample_leaves_out_no_mode_no_state_and_no_matter():
    """A sample that missed one of them would say nothing of it."""
    cases = [case for case, _ in pairs(SOME)]

    assert set(REACHES) == {case.mode for case in cases}
    assert set(STATES) == {case.state for case in cases}
    assert 11 == len({case.matter for case in cases})
    assert 32 == len({case.kind for case in cases})


@pytest.mark.drill
def test_the_hub_answers_as_the_table_does():
    """Issued, shown or requested, and scanned as people do it; none is green wrongly, none is refused wrongly."""
    found = walked(SOME)

    assert not found, found
