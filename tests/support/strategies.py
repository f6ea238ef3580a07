"""Values that several tests of formats draw from."""

from datetime import UTC, datetime, timedelta

from certhub_schemas.text import unfit
from hypothesis import strategies as st

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

MOMENTS = st.integers(-(10**15), 10**17).map(
    lambda microseconds: _EPOCH + timedelta(microseconds=microseconds)
)
"""Aware times in UTC from 1938 to 5138, to the microsecond."""


def readable(texts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Return those of `texts` that may be signed: a Hangul filler is a letter too, and nobody sees it."""
    return texts.filter(lambda text: unfit(text) is None)


WORDS = readable(st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=16))
"""Short texts of letters and digits of any script."""
