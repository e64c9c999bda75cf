"""The connection to Kibana against a fake that refuses what the real one would."""

from collections.abc import Callable
from itertools import count
from pathlib import Path

import httpx
import pytest

from marsad.errors import KibanaError, KibanaUnavailable, SettingsError
from marsad.kibana import client as module
from marsad.kibana.client import Kibana, connect
from marsad.settings import Kibana as Section
from marsad.settings import Search, Settings
from support.kibana import PASSWORD, FakeKibana

STATUS = ("GET", "/api/status")
THERE = "/api/dashboards/a"


class Time:
    """Seconds that pass only in sleep."""

    def __init__(self) -> None:
        self.now = 0.0

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def patient(kibana: Kibana) -> Kibana:
    """Return the connection with a time of the test's own."""
    time = Time()
    return Kibana(kibana._http, time.sleep, lambda: time.now)


def test_an_available_kibana_is_not_waited_for(kibana: Kibana, fake: FakeKibana) -> None:
    """One question is enough."""
    kibana.wait_until_ready()

    assert fake.asked == [STATUS]


def test_it_waits_while_kibana_is_not_ready(kibana: Kibana, fake: FakeKibana) -> None:
    """503 with and without JSON, and levels below `available`, are all "later"."""
    fake.levels = ["unavailable", "critical", "degraded", "available"]

    patient(kibana).wait_until_ready()

    assert len(fake.asked) == 4


@pytest.mark.parametrize(
    ("answer", "last"),
    [
        ((503, "Kibana server is not ready yet", {}), "503: Kibana server is not ready yet"),
        ((200, {"status": {"overall": {"level": "degraded"}}}, {}), "it is degraded"),
        ((502, {"message": "bad gateway"}, {}), "502: bad gateway"),
    ],
)
def test_waiting_ends(kibana: Kibana, fake: FakeKibana, answer: tuple[int, object, dict[str, str]], last: str) -> None:
    """The last answer is told, and where it came from."""
    fake.instead[STATUS] = answer

    with pytest.raises(KibanaUnavailable, match=rf"not ready after 5 s.*{last}") as error:
        patient(kibana).wait_until_ready(5)

    assert fake.url in str(error.value)


def test_nobody_listens() -> None:
    """The setting is named."""
    own = Settings(kibana=Section(url="http://127.0.0.1:9"))

    with connect(own) as kibana, pytest.raises(KibanaUnavailable, match=r"no answer from .*:9.*MARSAD_KIBANA__URL"):
        patient(kibana).wait_until_ready(5)


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ((401, {"message": "unauthenticated"}, {}), "MARSAD_SEARCH__PASSWORD_FILE"),
        ((404, {"message": "Not Found"}, {}), "base path included"),
        ((302, None, {"location": "/base/login"}), r"redirects \(302\) to /base/login.*base path"),
        ((200, "<html>", {}), "no JSON: <html>"),
        ((200, "[" * 100_000, {}), "no JSON"),
        ((401, '{"message":' * 100_000, {}), "401"),
        ((200, ["available"], {}), "no object"),
        ((200, {"status": "green"}, {}), "hardly Kibana's"),
    ],
)
def test_no_waiting_helps(
    kibana: Kibana, fake: FakeKibana, answer: tuple[int, object, dict[str, str]], told: str
) -> None:
    """A wrong account, a wrong address or a stranger are told at once."""
    fake.instead[STATUS] = answer

    with pytest.raises(KibanaError, match=told):
        patient(kibana).wait_until_ready()

    assert len(fake.asked) == 1


def test_what_is_not_there_is_none(kibana: Kibana) -> None:
    """A 404 of an object is an answer."""
    assert kibana.read(THERE) is None


def test_a_wrong_password_is_told_without_it(wrong: Callable[[], Kibana]) -> None:
    """Kibana's message and the settings, and neither password."""
    with wrong() as kibana, pytest.raises(KibanaError, match=r"401.*unable to authenticate.*USERNAME") as error:
        kibana.read(THERE)

    assert "another" not in str(error.value)
    assert PASSWORD not in str(error.value)


def test_a_refused_document_comes_with_kibanas_words(kibana: Kibana) -> None:
    """Place and mistake, as Kibana says them."""
    with pytest.raises(KibanaError, match=r"PUT /api/dashboards/a: Kibana answered 400: \[request body\].*'colour'"):
        kibana.write("PUT", THERE, {"title": "a", "colour": "red"})


