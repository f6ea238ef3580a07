"""The sealed part of a certificate row is read as it was printed."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from certhub.records.certificates.record import Holder, Record

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
RECORDS = st.builds(
    Record,
    identifier=TEXT,
    number=TEXT,
    holders=st.lists(st.builds(Holder, TEXT, TEXT, TEXT), max_size=3).map(tuple),
    issued_on=st.dates(date(1900, 1, 1)),
    claims=st.dictionaries(TEXT, TEXT, max_size=4),
    signing_input=TEXT,
    disclosures=st.lists(TEXT, max_size=4).map(tuple),
    signature=TEXT,
)


@given(RECORDS)
def test_what_we_print_we_can_read(record):
    """Every record survives a trip through its blob."""
    assert record == Record.from_bytes(record.to_bytes())
