"""`marsad setup`: topics, index templates and accounts, before any service starts."""

import asyncio

from rich.console import Console

from marsad.provisioning import set_up
from marsad.settings import settings

console = Console(stderr=True)


def setup() -> None:
    """Create the topics and index templates that are missing; it may be repeated at any time.

    With MARSAD_SEARCH__ACCOUNTS_DIR it also makes the accounts of an Elasticsearch with security on, each with the
    password in the file of its name: `kibana_system` (Kibana itself), `marsad` (the services) and `analyst` (people).
    To change a password, change its file and run this again. It then needs an account that may manage security:
    MARSAD_SEARCH__USERNAME and MARSAD_SEARCH__PASSWORD_FILE, usually `elastic`.

    Example: marsad setup

    Example: MARSAD_SEARCH__ACCOUNTS_DIR=secrets MARSAD_SEARCH__PASSWORD_FILE=secrets/elastic marsad setup
    """
    own = settings()
    created = asyncio.run(set_up(own))
    console.print(f"{len(created)} topics created, index templates are current.")
    if own.search.accounts_dir:
        console.print("Roles, accounts and passwords are current.")
