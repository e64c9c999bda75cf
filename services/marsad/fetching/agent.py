"""Who we say we are: a crawler that can be told apart, obeyed to and written to."""

from marsad import __version__
from marsad.errors import SettingsError
from marsad.settings import Fetching

PRODUCT = "Marsad"
"""The product token: what robots.txt files address us by (RFC 9309, 2.2.1)."""

VARIABLE = "MARSAD_FETCHING__CONTACT"


def user_agent(settings: Fetching) -> str:
    """Return the value of User-Agent, `Marsad/<version> (+<contact>)`.

    Raises SettingsError, which names the variable, without a contact or with one that cannot stand in a header.
    """
    contact = settings.contact.strip()
    if not contact:
        raise SettingsError(
            f"No contact is set, so nothing is fetched: sites must be able to reach whoever crawls them. "
            f"Set {VARIABLE} to a URL or an e-mail address."
        )
    if not (contact.isascii() and contact.isprintable()) or set(contact) & set("()"):
        raise SettingsError(
            f"{VARIABLE} is {contact!r}, which cannot stand in a header: use printable ASCII without parentheses."
        )
    return f"{PRODUCT}/{__version__} (+{contact})"


def agent_by_hand(settings: Fetching) -> str:
    """Return the value of User-Agent for fetches that a person makes: without a contact, name and version alone.

    Raises SettingsError for a contact that cannot stand in a header.
    """
    return user_agent(settings) if settings.contact.strip() else f"{PRODUCT}/{__version__}"
