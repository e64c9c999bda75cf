"""Facts about how we introduce ourselves."""

import pytest

from marsad import __version__
from marsad.errors import SettingsError
from marsad.fetching.agent import agent_by_hand, user_agent
from marsad.settings import Fetching


def test_the_agent_names_product_version_and_contact() -> None:
    """A site's owner can tell who crawls and whom to write to."""
    assert user_agent(Fetching(contact=" crawl@news.example ")) == f"Marsad/{__version__} (+crawl@news.example)"


def test_without_a_contact_nothing_starts() -> None:
    """The error says which variable to set."""
    with pytest.raises(SettingsError, match="MARSAD_FETCHING__CONTACT"):
        user_agent(Fetching(contact="  "))


@pytest.mark.parametrize("contact", ["a\r\nX-Evil: 1", "مرصد", "a) (b", "a\x00b"])
def test_a_contact_that_cannot_stand_in_a_header_is_refused(contact: str) -> None:
    """Line breaks would forge headers, other scripts and parentheses would break the comment."""
    with pytest.raises(SettingsError, match="MARSAD_FETCHING__CONTACT"):
        user_agent(Fetching(contact=contact))


def test_by_hand_the_name_alone_will_do() -> None:
    """A person who looks at one page is no crawler; a contact that is set is sent all the same."""
    assert agent_by_hand(Fetching()) == f"Marsad/{__version__}"
    assert agent_by_hand(Fetching(contact="crawl@news.example")) == user_agent(Fetching(contact="crawl@news.example"))
    with pytest.raises(SettingsError):
        agent_by_hand(Fetching(contact="a\r\nX-Evil: 1"))
