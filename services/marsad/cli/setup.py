"""`marsad setup`: topics and index templates, before any service starts."""

import asyncio

from rich.console import Console

from marsad.provisioning import set_up
from marsad.settings import settings

console = Console(stderr=True)


def setup() -> None:
    """Create the topics and index templates that are missing; it may be repeated at any time.

    Example: marsad setup
    """
    created = asyncio.run(set_up(settings()))
    console.print(f"{len(created)} topics created, index templates are current.")
