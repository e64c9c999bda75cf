"""One service as one process: `python -m marsad.process NAME`, without the rest of the command line in its memory."""

import asyncio
import importlib
import sys

from marsad.contracts.topics import SERVICES
from marsad.errors import MarsadError
from marsad.settings import settings
from marsad.streaming.serve import serve
from marsad.telemetry import configure, logger


def run_service(name: str) -> None:
    """Run a service until SIGINT or SIGTERM. Raises MarsadError where it cannot start."""
    own = settings()
    configure(name, own.log_level)
    build = importlib.import_module(f"marsad.{name}.service").build
    asyncio.run(serve(build, own))


def main() -> None:
    """Run the service that the command line names; an error of ours is one line of the log."""
    (name,) = sys.argv[1:]
    if name not in SERVICES:
        sys.exit(f"there is no service {name!r}; there are {', '.join(SERVICES)}")
    try:
        run_service(name)
    except MarsadError as error:
        logger(__name__).critical("ended", error=str(error), kind=type(error).__name__)
        sys.exit(1)


if __name__ == "__main__":
    main()
