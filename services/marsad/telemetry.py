"""Logs: one JSON object a line on standard error, with the service that wrote it."""

import logging
import sys
from typing import Any

import structlog


def configure(service: str, level: str) -> None:
    """Set up logging of this process; other libraries' warnings take the same form.

    Args:
        service: named in every line.
        level: debug, info, warning or error.
    """
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        structlog.processors.UnicodeDecoder(),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("marsad").setLevel(level.upper())
    structlog.contextvars.bind_contextvars(service=service)


def silence() -> None:
    """Write no log line, ours or a library's: a person's command says in a sentence what went wrong."""
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    logging.getLogger().addHandler(logging.NullHandler())


def logger(name: str) -> Any:  # noqa: ANN401 - structlog types its loggers so
    """Return the logger of a module."""
    return structlog.stdlib.get_logger(name)
