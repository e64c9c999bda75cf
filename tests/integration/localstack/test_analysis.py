"""The analysis plugin inside the real server: the parts under the names and with the results of a full distribution."""

from typing import Any

import httpx
import pytest

from marsad.localstack import Endpoints

pytestmark = pytest.mark.stack


def tokens(stack: Endpoints, text: str, **analysis: Any) -> list[str]:
    """Analyse a text and return its terms. Raises AssertionError with the server's words."""
    answer = httpx.post(f"{stack.elasticsearch}/_analyze", json={"text": text, **analysis}, trust_env=False)
    assert answer.status_code == 200, answer.text
    return [token["token"] for token in answer.json()["tokens"]]


def refused(stack: Endpoints, **analysis: Any) -> str:
    """Return why the server refuses a definition."""
    answer = httpx.post(f"{stack.elasticsearch}/_analyze", json={"text": "x", **analysis}, trust_env=False)
    assert answer.status_code == 400, answer.text
    return answer.text


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("arabic", "والمُظاهرات في المدينة ١٢٣", ["مظاهر", "مدين", "123"]),
        ("persian", "کتاب‌های خوب", ["كتاب", "خوب"]),
        ("english", "The protesters' demands", ["protest", "demand"]),
        ("french", "l'actualité des journaux", ["actualit", "journal"]),
    ],
)
def test_language_analyzers(stack: Endpoints, name: str, text: str, expected: list[str]) -> None:
    """Stop words go, words are folded and stemmed."""
    assert tokens(stack, text, analyzer=name) == expected


@pytest.mark.parametrize(
    ("definition", "text", "expected"),
    [
        ("arabic_normalization", "أحمد إلى مدرسة", ["احمد", "الي", "مدرسه"]),
        ("persian_normalization", "کی", ["كي"]),
        ("decimal_digit", "١٢ ۳۴", ["12", "34"]),
        ("lowercase", "Ab", ["ab"]),
        ("uppercase", "Ab", ["AB"]),
        ("trim", "Ab", ["Ab"]),
        ("reverse", "abc", ["cba"]),
        ("unique", "a b a", ["a", "b"]),
        ("remove_duplicates", "a a", ["a", "a"]),
        ("arabic_stem", "والكتاب", ["كتاب"]),
        ("porter_stem", "running", ["run"]),
        ("kstem", "parties", ["party"]),
        ("snowball", "generously", ["generous"]),
        ({"type": "stemmer", "language": "arabic"}, "والكتاب", ["كتاب"]),
        ({"type": "stemmer", "language": "light_english"}, "parties", ["party"]),
        ({"type": "stemmer", "language": "minimal_english"}, "parties", ["party"]),
        ({"type": "stemmer", "language": "possessive_english"}, "Yemen's", ["Yemen"]),
        ({"type": "stemmer", "language": "porter2"}, "generously", ["generous"]),
        ({"type": "stemmer", "language": "german"}, "häuser", ["haus"]),
        ({"type": "asciifolding", "preserve_original": True}, "café", ["cafe", "café"]),
        ({"type": "length", "min": 2, "max": 3}, "a ab abcd", ["ab"]),
        ({"type": "truncate", "length": 2}, "abcd", ["ab"]),
        ({"type": "limit", "max_token_count": 1}, "a b", ["a"]),
        ({"type": "ngram", "min_gram": 2, "max_gram": 2}, "abc", ["ab", "bc"]),
        ({"type": "edge_ngram", "min_gram": 1, "max_gram": 2}, "abc", ["a", "ab"]),
        ({"type": "pattern_replace", "pattern": "^(ال)", "replacement": ""}, "الخبر", ["خبر"]),
        ({"type": "pattern_replace", "pattern": "B", "flags": "CASE_INSENSITIVE", "all": False}, "bab", ["ab"]),
        ({"type": "pattern_capture", "patterns": ["(\\d+)"], "preserve_original": False}, "a12b", ["12"]),
    ],
    ids=str,
)
def test_token_filters(stack: Endpoints, definition: str | dict[str, Any], text: str, expected: list[str]) -> None:
    """Each by its name and settings."""
    assert tokens(stack, text, tokenizer="whitespace", filter=[definition]) == expected


