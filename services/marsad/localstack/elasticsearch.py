"""Elasticsearch as one node: its settings, its command line, and whether it is our node that answers.

Its own launcher (bin/elasticsearch) is a second Java process that starts the server as a child, feeds it the settings
on standard input and waits. We do what it does and start the server itself: one process to watch and to kill, half the
time to the first answer, 100 MB less. What is passed is what the launcher of this very version passes; the version is
pinned, so the two cannot drift apart.
"""

import http.client
import json
import struct
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from marsad.localstack.accounts import Account, empty_folder, owned_folder
from marsad.localstack.install import Installed
from marsad.localstack.layout import Layout, write_atomically
from marsad.localstack.ports import LOOPBACK
from marsad.localstack.processes import environment
from marsad.localstack.server import Server

NODE = "marsad"
HEALTH_S = 3.0

LOGGING = """\
status = error
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = [%d{ISO8601}] %p [%node_name]%marker %m (%c)%n
rootLogger.level = warn
rootLogger.appenderRef.console.ref = console
logger.node.name = org.elasticsearch.node
logger.node.level = info
"""

# Upstream's own options (jvm.options and SystemJvmOptions of 9.1.10), less those for large machines: the heap is not
# touched in advance, no GC log, no heap dump. G1 stays, and stays the only GC flag: the memory circuit breaker, which
# counts garbage too, relies on it.
OPTIONS = (
    "-Xms512m",
    "-Xmx512m",
    "-XX:MaxDirectMemorySize=256m",
    "-XX:+UseG1GC",
    "-XX:G1HeapRegionSize=4m",
    "-XX:InitiatingHeapOccupancyPercent=30",
    "-XX:G1ReservePercent=15",
    "-XX:TieredStopAtLevel=1",
    "-XX:+ExitOnOutOfMemoryError",
    "-XX:-OmitStackTraceInFastThrow",
    "-XX:+EnableDynamicAgentLoading",
    "-Xss1m",
    "-Dfile.encoding=UTF-8",
    "-Djava.awt.headless=true",
    "-Djava.locale.providers=CLDR",
    "-Djdk.attach.allowAttachSelf=true",
    "-Djna.nosys=true",
    "-Dio.netty.noUnsafe=true",
    "-Dio.netty.noKeySetOptimization=true",
    "-Dio.netty.recycler.maxCapacityPerThread=0",
    "-Dlog4j.shutdownHookEnabled=false",
    "-Dlog4j2.disable.jmx=true",
    "-Dlog4j2.formatMsgNoLookups=true",
    "-Dorg.apache.lucene.store.MMapDirectory.sharedArenaMaxPermits=1",
    "-Dorg.apache.lucene.store.defaultReadAdvice=normal",
    "-Dorg.apache.lucene.vectorization.upperJavaFeatureVersion=25",
    "-Des.distribution.type=zip",
    "-Des.entitlements.enabled=true",
    "-Des.java.type=ES_JAVA_HOME",
    "-Des.networkaddress.cache.negative.ttl=10",
    "-Des.networkaddress.cache.ttl=60",
    "--illegal-native-access=deny",
    "--enable-native-access=org.elasticsearch.nativeaccess,org.apache.lucene.core,ALL-UNNAMED",
    (
        "--add-exports=java.base/org.elasticsearch.entitlement.bridge="
        "org.elasticsearch.entitlement,java.logging,java.net.http,java.naming,jdk.net"
    ),
    "--add-opens=org.apache.lucene.core/org.apache.lucene.codecs.lucene99=org.elasticsearch.server",
    *(
        f"--add-opens=org.apache.lucene.backward_codecs/org.apache.lucene.backward_codecs.lucene{codec}"
        "=org.elasticsearch.server"
        for codec in (90, 91, 92, 94, 95)
    ),
    "--add-modules=jdk.net,jdk.management.agent,ALL-MODULE-PATH",
)


