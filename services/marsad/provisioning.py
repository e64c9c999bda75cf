"""What must be there before any service starts: topics, templates, fixed indices, and accounts where asked for."""

from pathlib import Path

from marsad.passwords import read_password
from marsad.search import accounts, templates
from marsad.search.client import connect, wait_until_ready
from marsad.search.names import Names
from marsad.settings import Settings
from marsad.streaming.topics import apply_topics


async def set_up(own: Settings) -> list[str]:
    """Create what is missing; return the topics that were. Raises SettingsError, MarsadError, Unavailable.

    Topics come last: a service can do nothing without them, so none meets an Elasticsearch that would guess a mapping.
    """
    folder, names = own.deploy_dir / "elasticsearch", Names.of(own)
    passwords = account_passwords(own.search.accounts_dir) if own.search.accounts_dir else None
    async with connect(own) as client:
        await wait_until_ready(client)
        await templates.apply(client, names, folder)
        if passwords:
            await accounts.apply(client, names, folder, passwords)
    return await apply_topics(own)


def account_passwords(folder: Path) -> dict[str, str]:
    """Return the password of each account that is made: the text of the file of its name. Raises SettingsError."""
    return {
        account: read_password(folder / account, "MARSAD_SEARCH__ACCOUNTS_DIR")
        for account in (accounts.KIBANA, *accounts.PEOPLE)
    }
