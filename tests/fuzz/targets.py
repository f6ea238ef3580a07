"""Everything that is fuzzed: the signed, the unsigned, the edges, and the world around them."""

from tests.fuzz.corpus import Corpus
from tests.fuzz.edges import edge_targets
from tests.fuzz.found import Found, Target
from tests.fuzz.parsers import parser_targets
from tests.fuzz.signed import signed_targets
from tests.fuzz.worlds import world_targets

__all__ = ["Found", "Target", "targets"]


def targets(corpus: Corpus) -> tuple[Target, ...]:
    """Return everything that is fuzzed, over `corpus`."""
    return (*signed_targets(corpus), *parser_targets(corpus), *edge_targets(corpus), *world_targets())
