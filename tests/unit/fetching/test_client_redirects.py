"""Facts about answers that lead elsewhere."""

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from marsad.fetching.client import Answer, Client, Redirect
from marsad.fetching.failures import FetchRefused
from unit.fetching.doubles import Web, make_settings, redirect, simulate
from unit.fetching.test_client import TERMS, URL, get, refusal


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_returned_and_not_followed(status: int) -> None:
    """Its target is another request, in its own turn; the fragment is nobody's business."""
    web = Web(lambda _: redirect("https://other.example/x#y", status))
    got = get(web)
    assert got == Redirect(URL, "https://other.example/x")
    assert (got.status, got.fields["location"]) == (status, "https://other.example/x#y")
    assert web.urls() == [URL]


@pytest.mark.parametrize(
    ("location", "target"),
    [
        ("//other.example/a", "https://other.example/a"),
        ("?page=2", "https://ajil.example/1?page=2"),
        ("../b", "https://ajil.example/b"),
        ("http://other.example", "http://other.example"),
        ("/أخبار", "https://ajil.example/%D8%A3%D8%AE%D8%A8%D8%A7%D8%B1"),
    ],
)
def test_a_location_is_read_relative_to_where_it_stands(location: str, target: str) -> None:
    """RFC 9110, 10.2.2; raw Arabic in a Location is common."""
    reply = httpx.Response(302, headers=[(b"location", location.encode())])
    got = get(Web(lambda _: reply))
    assert isinstance(got, Redirect)
    assert got.target == target


@pytest.mark.parametrize(
    "location",
    [
        None,
        "",
        "http://[::1",
        "http://ajil.example:port/",
        "https://ajil.example:99999/",
        "ftp://ajil.example/",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "https://user:secret@ajil.example/",
        "http://2130706433/",
        "http:///x",
        "/" + "a" * 9_000,
    ],
)
def test_a_location_that_cannot_be_followed_is_refused(location: str | None) -> None:
    """Not raised as an error of httpx; what would be refused as a URL is refused as a target."""
    headers = {} if location is None else {"location": location}
    assert refusal(lambda _: httpx.Response(302, headers=headers)) == "redirects"


URL_PIECES = [piece.encode() for piece in ("http", "s", "://", "//", *"[]:@%\\/?# \t", "::", "%zz", "%00", "xn--")]


def led_by(location: bytes) -> Redirect | str:
    """Return where a Location leads, or the reason why it is refused."""
    try:
        went = get(Web(lambda _: httpx.Response(302, headers=[(b"location", location)])))
    except FetchRefused as refused:
        return refused.reason
    assert isinstance(went, Redirect)
    return went


@given(
    st.lists(st.sampled_from(URL_PIECES) | st.binary(max_size=4) | st.text(max_size=3).map(_utf8), max_size=12).map(
        b"".join
    )
)
def test_any_location_is_followed_or_refused(location: bytes) -> None:
    """None of them is taken for a server's passing weakness, and none breaks the client."""
    went = led_by(location)
    if isinstance(went, str):
        assert went == "redirects"
    else:
        assert went.target.startswith(("http://", "https://"))
        assert "@" not in went.target.split("/")[2]


def test_a_redirect_to_itself_is_a_loop() -> None:
    """At once; a longer one is seen where the way is known."""
    with pytest.raises(FetchRefused, match="loop"):
        get(Web(lambda _: redirect("/1#again")))


def test_a_form_is_posted() -> None:
    """A WebSub hub is asked so; a redirect that would turn the POST into a GET is not followed."""
    asked: list[httpx.Request] = []

    def reply(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        moved = {"/1": redirect("/2", 307), "/2": redirect("/3", 302)}
        return moved.get(request.url.path, httpx.Response(202))

    async def main(path: str) -> Answer | Redirect:
        form = {"hub.mode": "subscribe", "hub.topic": "https://ajil.example/rss"}
        client = Client(Web(reply), make_settings())
        return await client.get(f"https://ajil.example{path}", TERMS, form=form)

    got = simulate(main("/hub"))
    assert isinstance(got, Answer)
    assert (got.status, asked[0].method) == (202, "POST")
    assert asked[0].headers["content-type"] == "application/x-www-form-urlencoded"
    assert asked[0].read() == b"hub.mode=subscribe&hub.topic=https%3A%2F%2Fajil.example%2Frss"
    assert simulate(main("/1")) == Redirect("https://ajil.example/1", "https://ajil.example/2")
    with pytest.raises(FetchRefused, match="POST"):
        simulate(main("/2"))
