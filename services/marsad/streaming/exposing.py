"""What a service process shows of itself while it runs: metrics and health over HTTP, spans to a collector."""

from collections.abc import Iterator
from contextlib import contextmanager

from marsad import __version__
from marsad.contracts.topics import SERVICES
from marsad.errors import SettingsError
from marsad.settings import Settings
from marsad.streaming.service import Service
from marsad.streaming.traces import Tracer
from marsad.telemetry import logger
from marsad.telemetry.exposition import Exposition
from marsad.telemetry.metrics import BUILD
from marsad.telemetry.progress import Progress

log = logger(__name__)


def port_of(service: str, settings: Settings) -> int | None:
    """Return where a service answers, or None where nothing is shown."""
    first = settings.metrics.port
    return None if first is None else first + SERVICES.index(service)


@contextmanager
def exposed(service: Service, settings: Settings) -> Iterator[Progress | None]:
    """Answer /metrics and /health until the context ends, where a port is set; give what is to be told of progress.

    A port that cannot be had is an error in the log: a service is not kept from its work by what watches it.
    """
    port = port_of(service.name, settings)
    if port is None:
        yield None
        return
    BUILD.labels(service.name, __version__).set(1)
    progress = Progress({source.topic: source.delay_s for source in service.sources}, settings.metrics.stuck_after_s)
    try:
        exposition = Exposition(settings.metrics.host, port, service.name, progress.health)
    except OSError as error:
        log.error("metrics_not_exposed", host=settings.metrics.host, port=port, error=str(error))  # noqa: TRY400 - no trace
        yield progress
        return
    try:
        yield progress
    finally:
        exposition.stop()


@contextmanager
def tracing(service: Service, settings: Settings) -> Iterator[Tracer | None]:
    """Give what makes spans, where a collector is named; without one OpenTelemetry's SDK is not imported.

    Raises:
        SettingsError: a collector is named, and the extra `tracing` is not installed.
    """
    if settings.tracing.endpoint is None:
        yield None
        return
    try:
        from marsad.streaming.spans import Spans  # noqa: PLC0415 - off by default
    except ImportError as error:
        raise SettingsError(
            f"MARSAD_TRACING__ENDPOINT is set, and {error.name} is missing: install marsad[tracing], or unset it."
        ) from error
    spans = Spans(service.name, settings.tracing.endpoint)
    try:
        yield spans
    finally:
        spans.close()
