"""What a request hands in."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marsad.intake.asked import Asked, Refusal, asked
from marsad.urls import clean

SHORT = "https://r.rtarabic.com/s4vq"
MOST = 5


def of_json(value: object) -> Asked:
    """Return what JSON hands in."""
    return asked("application/json", None, json.dumps(value).encode(), MOST)


def refused(content_type: str, body: bytes, charset: str | None = None) -> tuple[int, str]:
    """Return status and code of a refusal."""
    with pytest.raises(Refusal) as caught:
        asked(content_type, charset, body, MOST)
    assert str(caught.value)
    return caught.value.status, caught.value.code


def test_urls_and_text_are_taken() -> None:
    """URLs as they stand, links out of text, each once and in order."""
    value = {"urls": [SHORT, "https://ajil.example/a b"], "text": f"انسخ الرابط{SHORT} ثم https://ajil.example/2"}

    assert of_json(value).links == (SHORT, "https://ajil.example/a b", "https://ajil.example/2")
    assert not of_json(value).again
    assert of_json({**value, "again": True}).again


def test_a_string_with_links_in_it_gives_them() -> None:
    """What somebody pasted into a list of URLs is a text like any other."""
    assert of_json({"urls": [f"«{SHORT}»؛", f"انظر {SHORT}/2."]}).links == (SHORT, f"{SHORT}/2")


def test_what_is_no_url_is_named() -> None:
    """The others go on; the password of one is not repeated by the reason."""
    found = of_json({"urls": ["ftp://a.example/x", "https://me:secret@a.example/", SHORT, ""]})

    assert found.links == (SHORT,)
    assert [url for url, _ in found.refused] == ["ftp://a.example/x", "https://me:secret@a.example/", ""]
    assert "neither http nor https" in found.refused[0][1]
    assert "secret" not in found.refused[1][1]


@pytest.mark.parametrize(("charset", "codec"), [(None, "utf-8"), ("UTF-8", "utf-8"), ("windows-1256", "cp1256")])
def test_plain_text_is_taken_in_its_charset(charset: str | None, codec: str) -> None:
    """Old sites' charset too, where it is declared."""
    url = "https://ajil.example/أخبار/1"

    assert asked("text/plain", charset, f"خبر: {url}، ثم".encode(codec), MOST).links == (url,)


@pytest.mark.parametrize(
    ("content_type", "charset", "body", "answer"),
    [
        ("text/html", None, SHORT.encode(), (415, "unsupported_type")),
        ("application/octet-stream", None, b"", (415, "unsupported_type")),
        ("text/plain", "utf-7", SHORT.encode(), (415, "unsupported_charset")),
        ("text/plain", None, "خبر".encode("cp1256"), (422, "undecodable")),
        ("text/plain", None, b"no link", (422, "no_link")),
        ("text/plain", None, b"", (422, "no_link")),
        ("text/plain", None, " ".join(f"{SHORT}/{n}" for n in range(6)).encode(), (422, "too_many_links")),
        ("application/json", None, b"{", (422, "no_json")),
        ("application/json", None, b"[" * 100_000, (422, "no_json")),
        ("application/json", None, b"[]", (422, "unknown_field")),
        ("application/json", None, b'{"url": "https://a.example/"}', (422, "unknown_field")),
        ("application/json", None, b'{"urls": "https://a.example/"}', (422, "wrong_type")),
        ("application/json", None, b'{"urls": [1]}', (422, "wrong_type")),
        ("application/json", None, b'{"text": 1}', (422, "wrong_type")),
        ("application/json", None, b'{"text": "x", "again": 1}', (422, "wrong_type")),
        ("application/json", None, b'{"urls": ["x"]}', (422, "no_link")),
    ],
)
def test_a_refusal_has_a_status_and_a_word(
    content_type: str, charset: str | None, body: bytes, answer: tuple[int, str]
) -> None:
    """Programs get a word, people a sentence."""
    assert refused(content_type, body, charset) == answer


@given(st.sampled_from(["application/json", "text/plain"]), st.binary(max_size=200))
def test_any_body_is_taken_or_refused(content_type: str, body: bytes) -> None:
    """Whatever is sent, every link that is taken can be cleaned."""
    links: tuple[str, ...] = ()
    try:
        links = asked(content_type, None, body, MOST).links
    except Refusal as refusal:
        status = refusal.status
        links = () if status in {415, 422} else ("another status",)

    assert all(clean(link) for link in links)


LEAVES = st.none() | st.booleans() | st.text(max_size=20) | st.just(SHORT) | st.just("\ud800")
SHAPES = st.recursive(
    LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["urls", "text", "again", "x"]), inner)
)


@given(SHAPES)
def test_any_json_is_taken_or_refused(value: object) -> None:
    """No shape of JSON breaks the door, half characters included."""
    status = 202
    links: tuple[str, ...] = ()
    try:
        links = of_json(value).links
    except Refusal as refusal:
        status = refusal.status

    assert (status == 202) == bool(links)
