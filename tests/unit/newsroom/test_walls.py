"""Facts about fetching's look at the newsroom's pages: one of them is a wall, and it is the right one."""

from collections.abc import Callable

import httpx

from marsad.fetching.head import read_head
from marsad.fetching.walls import wall_in
from marsad.newsroom import Newsroom
from unit.newsroom.test_habits import AFTER_ALL

Move = Callable[[float], None]


async def test_only_the_consent_wall_is_a_wall(room: Newsroom, client: httpx.AsyncClient, move_to: Move) -> None:
    """Of all articles, short ones and old character sets among them, front pages and load articles."""
    move_to(AFTER_ALL)
    urls = {one.url: one.article for one in room.expected()} | {f"{room.origin_of(one)}/": one for one in room.outlets}
    for outlet in room.outlets:
        urls |= {room.load_article(outlet, 3, number).url: "load" for number in range(3)}
    walls = {}
    for url, name in urls.items():
        answer = await client.get(url)
        if answer.status_code == 200:
            assert read_head(answer.content, answer.headers["content-type"]).refresh is None
            if wall := wall_in(url, dict(answer.headers), answer.content):
                walls[name] = wall.reason
    assert walls == {"wall": "consent_wall"}
