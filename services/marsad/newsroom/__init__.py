"""The demo's newsroom: invented outlets with invented news, served on loopback, so that nothing real is fetched.

Ten outlets in Arabic, English, Russian and Persian publish over the first seconds of a run, correct two articles, one
of them twice, and withdraw another; further articles are behind a payment or a consent wall, closed by robots.txt,
gone, listed twice, or none at all, so that every outcome shows. Outlets tell the same events, in words of their own or
in an agency's. `Newsroom.expected()` is the gold to compare with. `python -m marsad.newsroom --dir DIR` serves it.

An outlet is data (`content/<id>/`): its `outlet.yaml` and its articles. Only a new page shape needs code (`shapes/`).
"""

from marsad.newsroom.model import Event, Expected
from marsad.newsroom.room import Newsroom

__all__ = ["Event", "Expected", "Newsroom"]
