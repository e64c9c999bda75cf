"""Logs: one JSON object a line on standard error, with the service that wrote it and the task that it is about.

Whatever a stranger's text holds, a line stays one line, short, harmless to a terminal, and without passwords.
"""

import logging
import re
import sys
import threading
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Any

import structlog

from marsad.text.invisible import escape_invisible

LONGEST = 8_000  # characters of one value: a message may quote a whole page
_SECRETS = (
    (re.compile(r'(?<=://)[^/?#\s"\\]{0,500}@'), "***@"),  # user:password@host; many a password has an @ of its own
    (
        re.compile(
            r"([?&;][\w.-]{0,40}(?:token|secret|passw(?:or)?d|api_?key|auth(?!or)|signature|sig|session|credential)\w{0,20}=)"
            r'[^&;#\s"\\\']+',
            re.IGNORECASE,
        ),
        r"\1***",
    ),
    (re.compile(r"(authorization\W{1,6}(?:basic|bearer|apikey) )[\w.~+/=-]+", re.IGNORECASE), r"\1***"),
)


_configured: tuple[str, str] | None = None  # what `configure` was called with


def configure(service: str, level: str) -> None:
    """Set up logging of this process; other libraries' lines, warnings and last words take the same form.

    Args:
        service: named in every line.
        level: debug, info, warning or error.
    """
    global _configured  # noqa: PLW0603 - logging is of the whole process
    _configured = service, level

    def with_service(_: object, __: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
        return {**event, "service": service}  # no context variable: those do not reach the threads of libraries

    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        with_service,
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
            foreign_pre_chain=[*shared, _from_library],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _render],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("marsad").setLevel(level.upper())
    _catch_the_rest()


def _catch_the_rest() -> None:
    """Have warnings, and what nobody catches, written as lines."""
    logging.captureWarnings(capture=True)
    sys.excepthook = _last_words
    threading.excepthook = lambda ended: _last_words(ended.exc_type, ended.exc_value, ended.exc_traceback)


def silence() -> None:
    """Write no log line, ours or a library's: a person's command says in a sentence what went wrong."""
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    logging.getLogger().addHandler(logging.NullHandler())


def configured() -> tuple[str, str] | None:
    """Return what gives another process the same logs (arguments of `configure`), or None where there are none."""
    return _configured


def logger(name: str) -> Any:  # noqa: ANN401 - structlog types its loggers so
    """Return the logger of a module."""
    return structlog.stdlib.get_logger(name)


def bind(**fields: object) -> None:
    """Name these fields in every further line of this asyncio task, of ours and of libraries."""
    structlog.contextvars.bind_contextvars(**fields)


def named() -> dict[str, Any]:
    """Return the fields that every line names here."""
    return structlog.contextvars.get_contextvars()


def about(**fields: object) -> AbstractContextManager[None]:
    """Name these fields in every line that is written inside the context."""
    return structlog.contextvars.bound_contextvars(**fields)


def _from_library(_: object, __: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    record = event.get("_record")
    return {**event, "logger": record.name} if record is not None else event


def _render(_: object, __: str, event: structlog.typing.EventDict) -> str:
    line = structlog.processors.JSONRenderer(ensure_ascii=False)(None, "", {key: _cut(event[key]) for key in event})
    text = line if isinstance(line, str) else line.decode()
    for pattern, instead in _SECRETS:
        text = pattern.sub(instead, text)
    return escape_invisible(text)


def _cut(value: object) -> object:
    """Return a long text without its middle: a trace's last lines say most, its first where it began."""
    if isinstance(value, str) and len(value) > LONGEST:
        return f"{value[: LONGEST // 2]} … {value[-LONGEST // 2 :]}"
    return value


def _last_words(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
    """Write what nobody caught as a line, where Python would write a trace of many."""
    if error is not None and not issubclass(kind, KeyboardInterrupt):
        logger(__name__).critical("uncaught", exc_info=(kind, error, trace))
