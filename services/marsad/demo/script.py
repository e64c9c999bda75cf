"""What the demo does itself: lets the newsroom begin, submits short links, asks again for what was withdrawn."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from marsad.demo.clock import HeldClock
from marsad.demo.gold import Difference, strays
from marsad.demo.sight import Sight
from marsad.discovery.submission import hand_over
from marsad.newsroom import Expected, Newsroom
from marsad.settings import Settings
from marsad.urls import find_links, page_id

LINKING_OUTLET = "ajil"  # one with short links
LOAD_SEED = 1
SHORT_LINKS = 3  # that are submitted


@dataclass(slots=True)
class Script:
    """What the demo does itself: it lets the newsroom begin, submits short links, asks again for what went."""

    own: Settings
    room: Newsroom
    clock: HeldClock
    links: dict[str, Expected] = field(default_factory=dict)
    asked_again: set[str] = field(default_factory=set)

    @property
    def gold(self) -> list[Expected]:
        """The promises: all of the newsroom's articles, and two load articles that only short links lead to."""
        return [*self.room.expected(), *self._loads()]

    @property
    def ids(self) -> list[str]:
        """The ids that promised articles have."""
        return [page_id(promise.url) for promise in self.gold]

    def strays(self, sight: Sight) -> list[Difference]:
        """Return what is wrong beside the promised addresses."""
        found = strays(self.gold, self.links, sight)
        if len(self.links) < SHORT_LINKS:
            found.append(Difference("submitted", "short links", str(SHORT_LINKS), str(len(self.links))))
        return found

    async def act(self, sight: Sight) -> None:
        """Do what is due. Raises BrokerUnavailable."""
        if not sight.counts.articles:
            return
        self.clock.release()  # an article went all the way, so every service works
        if not self.links:
            await self._submit()
        for event in self.room.events:
            if event.kind == "withdrawn" and event.url not in self.asked_again:
                await hand_over(self.own, [event.url], again=True)
                self.asked_again.add(event.url)

    async def _submit(self) -> None:
        """Submit short links as people paste them, glued to Arabic words: one of a known article, two of new ones."""
        shown = {event.url for event in self.room.events if event.kind == "published"}
        known = next(
            (one for one in self.room.expected() if one.url in shown and one.short_url and one.outcome == "indexed"),
            None,
        )
        if known is None:
            return
        leads = [known, *self._loads()]
        first, second, third = (lead.short_url for lead in leads)
        text = f"انسخ الرابط{first}وقال مراسلنا ({second})، اقرأ أيضا:{third}."
        found = find_links(text)
        submitted = await hand_over(self.own, found)
        by_link = {lead.short_url: lead for lead in leads}
        self.links.update({one.task_id: by_link[one.url] for one in submitted if one.url in by_link})

    def _loads(self) -> Sequence[Expected]:
        return [self.room.load_article(LINKING_OUTLET, LOAD_SEED, number) for number in (1, 2)]
