"""Every case, in the order of the table."""

from tests.bench import crowds, growth, malformed, remote, served, stored, tokens
from tests.bench.figures import Case

CASES: dict[str, Case] = {
    case.name: case
    for case in (
        *tokens.CASES,
        malformed.CASE,
        *stored.CASES,
        *served.CASES,
        *crowds.CASES,
        *remote.CASES,
        *growth.CASES,
    )
}
