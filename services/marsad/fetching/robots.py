"""What a site's robots.txt says about us (RFC 9309), remembered for a while.

A missing file (4xx, more than five redirects) allows everything, an unreachable one (5xx, 429, no connection) forbids
everything for ten minutes, any other is valid for a day. Crawl-delay and Request-rate, which the RFC leaves out, are
honoured; one above a minute counts as a minute, since such values are typing errors or meant to keep crawlers out
without saying so. An outlet file that asks for more is obeyed (see `handler`).
"""

import asyncio
import re
from collections import OrderedDict
from dataclasses import dataclass

import httpx
from protego import Protego

from marsad.fetching.agent import PRODUCT
from marsad.fetching.client import Answer, Client, Redirect, Terms
from marsad.fetching.failures import FetchError, FetchFailed, FetchRefused
from marsad.fetching.targets import check_url, origin_of
from marsad.streaming.outcome import Clock
from marsad.telemetry import logger

PATH = "/robots.txt"
MAX_BYTES = 500 * 1024  # RFC 9309, 2.5
MAX_REDIRECTS = 5  # RFC 9309, 2.3.1.2
LIFETIME_S = 24 * 3_600.0  # RFC 9309, 2.4
FAILURE_LIFETIME_S = 600.0
MAX_DELAY_S = 60.0
MAX_RULES = 10_000  # of one file that concern us; each costs time at every URL
MAX_SITES = 10_000
TROUBLE_CHARS = 300
MAX_RULES_KEPT = 200_000  # of all files together, about 300 bytes each

TERMS = Terms(accept="text/plain,*/*;q=0.5", max_bytes=MAX_BYTES, text_only=False, cut=True)
LARGE = 32 * 1024  # bytes of a file that takes more than a moment to parse
TOO_MANY_REQUESTS = 429

log = logger(__name__)

_AGENT_LINE = re.compile(r"\s*user[\s-]*agent[\s:]+([^#]*)", re.IGNORECASE)
_NO_RULE = re.compile(r"\s*(?:#|$|sitemap|site-map|host\b)", re.IGNORECASE)  # stands between groups without ending one
_TOKEN = re.compile(r"[a-zA-Z_-]+")


@dataclass(frozen=True, slots=True)
class Rules:
    """What one robots.txt says about us.

    Attributes:
        parser: the parsed file, or None where there is none.
        trouble: why the site did not tell us its rules; empty where it did, be it by having none.
        closed: why we may not even ask for them: the site keeps them at an address that is closed to us.
        lines: about how many rules are kept.
    """

    parser: Protego | None = None
    trouble: str = ""
    lines: int = 1
    closed: str = ""

    @property
    def reachable(self) -> bool:
        """Whether the site told us its rules."""
        return not self.trouble

    def allows(self, url: httpx.URL) -> bool:
        """Whether we may ask for the URL."""
        if self.parser is None:
            return self.reachable and not self.closed
        return bool(self.parser.can_fetch(str(url), PRODUCT))

    def require(self, url: httpx.URL) -> None:
        """Raise FetchRefused (robots, address) where the URL is closed, FetchFailed where the rules were not told."""
        if self.allows(url):
            return
        where = f"{origin_of(url)}{PATH}"
        if self.closed:
            raise FetchRefused("address", f"{where} leads to where nobody may be asked: {self.closed}")
        if self.reachable:
            raise FetchRefused("robots", f"{where} does not allow {url.raw_path.decode('ascii')}")
        raise FetchFailed("robots_unreachable", f"{where} cannot be had, so nothing is asked there: {self.trouble}")

    @property
    def delay_s(self) -> float:
        """The pause that the file asks for, at most a minute; 0 where it asks for none.

        The longer one of Crawl-delay and of what Request-rate (`1/10`: one page in ten seconds) comes to; the hours
        that a rate may be limited to are not looked at, it is kept at all of them.
        """
        if self.parser is None:
            return 0.0
        rate = self.parser.request_rate(PRODUCT)
        longest = int(MAX_DELAY_S) * rate.requests if rate else 0
        paced = min(rate.seconds, longest) / rate.requests if rate else 0.0  # cut first: no float holds 400 digits
        return min(max(self.parser.crawl_delay(PRODUCT) or 0.0, paced), MAX_DELAY_S)


ALLOW_ALL = Rules()


def parse_rules(content: bytes) -> Rules:
    """Return the rules of a file; one with more rules for us than can be followed at a sane cost is unreachable."""
    ours = _ours(content.decode("utf-8-sig", "replace"))
    if len(ours) > MAX_RULES:
        return Rules(trouble=f"more than {MAX_RULES:,} of its rules concern us")
    return Rules(Protego.parse("\n".join(ours)), lines=len(ours) + 1)


def _ours(text: str) -> list[str]:
    """Return the lines of the groups that address us or everybody, with one spelling of the address.

    The product token is compared as a whole (RFC 9309, 2.2.1). A file of thousands of agents times thousands of rules,
    which a parser multiplies out, becomes as small here as what concerns us.
    """
    lines: list[str] = []
    ours = among_agents = False
    for line in text.splitlines():
        if match := _AGENT_LINE.match(line):
            ours, among_agents = ours and among_agents, True
            if name := _our_name(match[1].strip()):
                ours = True
                lines.append(f"User-agent: {name}")
        elif not _NO_RULE.match(line):
            among_agents = False
            if ours:
                lines.append(line)
    return lines


