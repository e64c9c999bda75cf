"""What an outlet file may say: one frozen model, every key with its description.

The descriptions are the reference of `docs/adding-an-outlet.md`.
"""

import re
from datetime import date
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pycountry
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from marsad.urls import authority_of, clean

Kind = Literal["agency", "broadcaster", "paper", "site"]
NAME_SLOT = "{name}"
"""Where a credit form holds the agency's name."""

_HOST_ALONE = re.compile(r"[^/?#@\\\s]{1,253}")


def _known_country(code: str) -> str:
    if not code.isupper() or pycountry.countries.get(alpha_2=code) is None:
        raise ValueError(f"{code!r} is no ISO 3166-1 code; write two capital letters such as EG")
    return code


def _known_language(code: str) -> str:
    known = pycountry.languages.get(alpha_2=code) or pycountry.languages.get(alpha_3=code)
    if not code.islower() or known is None:
        raise ValueError(f"{code!r} is no ISO 639 code; write two or three small letters such as ar")
    return code


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"{name!r} is no IANA time zone; write one such as Africa/Cairo") from error
    return name


def _has_slot(form: str) -> str:
    if NAME_SLOT not in form:
        raise ValueError(f"{form!r} does not say where the agency's name stands; write {NAME_SLOT} there")
    return form


def _spelled_host(host: str) -> str:
    if not _HOST_ALONE.fullmatch(host):
        raise ValueError(f"{host!r} is no host; write it alone, such as news.example.org or 127.0.0.1:8000")
    if host.startswith("www."):
        raise ValueError(f"{host!r} starts with www., which is ignored everywhere; write {host[4:]!r}")
    return authority_of(f"http://{host}/")


def _fetchable(url: str) -> str:
    clean(url)
    return url


def _compiles(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"{pattern!r} is no regular expression: {error}") from error
    return pattern


def _unique(values: tuple[str, ...]) -> tuple[str, ...]:
    twice = sorted({value for value in values if values.count(value) > 1})
    if twice:
        raise ValueError(f"{twice} stand here more than once; write each once")
    return values


Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
Country = Annotated[str, AfterValidator(_known_country)]
Language = Annotated[str, AfterValidator(_known_language)]
Zone = Annotated[str, AfterValidator(_known_zone)]
Host = Annotated[str, AfterValidator(_spelled_host)]
FeedUrl = Annotated[str, StringConstraints(max_length=2_048), AfterValidator(_fetchable)]
Pattern = Annotated[str, StringConstraints(min_length=1, max_length=300), AfterValidator(_compiles)]
Form = Annotated[Text, AfterValidator(_has_slot)]
Texts = Annotated[tuple[Text, ...], AfterValidator(_unique)]
Hosts = Annotated[tuple[Host, ...], AfterValidator(_unique)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Name(_Part):
    """The outlet's name as readers see it."""

    ar: Text = Field(description="in Arabic letters")
    en: Text = Field(description="in Latin letters")


class Reprint(_Part):
    """An agency whose texts the outlet prints, and how it credits it."""

    source: Text = Field(description="the agency's name in Latin letters, the same in every outlet file")
    names: Texts = Field(min_length=1, description="how the outlet writes the agency's name")
    forms: tuple[Form, ...] = Field(
        min_length=1, description="how a credit line reads, the agency's name given as {name}"
    )


class Checked(_Part):
    """When the file was last compared with something, and with what."""

    on: date = Field(description="day of the last check, YYYY-MM-DD")
    against: Text = Field(description="what was consulted, honestly; whether the live site was seen")


class Outlet(_Part):
    """One news site."""

    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60, description="the file's name without .yaml")
    name: Name = Field(description="the outlet's name, in Arabic and in Latin letters")
    country: Country = Field(description="where its newsroom sits, ISO 3166-1 alpha-2")
    kind: Kind = Field(description="agency, broadcaster, paper or site")
    languages: tuple[Language, ...] = Field(min_length=1, description="it publishes in, ISO 639, the main one first")
    time_zone: Zone = Field(description="of its dates that name none, IANA")
    domains: Hosts = Field(
        min_length=1, description="its hosts, without www.; sub-domains belong to it; host:port for an odd port"
    )
    short_hosts: Hosts = Field((), description="hosts of its short links, which lead to an article")
    feeds: tuple[FeedUrl, ...] = Field((), description="its RSS, Atom and JSON feeds")
    sitemaps: tuple[FeedUrl, ...] = Field(
        (), description="its sitemaps, news sitemaps and indexes of them; a robots.txt stands for those that it names"
    )
    front_pages: tuple[FeedUrl, ...] = Field(
        (), description="pages whose links lead to articles, for an outlet without feeds and sitemaps"
    )
    article_pattern: Pattern | None = Field(
        None, description="regular expression found in every article's address, and in no other link of front_pages"
    )
    crawl_delay_s: float | None = Field(None, gt=0, le=300, description="seconds between two requests, if it asks so")
    section_labels: Texts = Field((), description="section names that stand alone on a line and are no text")
    boilerplate: Texts = Field((), description="a line that is, or starts with, one of these is no text")
    lead_selectors: Texts = Field((), description="CSS of the lead, where it stands outside the body")
    body_selectors: Texts = Field((), description="CSS of the article's body")
    title_suffixes: tuple[Annotated[str, StringConstraints(min_length=1, max_length=300)], ...] = Field(
        (), description="what page titles append to the headline, with its leading space and dash"
    )
    reprints: tuple[Reprint, ...] = Field((), description="the agencies it re-prints and how it credits them")
    checked: Checked = Field(description="what this file was last checked against")

    @model_validator(mode="after")
    def _tells_articles_apart(self) -> Self:
        if bool(self.front_pages) != (self.article_pattern is not None):
            raise ValueError("front_pages and article_pattern need each other: write both, or neither")
        pattern = re.compile(self.article_pattern or "")
        itself = next((page for page in self.front_pages if pattern.search(clean(page))), None)
        if itself:
            raise ValueError(f"article_pattern also finds the front page {itself}: make it say what only articles have")
        return self

    @property
    def hosts(self) -> tuple[str, ...]:
        """Every host that belongs to it: domains, then short-link hosts."""
        return self.domains + self.short_hosts