def server(layout: Layout, installed: Installed, account: Account, ports: dict[str, int], identity: str) -> Server:
    """Write the configuration and return how the node is started. Raises LocalStackError and OSError."""
    home = owned_folder(layout.home("elasticsearch"), account)
    config, data, logs = (owned_folder(home / name, account) for name in ("config", "data", "logs"))
    temporary = empty_folder(home / "tmp", account)
    write_atomically(config / "log4j2.properties", LOGGING)
    cluster = f"marsad-{identity}"
    settings = {
        "cluster.name": cluster,
        "node.name": NODE,
        "discovery.type": "single-node",
        "network.host": LOOPBACK,
        "http.port": str(ports["elasticsearch"]),
        "transport.port": str(ports["transport"]),
        "path.home": str(installed.elasticsearch),
        "path.data": str(data),
        "path.logs": str(logs),
        "xpack.security.enabled": "false",
        # A nearly full laptop disk would otherwise turn every index read-only in the midst of a demo; whether there is
        # room is looked at before the start.
        "cluster.routing.allocation.disk.threshold_enabled": "false",
    }
    return Server(
        name="elasticsearch",
        command=_command(installed, logs, temporary),
        account=account,
        home=home,
        log=layout.log("elasticsearch"),
        marker=f"-Djava.io.tmpdir={temporary}",
        stdin=server_arguments(settings, config, logs),
        environment=environment(LIBFFI_TMPDIR=str(temporary)),
        ready=lambda: answers(ports["elasticsearch"], cluster),
    )


def _command(installed: Installed, logs: Path, temporary: Path) -> tuple[str, ...]:
    (bridge,) = (installed.elasticsearch / "lib" / "entitlement-bridge").glob("*.jar")
    return (
        str(installed.java),
        *OPTIONS,
        f"-Djava.io.tmpdir={temporary}",
        f"-XX:ErrorFile={logs}/hs_err_pid%p.log",
        f"-Des.path.home={installed.elasticsearch}",
        f"--patch-module=java.base={bridge}",
        "--module-path",
        str(installed.elasticsearch / "lib"),
        "-m",
        "org.elasticsearch.server/org.elasticsearch.bootstrap.Elasticsearch",
    )


def answers(port: int, cluster: str) -> bool:
    """Return whether the node on this port is ours and has every primary shard: yellow, as one node has no copies."""
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=HEALTH_S)
    with suppress(OSError, http.client.HTTPException, ValueError, AttributeError):
        try:
            connection.request("GET", "/_cluster/health?wait_for_status=yellow&timeout=1s")
            health = json.loads(connection.getresponse().read())
        finally:
            connection.close()
        return health.get("cluster_name") == cluster and health.get("status") in {"yellow", "green"}
    return False


def server_arguments(settings: Mapping[str, str], config: Path, logs: Path) -> bytes:
    """Return what the server reads first on standard input: `ServerArgs` in Elasticsearch's stream format.

    In order: daemonize, quiet, no pid file; an empty key store (its class, format 7, no password, no data, no entries,
    not closed); the settings as a map of generic values, all strings (type 0); the configuration and log folders.
    """
    key_store = _string("org.elasticsearch.common.settings.KeyStoreWrapper") + struct.pack(">i", 7) + bytes(4)
    values = b"".join(_string(key) + b"\0" + _string(value) for key, value in settings.items())
    return bytes(3) + key_store + _varint(len(settings)) + values + _string(str(config)) + _string(str(logs))


def _string(text: str) -> bytes:
    """Encode a string as Java counts it: the number of UTF-16 units, then each unit in UTF-8."""
    raw = text.encode("utf-16-be")
    units = struct.unpack(f">{len(raw) // 2}H", raw)
    return _varint(len(units)) + "".join(map(chr, units)).encode("utf-8", "surrogatepass")


def _varint(number: int) -> bytes:
    encoded = bytearray()
    while number >= 0x80:  # noqa: PLR2004 - the continuation bit
        encoded.append(number & 0x7F | 0x80)
        number >>= 7
    encoded.append(number)
    return bytes(encoded)