def _our_name(addressed: str) -> str | None:
    if addressed.partition(" ")[0] == "*":
        return "*"
    token = _TOKEN.match(addressed)
    return PRODUCT if token and token[0].lower() == PRODUCT.lower() else None


class Robots:
    """Fetches and remembers rules, in bounded memory. The caller holds the asked host's turn: a file is had once."""

    def __init__(self, client: Client, clock: Clock, deadline_s: float) -> None:
        self._client = client
        self._clock = clock
        self._deadline_s = deadline_s
        self._sites: OrderedDict[str, tuple[float, Rules]] = OrderedDict()
        self._led: OrderedDict[str, tuple[httpx.URL, int]] = OrderedDict()  # where files led, and after how many hops
        self._lines = 0

    def known(self, url: httpx.URL) -> Rules | None:
        """Return the rules of the URL's site, or None where they are unknown or too old."""
        entry = self._sites.get(origin_of(url))
        if entry is None or entry[0] <= self._clock().timestamp():
            return None
        self._sites.move_to_end(origin_of(url))
        return entry[1]

    def closed_until(self, url: httpx.URL) -> float | None:
        """Return when the URL's site is asked for its rules again, in seconds since 1970, where they could not be had.

        Until then nothing is asked there, so nothing can be said about the URL. None where the rules are known, or
        unknown.
        """
        rules = self.known(url)
        return None if rules is None or rules.reachable else self._sites[origin_of(url)][0]

    def question(self, url: httpx.URL) -> httpx.URL:
        """Return what is to be asked next for the rules of the URL's site: its robots.txt, or where that led."""
        led = self._led.get(origin_of(url))
        return led[0] if led else url.copy_with(raw_path=PATH.encode())

    async def ask(self, url: httpx.URL) -> None:
        """Ask `question(url)`, unless another site did; then the rules are known, or the question is another.

        Raises FetchRefused where the site itself may not be connected to; any other failure is an unreachable file.
        """
        origin, asked = origin_of(url), self.question(url)
        _, hops = self._led.pop(origin, (asked, 0))
        if hops and asked.path == PATH and (others := self.known(asked)) is not None:
            self._remember(origin, others)
            return
        try:
            answer = await self._client.get(str(asked), TERMS)
            if isinstance(answer, Redirect) and hops < MAX_REDIRECTS:
                self._lead(origin, check_url(answer.target), hops + 1)
                return
            rules = ALLOW_ALL if isinstance(answer, Redirect) else await _read(answer)
        except FetchRefused as refused:
            if hops == 0 and refused.reason == "address":
                raise
            if refused.reason == "address":  # of the site that led there: whoever asks the other is refused himself
                self._remember(origin, Rules(closed=_short(refused)))
                return
            rules = ALLOW_ALL if refused.reason == "redirects" else Rules(trouble=_short(refused))
        except FetchFailed as failed:
            rules = Rules(trouble=_short(failed))
        if rules.trouble:
            log.warning("robots_unreachable", site=origin, why=rules.trouble)
        self._remember(origin, rules)
        if asked.path == PATH:  # where http leads to https, or a name to another: that site's own file
            self._remember(origin_of(asked), rules)

    async def fetch(self, url: httpx.URL) -> Rules:
        """Ask until the rules of the URL's site are known, without anybody's turn. Raises what `ask` raises."""
        try:
            async with asyncio.timeout(self._deadline_s):
                while (rules := self.known(url)) is None:
                    await self.ask(url)
        except TimeoutError:
            rules = Rules(trouble=f"timeout: nothing came within {self._deadline_s:g} s")
            self._remember(origin_of(url), rules)
        return rules

    def _lead(self, origin: str, target: httpx.URL, hops: int) -> None:
        self._led[origin] = (target, hops)
        if len(self._led) > MAX_SITES:
            self._led.popitem(last=False)

    def _remember(self, origin: str, rules: Rules) -> None:
        lifetime = LIFETIME_S if rules.reachable and not rules.closed else FAILURE_LIFETIME_S
        _, before = self._sites.pop(origin, (0.0, None))
        self._sites[origin] = (self._clock().timestamp() + lifetime, rules)
        self._lines += rules.lines - (before.lines if before else 0)
        while len(self._sites) > MAX_SITES or self._lines > MAX_RULES_KEPT:
            _, (_, dropped) = self._sites.popitem(last=False)
            self._lines -= dropped.lines


def _short(error: FetchError) -> str:
    return str(error)[:TROUBLE_CHARS]


async def _read(answer: Answer) -> Rules:
    if 400 <= answer.status < 500 and answer.status != TOO_MANY_REQUESTS:  # noqa: PLR2004 - the class 4xx
        return ALLOW_ALL
    if not 200 <= answer.status < 300:  # noqa: PLR2004 - the class 2xx
        return Rules(trouble=f"it is answered with status {answer.status}")
    if len(answer.body) < LARGE:
        return parse_rules(answer.body)
    return await asyncio.to_thread(parse_rules, answer.body)
