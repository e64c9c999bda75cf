"""How indexing is wired: large batches that may fill, articles sooner than reports."""

from marsad.indexing.service import build
from marsad.settings import Search, Settings, Streaming


async def test_articles_wait_as_everywhere_and_reports_longer() -> None:
    """An article waits no longer than a batch of the other services may; of a report nobody waits for the moment."""
    own = Settings(search=Search(url="http://127.0.0.1:1"), streaming=Streaming(batch_within_s=0.125))
    async with build(own) as service:
        articles, reports = service.sources

    assert (articles.topic, articles.within_s) == ("articles.enriched", 0.125)
    assert (reports.topic, reports.within_s) == ("ledger", 1.0)
    assert {source.in_flight for source in service.sources} == {1}
    assert min(articles.batch, reports.batch) >= 200
