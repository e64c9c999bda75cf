"""Flood stage: Elasticsearch takes its disk for full and allows nothing but reading and deleting.

Source: "Disk-based shard allocation settings" of Elasticsearch's reference: at `watermark.flood_stage` every index
with a shard on the node gets `index.blocks.read_only_allow_delete`, which goes by itself once there is room.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import monotonic
from typing import Any

from elasticsearch import AsyncElasticsearch

from marsad.search.client import connect
from marsad.search.names import Names
from marsad.settings import Settings

DISK = "cluster.routing.allocation.disk"
# of free space: low, high, flood stage
MORE_THAN_ANY_DISK, NEXT_TO_NOTHING = ("9000tb", "8999tb", "8998tb"), ("3b", "2b", "1b")
TURN_S = 120.0  # the server looks at its disk every 10 s at most
BLOCK = "index.blocks.read_only_allow_delete"
_MARKS = (f"{DISK}.watermark.low", f"{DISK}.watermark.high", f"{DISK}.watermark.flood_stage")


@asynccontextmanager
async def flooded(own: Settings) -> AsyncIterator[None]:
    """Reach the flood stage; at the end, wait until writing is allowed again."""
    full: dict[str, Any] = dict(zip(_MARKS, MORE_THAN_ANY_DISK, strict=True))
    free = dict(zip(_MARKS, NEXT_TO_NOTHING, strict=True))
    looking = {f"{DISK}.threshold_enabled": True, "cluster.info.update.interval": "10s"}
    async with connect(own) as client:
        await client.cluster.put_settings(persistent=full | looking)
        try:
            # What the server does at its next look at the disk, some seconds from now; from then on it keeps to it.
            await client.indices.put_settings(index=f"{own.search.index_prefix}*", settings={BLOCK: True})
            yield
        finally:
            # A server that no longer looks at its disk would leave the blocks where they are.
            await client.cluster.put_settings(persistent=free | looking)
            try:
                await _until_allowed(client, Names.of(own).ledger)
            finally:
                await client.cluster.put_settings(persistent=dict.fromkeys(full | looking))


async def _until_allowed(client: AsyncElasticsearch, index: str) -> None:
    end = monotonic() + TURN_S
    while True:
        answer = await client.indices.get_settings(index=index, flat_settings=True)
        (found,) = answer.body.values()
        if found["settings"].get(BLOCK) != "true":
            return
        assert monotonic() < end, f"{index} is still blocked after {TURN_S:.0f} s"
        await asyncio.sleep(0.25)
