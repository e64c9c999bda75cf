"""Settings of one measurement: topics, indices and folders of its own on the bench's servers."""

from ipaddress import IPv4Network
from pathlib import Path
from typing import Any

from marsad.localstack import Endpoints
from marsad.settings import Discovery, Fetching, Kafka, Pool, Search, Settings, Streaming


def settings_of(name: str, endpoints: Endpoints, folder: Path, **sections: Any) -> Settings:  # noqa: ANN401 - any section
    """Return settings that fetch from loopback without pauses, and otherwise are the defaults.

    Args:
        name: of the measurement: no other one's records are seen.
        endpoints: the servers.
        folder: where services may write.
        sections: fields that differ.
    """
    return Settings.model_validate(
        {
            "data_dir": folder / name,
            "outlets_dirs": (),
            "builtin_outlets": True,
            "generation": 0,
            "log_level": "info",
            "kafka": Kafka(bootstrap=endpoints.kafka, topic_prefix=name),
            "search": Search(url=endpoints.elasticsearch, index_prefix=f"{name}-"),
            "discovery": Discovery(feed_floor_s=86_400),
            "fetching": Fetching(
                contact="bench@marsad.example", spacing_s=0, allow_networks=(IPv4Network("127.0.0.0/8"),)
            ),
            "extraction": Pool(),
            "enrichment": Pool(),
            "streaming": Streaming(),
            **sections,
        }
    )
