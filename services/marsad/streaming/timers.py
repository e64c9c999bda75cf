"""A service's timers: each ticks again and again, and what it waits for is seen from outside."""

import asyncio

from marsad.errors import Unavailable
from marsad.streaming.service import Publish, Timer
from marsad.telemetry import logger
from marsad.telemetry.waits import waiting

log = logger(__name__)


async def keep_ticking(timer: Timer, publish: Publish) -> None:
    """Tick until cancelled. While a server is away, that is a wait like a batch's: nothing else may be in hand.

    Raises nothing: the next tick comes.
    """
    with waiting() as wait:
        while True:
            try:
                await timer.tick(publish)
                wait.end()
            except Unavailable as error:
                wait.on(error)
                log.warning("timer_held", error=str(error))
            except Exception:
                wait.end()
                log.exception("timer_failed")
            await asyncio.sleep(timer.every_s)
