"""Outlets as data: one YAML file per news site, checked against `Outlet` when it is loaded.

A site without an outlet file works too, by the general rules alone; `docs/adding-an-outlet.md` says how to add one.
"""

from marsad.outlets.loader import Outlets, files, load, read
from marsad.outlets.model import NAME_SLOT, Checked, Kind, Name, Outlet, Reprint

__all__ = ["NAME_SLOT", "Checked", "Kind", "Name", "Outlet", "Outlets", "Reprint", "files", "load", "read"]
