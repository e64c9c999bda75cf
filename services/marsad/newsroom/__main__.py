"""`python -m marsad.newsroom --dir DIR`: serve the newsroom until SIGTERM or SIGINT.

Standard output gets one JSON line once everything is served: `outlets_dir`, `started`, and per outlet `origin`,
`feed` (null where it has none) and `short_origin` (null where it has no short links).
"""

import argparse
import asyncio
import json
import signal
import sys
from pathlib import Path

from marsad.newsroom.room import Newsroom


async def _run(room: Newsroom) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with room:
        addresses = {
            outlet: {
                "origin": room.origin_of(outlet),
                "feed": room.feed_of(outlet),
                "short_origin": room.short_origin_of(outlet),
            }
            for outlet in room.outlets
        }
        line = {"outlets_dir": str(room.outlets_dir), "started": room.started.isoformat(), "outlets": addresses}
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()
        await stop.wait()


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(prog="python -m marsad.newsroom", description="Serve the demo's newsroom.")
    parser.add_argument("--dir", type=Path, required=True, help="folder in which `outlets` is made")
    parser.add_argument("--publish-over", type=float, default=40.0, metavar="S", help="seconds until all is published")
    parser.add_argument("--speed", type=float, default=1.0, help="planned seconds in a real one")
    options = parser.parse_args()
    asyncio.run(_run(Newsroom(options.speed, options.publish_over, directory=options.dir)))


if __name__ == "__main__":
    main()
