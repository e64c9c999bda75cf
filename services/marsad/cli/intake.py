"""`marsad intake`: take URLs over HTTP."""

import asyncio

from marsad.intake.run import serve
from marsad.settings import settings
from marsad.telemetry import configure


def intake() -> None:
    """Take URLs and texts over HTTP from programs that know a token, until Ctrl-C or SIGTERM.

    The file that MARSAD_INTAKE__TOKEN_FILE names holds the tokens, one a line. Answers come once Kafka has the links.
    With MARSAD_DISCOVERY__WEBSUB_CALLBACK set, hubs push feeds to the same port, below /websub.

    Example: marsad intake

    Example: curl -H "Authorization: Bearer $TOKEN" -H "Content-Type: text/plain" --data-binary @notes.txt
    http://127.0.0.1:9180/urls
    """
    own = settings()
    configure("intake", own.log_level)
    asyncio.run(serve(own))
