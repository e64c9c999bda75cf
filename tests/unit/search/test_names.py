"""Names of indices."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from marsad.search.names import Names
from marsad.settings import Search, Settings


@pytest.mark.parametrize(
    ("moment", "month"),
    [
        (datetime(2026, 1, 31, 23, 59, tzinfo=UTC), "2026.01"),
        (datetime(2026, 2, 1, 1, 0, tzinfo=timezone(timedelta(hours=3))), "2026.01"),
        (datetime(2026, 12, 31, 22, 0, tzinfo=timezone(timedelta(hours=-3))), "2027.01"),
    ],
)
def test_an_article_s_index_is_its_month_in_utc(moment: datetime, month: str) -> None:
    """One instant has one index, in whatever zone it is written."""
    assert Names().articles(moment) == f"news-v1-{month}"


def test_every_name_carries_the_prefix() -> None:
    """Two prefixes never share a name, so tests can share a server."""
    names = Names.of(Settings(search=Search(index_prefix="t1-")))
    every = [names.news, names.articles(datetime.now(UTC)), *names.fixed]

    assert all(name.startswith("t1-") for name in every)
    assert len(set(every)) == len(every)
