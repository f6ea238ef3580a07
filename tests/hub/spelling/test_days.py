"""How a request writes a day."""

from datetime import date

import pytest

from certhub.spelling.days import read_iso_date


def test_a_request_writes_days_in_one_way():
    """YYYY-MM-DD, and the day exists."""
    assert date(2024, 2, 29) == read_iso_date("2024-02-29")


@pytest.mark.parametrize(
    "text", ["20240105", "2024-1-5", "2024-W01-1", "2024-01-05T00", "2023-02-29", "2024年1月5日", "长期", ""]
)
def test_any_other_way_is_refused(text):
    """What a file may say, a request may not."""
    with pytest.raises(ValueError):
        read_iso_date(text)
