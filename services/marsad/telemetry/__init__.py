"""What a service tells of itself: logs, metrics, health, spans. Here only what every module needs: its logger."""

from marsad.telemetry.logs import about, bind, configure, logger, silence

__all__ = ["about", "bind", "configure", "logger", "silence"]
