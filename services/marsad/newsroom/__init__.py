"""The demo's newsroom: invented outlets with invented news, served on loopback, so that nothing real is fetched.

Three outlets publish over the first seconds of a run, correct one article and withdraw another; further articles are
blocked, closed by robots.txt, gone, listed twice, or none at all, so that every outcome shows. `Newsroom.expected()`
is the gold to compare with. `python -m marsad.newsroom --dir DIR` serves it as a process.

An outlet is data (`content/<id>/`): its `outlet.yaml` and its articles. Only a new page shape needs code (`shapes/`).
"""

from marsad.newsroom.model import Event, Expected
from marsad.newsroom.room import Newsroom

__all__ = ["Event", "Expected", "Newsroom"]
