"""What must be there before any service starts: topics on the broker, templates and fixed indices on Elasticsearch."""

from marsad.search import templates
from marsad.search.client import connect, wait_until_ready
from marsad.search.names import Names
from marsad.settings import Settings
from marsad.streaming.topics import apply_topics


async def set_up(own: Settings) -> list[str]:
    """Create what is missing; return the topics that were. Raises Unavailable.

    Topics come last: a service can do nothing without them, so none meets an Elasticsearch that would guess a mapping.
    """
    async with connect(own) as client:
        await wait_until_ready(client)
        await templates.apply(client, Names.of(own), own.deploy_dir / "elasticsearch")
    return await apply_topics(own)
