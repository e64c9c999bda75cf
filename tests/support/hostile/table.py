"""All behaviours."""

from support.hostile.bodies import BODIES
from support.hostile.heads import HEADS
from support.hostile.redirects import REDIRECTS
from support.hostile.robots import ROBOTS
from support.hostile.statuses import STATUSES
from support.hostile.tls import TLS
from support.hostile.web import Behaviour

BEHAVIOURS: tuple[Behaviour, ...] = (*HEADS, *STATUSES, *BODIES, *REDIRECTS, *ROBOTS, *TLS)
