"""A topic's size limit, lowered for a while on the broker itself."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from marsad.settings import Settings
from marsad.streaming.topics import admin_client, load_topics


@asynccontextmanager
async def limited(own: Settings, topic: str, max_bytes: int) -> AsyncIterator[None]:
    """Hold a topic to `max_bytes` for one batch as it is sent, compressed; then to what its file says again."""
    usual = load_topics(own).specs[topic].config()
    await _alter(own, topic, usual | {"max.message.bytes": str(max_bytes)})
    try:
        yield
    finally:
        await _alter(own, topic, usual)


async def _alter(own: Settings, topic: str, config: dict[str, str]) -> None:
    resource = ConfigResource(ConfigResourceType.TOPIC, load_topics(own).full(topic), configs=config)
    async with admin_client(own) as admin:
        (response,) = await admin.alter_configs([resource])
    codes = [code for code, *_ in response.resources]
    assert codes == [0], f"Kafka did not change {topic}: {response.resources}"