@pytest.mark.parametrize(
    ("status", "kind", "told"),
    [
        (403, KibanaError, "lacks the right"),
        (409, KibanaError, "run `marsad dashboard` again"),
        (429, KibanaUnavailable, "429"),
        (500, KibanaUnavailable, "500: it broke"),
    ],
)
def test_other_answers(kibana: Kibana, fake: FakeKibana, status: int, kind: type[Exception], told: str) -> None:
    """Each has a meaning, and a remedy where there is one."""
    fake.instead["PUT", THERE] = (status, {"message": "it broke"}, {})

    with pytest.raises(kind, match=told):
        kibana.write("PUT", THERE, {"title": "a"})


def test_a_redirect_is_not_followed(kibana: Kibana, fake: FakeKibana) -> None:
    """An account is not carried to wherever an answer points."""
    fake.instead["GET", THERE] = (307, None, {"location": f"{fake.url}/api/dashboards/b"})

    with pytest.raises(KibanaError, match="redirects"):
        kibana.read(THERE)

    assert fake.asked == [("GET", THERE)]


def test_an_endless_answer_is_cut(kibana: Kibana, fake: FakeKibana, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stranger on Kibana's port cannot fill our memory."""
    monkeypatch.setattr(module, "MAX_ANSWER", 1_000)
    fake.instead["GET", THERE] = (200, {"data": "x" * 2_000}, {})

    with pytest.raises(KibanaError, match="longer than 1000 bytes"):
        kibana.read(THERE)


def test_an_answer_drop_by_drop_is_given_up(kibana: Kibana, fake: FakeKibana) -> None:
    """Each drop ends a silence, so the whole has a limit of its own."""
    fake.instead["GET", THERE] = (200, {"data": "x" * 1_000_000}, {})
    hasty = Kibana(kibana._http, clock=count(0.0, module.REQUEST_S / 2).__next__)

    with pytest.raises(KibanaUnavailable, match="not whole after 60 s"):
        hasty.read(THERE)


def test_a_long_message_is_cut(kibana: Kibana, fake: FakeKibana) -> None:
    """It may quote the whole document."""
    fake.instead["GET", THERE] = (400, {"message": "y" * 5_000}, {})

    with pytest.raises(KibanaError) as error:
        kibana.read(THERE)

    assert len(str(error.value)) < 600


def test_a_base_path_is_kept(own: Settings, fake: FakeKibana) -> None:
    """Kibana behind a proxy lies below a path."""
    moved = own.model_copy(update={"kibana": Section(url=f"{fake.url}/base")})

    with connect(moved) as kibana, pytest.raises(KibanaError):
        kibana.wait_until_ready()

    assert fake.asked == [("GET", "/base/api/status")]


def test_proxies_of_the_environment_are_not_used(
    own: Settings, fake: FakeKibana, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The password goes to Kibana alone."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    with connect(own) as kibana:
        kibana.wait_until_ready()

    assert fake.asked == [STATUS]


@pytest.mark.parametrize(
    ("url", "told"),
    [
        (None, "is not set"),
        ("http://elastic:hush@127.0.0.1:5601", "without user and password"),
        ("http://", "host:port"),
        ("http://elastic:hush/y@host", "host:port"),
    ],
)
def test_wrong_addresses(url: str | None, told: str) -> None:
    """The setting is named, what it holds is not quoted."""
    with pytest.raises(SettingsError, match=told) as error:
        connect(Settings(kibana=Section(url=url)))

    assert "hush" not in str(error.value)


def test_a_password_file_that_is_missing(tmp_path: Path) -> None:
    """Before anything is asked."""
    own = Settings(kibana=Section(url="http://127.0.0.1:9"), search=Search(password_file=tmp_path / "none"))

    with pytest.raises(SettingsError, match=r"none cannot be read.*make secrets"):
        connect(own)


def test_a_certificate_authority_that_is_missing(tmp_path: Path) -> None:
    """The cluster's is Kibana's too."""
    own = Settings(kibana=Section(url="https://127.0.0.1:9"), search=Search(ca_file=tmp_path / "none"))

    with pytest.raises(SettingsError, match="MARSAD_SEARCH__CA_FILE"):
        connect(own)


def test_requests_say_what_they_are(kibana: Kibana) -> None:
    """Kibana refuses writes without this header; its reads do not mind it."""
    assert kibana._http.headers["kbn-xsrf"] == "true"
    assert isinstance(kibana._http.auth, httpx.BasicAuth)
