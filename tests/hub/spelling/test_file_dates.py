"""Days as departments write them."""

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certhub.spelling.file_dates import DateUnreadable, read_date


@pytest.mark.parametrize(
    "text",
    [
        "2024-01-05",
        "2024-1-5",
        "20240105",
        "2024/01/05",
        "2024/1/5",
        "2024年1月5日",
        "2024年01月05日",
        "2024-01-05 00:00:00",
        "2024/1/5 0:00",
        "2024-01-05 00:00:00.000",
    ],
)
def test_a_day_may_be_written_in_these_ways(text):
    """All of them are the fifth of January."""
    assert date(2024, 1, 5) == read_date(text)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("2023年13月40日", "no_such_day"),
        ("2023-02-29", "no_such_day"),
        ("1899-12-31", "no_such_day"),
        ("45296", "spreadsheet_number"),
        ("45296.0", "spreadsheet_number"),
        ("2024-01-05 08:30:00", "form"),
        ("2024-01/05", "form"),
        ("24-01-05", "form"),
        ("05/01/2024", "form"),
        ("2024年1月", "form"),
        ("2024.01.05", "form"),
        ("长期", "form"),
        ("", "form"),
        ("2024-01-05\n", "form"),
        ("٢٠٢٤-٠١-٠٥", "form"),
    ],
)
def test_what_is_no_day_is_refused_with_the_reason(text, reason):
    """Nothing is guessed: neither a count of days nor a month before a day."""
    with pytest.raises(DateUnreadable) as refused:
        read_date(text)

    assert reason == refused.value.reason
    assert not text or text not in str(refused.value)


@given(st.dates(min_value=date(1900, 1, 1)))
def test_every_day_is_read_in_every_form(day):
    """Four forms, one day."""
    for form in ("%Y-%m-%d", "%Y%m%d", "%Y/%m/%d", "%Y年%m月%d日"):
        assert day == read_date(day.strftime(form))


@given(st.text(max_size=12))
def test_nothing_but_our_own_error_escapes(text):
    """Whatever stands in a cell, it is a day or DateUnreadable."""
    with suppress(DateUnreadable):
        read_date(text)
