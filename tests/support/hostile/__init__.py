"""A hostile web: each behaviour is a host of its own on loopback, with the state that asking it must end in."""

from support.hostile.table import BEHAVIOURS
from support.hostile.web import Behaviour, HostileWeb, hostile_web

__all__ = ["BEHAVIOURS", "Behaviour", "HostileWeb", "hostile_web"]
