"""`marsad setup`: topics and index templates, before any service starts."""

import asyncio

from rich.console import Console

from marsad.search import templates
from marsad.search.client import connect, wait_until_ready
from marsad.search.names import Names
from marsad.settings import Settings, settings
from marsad.streaming.topics import apply_topics

console = Console(stderr=True)


def setup() -> None:
    """Create the topics and index templates that are missing; it may be repeated at any time.

    Example: marsad setup
    """
    created = asyncio.run(set_up(settings()))
    console.print(f"{len(created)} topics created, index templates are current.")


async def set_up(own: Settings) -> list[str]:
    """Create what is missing; return the topics that were. Raises Unavailable."""
    created = await apply_topics(own)
    async with connect(own) as client:
        await wait_until_ready(client)
        await templates.apply(client, Names.of(own), own.deploy_dir / "elasticsearch")
    return created
