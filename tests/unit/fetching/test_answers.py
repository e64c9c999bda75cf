"""Facts about what an answer makes of a task."""

from dataclasses import replace
from datetime import timedelta

import pytest

from marsad.contracts.codec import Record
from marsad.contracts.ids import hash_bytes
from marsad.contracts.pages import FeedFetched, PageFetched
from marsad.contracts.states import State
from marsad.contracts.urls import UrlDiscovered, Validators
from marsad.fetching.answers import judge, moved, outcome_of, redirected, travelled
from marsad.fetching.client import Answer, Redirect
from marsad.fetching.failures import FetchRefused
from marsad.fetching.walls import Wall
from marsad.streaming.outcome import Emit, Settle
from marsad.urls import page_id
from support.payloads import NOON
from unit.fetching.doubles import make_discovered

URL = "https://ajil.example/1"
SHORT = "https://s.example/x"
FIELDS = {"content-type": "text/html", "cache-control": "max-age=60", "link": "<" + "x" * 5_000 + ">", "server": "x"}
BODY = "<p>خبر عاجل</p>".encode()


def make_answer(status: int = 200, url: str = URL, body: bytes = BODY) -> Answer:
    """Return an answer that took 1.2345 seconds."""
    return Answer(url, status, body, "text/html", '"7"', None, None, len(body), 1.2345, "HTTP/2", FIELDS)


def record_of(data: UrlDiscovered, answer: Answer) -> Record:
    """Return the one record that an answer leads to."""
    outcome = outcome_of(data, answer, judge(answer, data), NOON)
    assert isinstance(outcome, Emit)
    (record,) = outcome.records
    return record


def settled(data: UrlDiscovered, answer: Answer) -> Settle:
    """Return how an answer ends the task."""
    outcome = outcome_of(data, answer, judge(answer, data), NOON)
    assert isinstance(outcome, Settle)
    return outcome


def test_a_page_goes_on_under_the_id_of_its_final_url() -> None:
    """With its bytes as they came."""
    data = redirected(make_discovered(SHORT), Redirect(SHORT, URL), 10)
    record = record_of(data, make_answer())
    assert (record.topic, record.key, record.body) == ("pages.fetched", page_id(URL), BODY)
    assert record.task_id == data.task.task_id
    page = record.data
    assert isinstance(page, PageFetched)
    assert (page.page_id, page.final_url, page.status, page.content_type) == (page_id(URL), URL, 200, "text/html")
    assert (page.fetched_at, page.elapsed_ms, page.body_hash) == (NOON, 1_234, hash_bytes(BODY))
    assert page.validators.etag == '"7"'
    assert page.task.aliases == (SHORT,)


def test_a_feed_goes_on_under_its_sites_key() -> None:
    """So that one member of discovery owns the feed."""
    data = make_discovered("https://rss.ajil.example/all.xml", kind="feed")
    record = record_of(data, make_answer(url="https://cdn.other.example/all.xml"))
    assert (record.topic, record.key, record.body) == ("feeds.fetched", "rss.ajil.example:443", BODY)
    assert isinstance(record.data, FeedFetched)


@pytest.mark.parametrize("status", [404, 410])
def test_a_known_page_that_is_gone_goes_on_without_bytes(status: int) -> None:
    """It may be a retraction, which only the owner of the article can tell."""
    record = record_of(make_discovered(URL, known=True), make_answer(status, body=b""))
    assert isinstance(record.data, PageFetched)
    assert (record.key, record.body, record.data.status) == (page_id(URL), b"", status)


@pytest.mark.parametrize("status", [404, 410])
def test_a_page_or_feed_that_never_was_is_gone(status: int) -> None:
    """A feed is no article, known or not."""
    for data in (make_discovered(URL), make_discovered(URL, kind="feed", known=True)):
        end = settled(data, make_answer(status))
        assert (end.state, end.reason, end.task) == (State.GONE, f"http_{status}", data.task)


@pytest.mark.parametrize(
    ("status", "state"),
    [(401, State.BLOCKED), (403, State.BLOCKED), (451, State.BLOCKED), (400, State.REFUSED), (204, State.REFUSED)],
)
def test_other_answers_end_the_task(status: int, state: State) -> None:
    """The cause stays visible."""
    end = settled(make_discovered(URL, known=True), make_answer(status))
    assert (end.state, end.reason) == (state, f"http_{status}")
    assert str(status) in end.detail