def test_a_marked_word_is_not_stemmed(stack: Endpoints) -> None:
    """keyword_marker protects names from the stemmer that follows."""
    marked = {"type": "keyword_marker", "keywords": ["فلسطين"]}

    assert tokens(stack, "فلسطين", tokenizer="standard", filter=[marked, "arabic_stem"]) == ["فلسطين"]
    assert tokens(stack, "فلسطين", tokenizer="standard", filter=["arabic_stem"]) == ["فلسط"]


@pytest.mark.parametrize(
    ("definition", "text", "expected"),
    [
        ("html_strip", "<b>خبر</b> &amp;", ["خبر &"]),
        ({"type": "mapping", "mappings": ["گ => ك", "ی => ي", "\\u0640 => "]}, "گزارشی ـ", ["كزارشي "]),
        ({"type": "mapping", "mappings": ["\\n => |", "\\\\ => /"]}, "a\nb\\", ["a|b/"]),
        ({"type": "pattern_replace", "pattern": "(\\d+)-", "replacement": "$1_"}, "12-a", ["12_a"]),
    ],
    ids=str,
)
def test_character_filters(stack: Endpoints, definition: str | dict[str, Any], text: str, expected: list[str]) -> None:
    """Each by its name and settings, escapes in mapping rules included."""
    assert tokens(stack, text, tokenizer="keyword", char_filter=[definition]) == expected


@pytest.mark.parametrize(
    ("definition", "text", "expected"),
    [
        ("keyword", "a b", ["a b"]),
        ("whitespace", "a-b c", ["a-b", "c"]),
        ("letter", "a1b", ["a", "b"]),
        ("uax_url_email", "see https://example.org/a now", ["see", "https://example.org/a", "now"]),
        ({"type": "ngram", "min_gram": 2, "max_gram": 2}, "abc", ["ab", "bc"]),
        ({"type": "edge_ngram", "min_gram": 1, "max_gram": 2}, "abc", ["a", "ab"]),
        ({"type": "pattern", "pattern": ","}, "a b,c", ["a b", "c"]),
    ],
    ids=str,
)
def test_tokenizers(stack: Endpoints, definition: str | dict[str, Any], text: str, expected: list[str]) -> None:
    """Each by its name and settings."""
    assert tokens(stack, text, tokenizer=definition) == expected


def test_a_normalizer_takes_the_normalizing_parts(stack: Endpoints) -> None:
    """Keyword fields are folded like texts, and so are terms with wildcards."""
    folded = {
        "filter": ["lowercase", "arabic_normalization", "decimal_digit"],
        "char_filter": [{"type": "mapping", "mappings": ["گ => ك"]}],
    }

    assert tokens(stack, "أگ١ B", **folded) == ["اك1 b"]


@pytest.mark.parametrize(
    ("analysis", "reason"),
    [
        ({"tokenizer": "standard", "filter": [{"type": "stemmer", "language": "klingon"}]}, "Klingon"),
        ({"tokenizer": "standard", "filter": [{"type": "pattern_replace"}]}, "pattern is missing"),
        (
            {"tokenizer": "standard", "filter": [{"type": "pattern_replace", "pattern": "a", "flags": "LOUD"}]},
            "Unknown regex flag",
        ),
        ({"tokenizer": "standard", "char_filter": [{"type": "mapping"}]}, "mapping requires"),
        ({"tokenizer": "standard", "char_filter": [{"type": "mapping", "mappings": ["ab"]}]}, "Invalid Mapping Rule"),
        (
            {"tokenizer": "standard", "char_filter": [{"type": "mapping", "mappings": ["\\u12 => a"]}]},
            "Invalid escaped char",
        ),
    ],
    ids=["language", "pattern", "flag", "mappings", "rule", "escape"],
)
def test_a_wrong_definition_is_refused(stack: Endpoints, analysis: dict[str, Any], reason: str) -> None:
    """When the index is made, and not while documents come in."""
    assert reason in refused(stack, **analysis)
