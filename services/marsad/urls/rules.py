"""The rules that bring a split URL into its canonical spelling, in the order in which they run.

Each is a function from parts to parts that leaves a clean URL alone.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from marsad.urls.escapes import PATH_SAFE, QUERY_SAFE, respell
from marsad.urls.hosts import registrable_domain, spell_host
from marsad.urls.trackers import is_tracker

DEFAULT_PORTS = {"http": 80, "https": 443}
TWIN_LABELS = frozenset({"m", "mobile", "amp"})
_SESSION = re.compile(r";jsessionid=[^/;]*", re.IGNORECASE)
_AMP_END = re.compile(r"^(/.*[^/])/amp(/?)$")
_AMP_START = re.compile(r"^/amp/(?!s/)(?=.)")  # /amp/s/ is the address form of a search engine's AMP viewer
_AMP_SUFFIX = re.compile(r"(?<=[^/.])\.amp(?=\.html?$|$)")


@dataclass(frozen=True, slots=True)
class Parts:
    """A URL in parts: port None where the scheme's own is meant, parameters as `name=value` or `name`."""

    scheme: str
    host: str
    port: int | None
    path: str
    parameters: tuple[str, ...]

    def __str__(self) -> str:
        query = f"?{'&'.join(self.parameters)}" if self.parameters else ""
        return f"{self.scheme}://{self.authority}{self.path}{query}"

    @property
    def authority(self) -> str:
        """host, or host:port."""
        return self.host if self.port is None else f"{self.host}:{self.port}"


Rule = Callable[[Parts], Parts]


def spell_authority(parts: Parts) -> Parts:
    """One spelling of the host; no default port (RFC 3986, 6.2.3)."""
    port = None if parts.port == DEFAULT_PORTS[parts.scheme] else parts.port
    return replace(parts, host=spell_host(parts.host), port=port)


def fold_twin_host(parts: Parts) -> Parts:
    """`m.example.org`, `ar.m.example.org` and `amp.example.org` are the site without that label."""
    site = registrable_domain(parts.host)
    if site is None or parts.host == site:
        return parts
    labels = parts.host.removesuffix(f".{site}").split(".")
    kept = [label for label in labels if label not in TWIN_LABELS]
    return replace(parts, host=".".join([*kept, site]))


def spell_path(parts: Parts) -> Parts:
    """One spelling of the path's escapes, no session number, no dot segments (RFC 3986, 5.2.4)."""
    path = _SESSION.sub("", respell(parts.path, PATH_SAFE))
    return replace(parts, path=_without_dots(path))


def _without_dots(path: str) -> str:
    segments = path.split("/")[1:]
    kept: list[str] = []
    for segment in segments:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    if segments[-1:] in (["."], [".."]):
        kept.append("")
    return "/" + "/".join(kept)


def fold_amp_path(parts: Parts) -> Parts:
    """`/news/1/amp`, `/amp/news/1` and `/news/1.amp.html` are the page without that word."""
    path, before = parts.path, ""
    while path != before:
        before = path
        path = _AMP_SUFFIX.sub("", _AMP_START.sub("/", _AMP_END.sub(r"\1\2", path)))
    return replace(parts, path=path)


def spell_query(parts: Parts) -> Parts:
    """One spelling of the escapes, trackers out, sorted by name; values of one name keep their order."""
    spelled = (_without_entity(respell(parameter, QUERY_SAFE)) for parameter in parts.parameters)
    kept = (parameter for parameter in spelled if parameter and not is_tracker(parameter))
    return replace(parts, parameters=tuple(sorted(kept, key=lambda parameter: parameter.partition("=")[0])))


def _without_entity(parameter: str) -> str:
    while parameter.startswith("amp;"):  # `&amp;` of a page that was escaped once too often
        parameter = parameter.removeprefix("amp;")
    return parameter


RULES: tuple[Rule, ...] = (spell_authority, fold_twin_host, spell_path, fold_amp_path, spell_query)