def test_a_feed_that_did_not_change_is_unchanged() -> None:
    """A page is never asked for conditionally, so its 304 is nonsense."""
    validators = Validators(etag='"7"', last_modified=None)
    feed = make_discovered(URL, kind="feed", validators=validators)
    assert settled(feed, make_answer(304)).state is State.UNCHANGED
    assert settled(make_discovered(URL), make_answer(304)).state is State.REFUSED
    assert settled(make_discovered(URL, kind="feed"), make_answer(304)).state is State.REFUSED


def test_the_same_bytes_are_unchanged() -> None:
    """Also where the site knows no validators; a page's text is compared instead, further down."""
    feed = make_discovered(URL, kind="feed", body_hash=hash_bytes(BODY))
    end = settled(feed, make_answer())
    assert (end.state, end.reason) == (State.UNCHANGED, "same_bytes")
    assert record_of(feed, make_answer(body=BODY + b" ")).topic == "feeds.fetched"
    assert record_of(make_discovered(URL, body_hash=hash_bytes(BODY)), make_answer()).topic == "pages.fetched"


@pytest.mark.parametrize("status", [200, 403, 429, 503])
def test_a_wall_blocks_whatever_its_status(status: int) -> None:
    """A captcha with 503 is no server that failed; the detail says whose it is."""
    end = settled(make_discovered(URL), replace(make_answer(status), wall=Wall("captcha", "Cloudflare")))
    assert (end.state, end.reason) == (State.BLOCKED, "captcha_wall")
    assert "Cloudflare" in end.detail


@pytest.mark.parametrize("status", [200, 202, 204])
def test_what_a_hub_answers_to_a_form_goes_on(status: int) -> None:
    """Any success will do; without a form 202 is nothing that can be used."""
    hub = make_discovered(URL, kind="feed", form={"hub.mode": "subscribe"})
    assert record_of(hub, make_answer(status, body=b"")).topic == "feeds.fetched"
    if status != 200:
        assert settled(make_discovered(URL, kind="feed"), make_answer(status, body=b"")).state is State.REFUSED


def test_fields_that_matter_later_and_robots_tags_are_kept() -> None:
    """A field too long to keep is left out, since cut short it would say something else."""
    record = record_of(make_discovered(URL), replace(make_answer(), robots=("noarchive",)))
    assert isinstance(record.data, PageFetched)
    assert record.data.headers == {"cache-control": "max-age=60"}
    assert record.data.robots == ("noarchive",)


def test_a_redirect_goes_on_as_the_same_task() -> None:
    """The target changes, the way is kept, the host's slot is given up, attempts stay counted."""
    data = make_discovered(SHORT, attempt=2, not_before=NOON + timedelta(seconds=5))
    onward = redirected(data, Redirect(SHORT, URL), 10)
    assert (onward.target, onward.hops, onward.attempt, onward.not_before) == (URL, 1, 2, None)
    assert onward.task.aliases == (SHORT,)
    assert onward.task.task_id == data.task.task_id
    assert onward.task.url == SHORT
    (record,) = moved(onward).records
    assert (record.topic, record.key, record.data) == ("urls.discovered", "ajil.example:443", onward)


def test_a_loop_through_several_hosts_is_refused() -> None:
    """Also when its hops went through Kafka."""
    first = redirected(make_discovered(SHORT), Redirect(SHORT, URL), 10)
    with pytest.raises(FetchRefused, match="loop") as refused:
        redirected(first, Redirect(URL, SHORT), 10)
    assert refused.value.reason == "redirects"


def test_hops_count_for_the_whole_way() -> None:
    """Not only inside one host."""
    data = make_discovered(SHORT, hops=9)
    assert redirected(data, Redirect(SHORT, URL), 10).hops == 10
    with pytest.raises(FetchRefused, match="more than 10"):
        redirected(data.model_copy(update={"hops": 10}), Redirect(SHORT, URL), 10)


def test_every_alias_stands_once() -> None:
    """A task that is delivered again travels the same way again."""
    once = travelled(travelled(make_discovered(SHORT).task, SHORT), URL)
    assert travelled(once, SHORT).aliases == (SHORT, URL)
