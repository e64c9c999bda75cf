"""Kafka as one KRaft node: its configuration, its command line, and whether it is our broker that answers."""

import struct
import subprocess
from contextlib import suppress
from pathlib import Path

from marsad.errors import LocalStackError
from marsad.localstack import kafka_wire
from marsad.localstack.accounts import Account, empty_folder, owned_folder
from marsad.localstack.install import Installed
from marsad.localstack.layout import Layout, write_atomically
from marsad.localstack.ports import LOOPBACK
from marsad.localstack.processes import as_account, environment
from marsad.localstack.server import Server

FORMAT_S = 60

# One node: every internal topic has one copy, and few partitions so that a start is quick. The two short broker session
# settings let a killed broker return in 4 s instead of 10: the controller otherwise waits for the old session to end.
# Offsets of a group that is away outlive what waits for it (45 days; the broker's default is seven).
# 20 MB: an input of 10 MB has to fit into a dead letter that carries it whole. Paths are relative to the folder that
# the broker runs in, because a properties file holds Latin-1 only.
PROPERTIES = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@{host}:{controller}
listeners=PLAINTEXT://{host}:{port},CONTROLLER://{host}:{controller}
advertised.listeners=PLAINTEXT://{host}:{port}
controller.listener.names=CONTROLLER
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
inter.broker.listener.name=PLAINTEXT
log.dirs=data
auto.create.topics.enable=false
default.replication.factor=1
min.insync.replicas=1
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
offsets.retention.minutes=64800
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=4
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
broker.session.timeout.ms=2000
broker.heartbeat.interval.ms=500
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
message.max.bytes=20971520
replica.fetch.max.bytes=20971520
log.retention.hours=168
log.segment.bytes=134217728
log.cleaner.dedupe.buffer.size=16777216
num.network.threads=2
num.io.threads=4
"""

LOGGING = """\
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = [%d] %p %m (%c)%n
rootLogger.level = warn
rootLogger.appenderRef.console.ref = console
"""

# C1 alone: the broker is up in half the time, and one that moves bytes gains little from the slower compiler.
OPTIONS = (
    "-Xms256m",
    "-Xmx512m",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "-XX:+ExitOnOutOfMemoryError",
    "--sun-misc-unsafe-memory-access=allow",  # no warning about what Kafka does with its mapped files
)


def server(layout: Layout, installed: Installed, account: Account, ports: dict[str, int], identity: str) -> Server:
    """Write the configuration, format the data folder where it is new, and return how the broker is started.

    `identity` is the cluster id. Raises LocalStackError and OSError.
    """
    home = owned_folder(layout.home("kafka"), account)
    data = owned_folder(home / "data", account)
    empty_folder(home / "tmp", account)
    properties, logging = home / "server.properties", home / "log4j2.properties"
    write_atomically(
        properties,
        PROPERTIES.format(host=LOOPBACK, port=ports["kafka"], controller=ports["controller"]),
    )
    write_atomically(logging, LOGGING)
    java = (
        str(installed.java),
        *OPTIONS,
        "-Djava.io.tmpdir=tmp",
        f"-Dlog4j2.configurationFile={logging.name}",
        "-cp",
        ":".join(str(jar) for jar in installed.kafka_jars),
    )
    if not (data / "meta.properties").exists():
        _format(java, account, properties, identity)
    return Server(
        name="kafka",
        command=(*java, "kafka.Kafka", str(properties)),
        account=account,
        home=home,
        log=layout.log("kafka"),
        marker=str(properties),
        stdin=b"",
        environment=environment(),
        ready=lambda: answers(ports["kafka"], identity),
    )


def answers(port: int, identity: str) -> bool:
    """Return whether the broker on this port is ours and lists itself: registered, unfenced, ready for clients."""
    with suppress(OSError, struct.error, IndexError, ValueError):
        cluster = kafka_wire.describe_cluster(LOOPBACK, port)
        return cluster.cluster_id == identity and (LOOPBACK, port) in cluster.brokers
    return False


def _format(java: tuple[str, ...], account: Account, properties: Path, identity: str) -> None:
    """Give a new data folder its cluster id, as Kafka wants it done before the first start."""
    tool = ("kafka.tools.StorageTool", "format", "--ignore-formatted", "-t", identity, "-c", str(properties))
    done = subprocess.run(  # noqa: S603 - our own command
        as_account((*java, *tool), account),
        env=environment(),
        cwd=properties.parent,
        capture_output=True,
        text=True,
        timeout=FORMAT_S,
        check=False,
    )
    if done.returncode:
        raise LocalStackError(
            f"Kafka's data folder below {properties.parent} cannot be formatted:\n{done.stderr or done.stdout}"
        )
