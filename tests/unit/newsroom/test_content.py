"""Tests of the houses and articles as data."""

import re
import unicodedata
from collections import Counter
from itertools import combinations
from pathlib import Path

import pytest

from marsad.errors import OutletError
from marsad.newsroom.content import CONTENT, houses
from marsad.newsroom.model import WITH_TEXT, Article, House
from marsad.newsroom.shapes import SHAPES

HOUSES = [house for house, _ in houses().values()]
ARTICLES = [(house, article) for house, articles in houses().values() for article in articles]
REPRINTS = [(house, article) for house, article in ARTICLES if article.reprints]
FULL = [(house, article) for house, article in ARTICLES if article.outcome in {"indexed", "withdrawn"}]
ARABIC_SIGNS = re.compile(r"[\u064b-\u0652\u0670\u0640]")  # short vowels and tatweel


def words(article: Article) -> int:
    """Count the words of a text."""
    return len(" ".join([article.lead, *article.paragraphs]).split())


def sentences(article: Article) -> set[str]:
    """Return a text's sentences in one spelling: no vowel signs, plain alef, yeh with its dots, Western digits."""
    text = ARABIC_SIGNS.sub("", " ".join([article.lead, *article.paragraphs]))
    text = re.sub("ى\\b", "ي", re.sub("[أإآ]", "ا", text))
    digits = {ord(char): str(unicodedata.digit(char)) for char in "٠١٢٣٤٥٦٧٨٩"}
    return {part.strip() for part in text.translate(digits).split(".") if len(part.split()) > 5}


def test_there_are_the_outlets_of_the_demo() -> None:
    """Six in Arabic, two in English, one in Russian, one in Persian."""
    assert {house.id: house.language for house in HOUSES} == {
        "ajil": "ar",
        "manara": "ar",
        "meridian-wire": "en",
        "nawa": "ar",
        "polus-en": "en",
        "polus-ru": "ru",
        "sabah-nil": "ar",
        "sada": "ar",
        "sepidar": "fa",
        "warraq": "ar",
    }
    assert len(ARTICLES) >= 60


@pytest.mark.parametrize("house", HOUSES, ids=lambda house: house.id)
def test_every_outlet_has_four_full_articles_at_least(house: House) -> None:
    """A full article is one that readers get to see."""
    assert sum(1 for owner, _ in FULL if owner is house) >= 4


@pytest.mark.parametrize(("house", "article"), FULL, ids=lambda one: one.id)
def test_full_articles_are_as_long_as_news(house: House, article: Article) -> None:
    """120 to 350 words, in five paragraphs or more."""
    assert 120 <= words(article) <= 350, house.id
    assert len(article.paragraphs) >= 4


@pytest.mark.parametrize(("house", "article"), ARTICLES, ids=lambda one: one.id)
def test_articles_stay_inside_their_house(house: House, article: Article) -> None:
    """The section exists, a short link has a host, a duplicate has its original, a corrected place exists."""
    known = {one.id for owner, one in ARTICLES if owner is house}
    assert article.section in house.sections
    assert "short" not in article.listed_as or house.short_links
    assert article.of is None or article.of in known - {article.id}
    for correction in article.corrections:
        assert set(correction.replace) <= set(range(len(article.paragraphs) + 1))


@pytest.mark.parametrize(("house", "article"), ARTICLES, ids=lambda one: one.id)
def test_texts_carry_no_stray_signs(house: House, article: Article) -> None:
    """No double space, no space before a stop, no Latin comma between Arabic words, quotes that close."""
    for text in [article.title, article.lead, *article.paragraphs]:
        assert not re.search(r"\s{2,}|\s[.،؛؟,;:!]|^\s|\s$", text), text
        assert house.language != "ar" or not re.search(r"[\u0600-\u06ff][,;?]", text), text
        assert text.count("«") == text.count("»"), text
        assert text.count("“") == text.count("”"), text
        assert unicodedata.normalize("NFC", text) == text, text


def test_no_paragraph_is_printed_twice_by_one_outlet() -> None:
    """So that gold of different articles cannot be mixed up."""
    counts = Counter((house.id, text) for house, article in ARTICLES for text in (article.lead, *article.paragraphs))
    assert [key for key, count in counts.items() if count > 1 and key[1]] == []


@pytest.mark.parametrize("story", ["water", "rail", "telescope"])
def test_arabic_outlets_share_sentences_of_a_story(story: str) -> None:
    """Both print two sentences or more that are the same but for spelling: they took them from one agency."""
    ajil, sada = (article for house, article in ARTICLES if article.id == story and house.id in {"ajil", "sada"})
    assert len(sentences(ajil) & sentences(sada)) >= 2
    assert ajil.credit is not None
    assert sada.credit is not None
    assert ajil.credit.source == sada.credit.source


def test_the_same_story_is_told_by_several_outlets() -> None:
    """At least ten stories stand with two outlets or more, six of them with three or more."""
    told = Counter(article.story for _, article in FULL if article.story)
    assert sum(1 for count in told.values() if count >= 2) >= 10
    assert sum(1 for count in told.values() if count >= 3) >= 6


@pytest.mark.parametrize(("house", "article"), REPRINTS, ids=lambda one: one.id)
def test_a_reprint_has_half_its_sentences_from_its_original(house: House, article: Article) -> None:
    """The same but for spelling, of the same story, later, and credited to the agency whose text it is."""
    (original,) = [(owner, one) for owner, one in FULL if f"{owner.id}/{one.id}" == article.reprints]
    own, taken = sentences(article), sentences(original[1])

    assert 2 * len(own & taken) >= len(own)
    assert article.story == original[1].story
    assert article.minutes_before < original[1].minutes_before
    assert article.credit is not None
    assert original[0].name["en"].startswith(article.credit.source)
    assert house is not original[0]


def test_stories_are_shared_within_and_between_languages() -> None:
    """Who tells a story in words of its own shares next to no sentence with others of its language."""
    by_story: dict[str, list[tuple[House, Article]]] = {}
    for house, article in FULL:
        if article.story and not article.credit:
            by_story.setdefault(article.story, []).append((house, article))
    pairs = [(one, other) for told in by_story.values() for one, other in combinations(told, 2)]

    assert len(pairs) >= 8
    assert all(len(sentences(one[1]) & sentences(other[1])) <= 1 for one, other in pairs)
    assert {len({house.language for house, _ in told}) for told in by_story.values()} >= {1, 2}


def test_credits_have_every_form() -> None:
    """A line of its own, brackets, words of the text, a dateline."""
    forms = Counter(article.credit.form for _, article in FULL if article.credit)

    assert set(forms) == {"line", "brackets", "inside", "dateline"}


@pytest.mark.parametrize(("house", "article"), FULL, ids=lambda one: one.id)
def test_a_credit_inside_the_text_stands_there(house: House, article: Article) -> None:
    """Where no line of the page names the agency, the text does, and only then."""
    if article.credit:
        named = article.credit.shown in " ".join([article.lead, *article.paragraphs[:2]])
        assert named == (article.credit.form in {"inside", "dateline"}), house.id


@pytest.mark.parametrize(("house", "article"), FULL, ids=lambda one: one.id)
def test_joiners_and_letters_are_those_of_the_language(house: House, article: Article) -> None:
    """Persian has its own kaf and yeh, and zero-width joiners; the others have none of these."""
    text = " ".join([article.title, article.lead, *article.paragraphs])
    if house.language == "fa":
        assert not re.search("[\u0643\u064a\u0649]", text)
        assert "\u200c" in text
    else:
        assert not re.search("[\u06a9\u06cc\u200c]", text)


def test_what_an_old_page_prints_fits_its_character_set() -> None:
    """Texts of the house in windows-1256 need no character references, so its bytes are what such a site sends."""
    (house,) = [house for house in HOUSES if house.charset != "utf-8"]
    for owner, article in ARTICLES:
        if owner is house:
            " ".join([article.title, article.lead, *article.paragraphs]).encode(house.charset)
    assert house.charset == "windows-1256"


def test_spellings_vary_as_in_real_newsrooms() -> None:
    """Both kinds of digits and quotes, vowel signs, tatweel, and hamza left out or moved stand in the Arabic texts."""
    text = " ".join(" ".join([one.lead, *one.paragraphs]) for house, one in ARTICLES if house.language == "ar")
    for sample in (
        "٤١٢",
        "412",
        "«",
        "“",
        "ـ",
        "الى ان",
        "إلى أن",
        "مسؤولون",
        "المسئولون",
        "فى ",
        "يوميا ",
        "يوميًا",
        "مئة",
        "مائة",
    ):
        assert sample in text, sample


def test_every_outcome_occurs() -> None:
    """Outcomes of many kinds, texts corrected once and twice, two kinds of walls, a page under two addresses."""
    outcomes = {article.outcome for _, article in ARTICLES}
    assert outcomes == {"indexed", "withdrawn", "duplicate", "blocked", "refused", "gone", "not_article"}
    assert sorted(len(article.corrections) for _, article in ARTICLES if article.corrections) == [1, 2]
    assert {article.behind for _, article in ARTICLES if article.behind} == {"payment", "consent"}
    assert all(house.consent for house, article in ARTICLES if article.behind == "consent")
    assert [article.id for _, article in ARTICLES if len(article.listed_as) > 1] == ["wreck"]


def test_what_changes_comes_first() -> None:
    """Corrected and withdrawn articles are among the oldest, so that they are known before they change."""
    oldest = sorted(ARTICLES, key=lambda one: -one[1].minutes_before)[:4]
    changing = [(house.id, one.id) for house, one in ARTICLES if one.corrections or one.outcome == "withdrawn"]
    assert set(changing) <= {(house.id, article.id) for house, article in oldest}


def test_a_refused_article_lies_behind_robots_txt() -> None:
    """Its path starts with one that the house closes; no other article's does."""
    for house, article in ARTICLES:
        path = house.path.format(section=article.section, number=1, slug=article.slug, date="20260504")
        closed = any(path.startswith(prefix) for prefix in house.disallow)
        assert closed == (article.outcome == "refused"), (house.id, article.id)


def test_shapes_are_known() -> None:
    """A house names a shape that exists."""
    assert {house.shape for house in HOUSES} <= set(SHAPES)


def article_file(folder: Path, text: str) -> None:
    """Make a house with one article."""
    (folder / "new" / "articles").mkdir(parents=True)
    real = (CONTENT / "ajil" / "outlet.yaml").read_text(encoding="utf-8")
    (folder / "new" / "outlet.yaml").write_text(real, encoding="utf-8")
    (folder / "new" / "articles" / "one.yaml").write_text(text, encoding="utf-8")


def test_an_outlet_is_added_as_data(tmp_path: Path) -> None:
    """A folder with an outlet file and articles is a further house."""
    article_file(tmp_path, "{title: T, slug: s, section: world, minutes_before: 3, lead: L, paragraphs: [P]}")

    ((house, articles),) = houses(tmp_path).values()

    assert house.id == "new"
    assert [(article.id, article.paragraphs) for article in articles] == [("one", ("P",))]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("{title: T, slug: s, section: world, minutes_before: 3}", "has a text, or has none, wrongly"),
        ("{title: T, slug: s, section: world, minutes_before: 3, outcome: gone, lead: L, paragraphs: [P]}", "wrongly"),
        ("{title: T, slug: s, section: world, minutes_before: 3, outcome: duplicate}", "`of` belongs to a duplicate"),
        ("{title: T, slug: s, section: world, minutes_before: 3, lead: L, paragraphs: [P], of: x}", "`of` belongs"),
        ("{title: T, slug: s, section: world, minutes_before: 3, outcome: blocked}", "`behind` belongs to a blocked"),
        ("{title: T, slug: s, section: world, minutes_before: 3, outcome: gone, behind: consent}", "`behind` belongs"),
        ("{title: T, slug: s, section: world, minutes_before: 3, lead: L, paragraphs: [P], autor: x}", "autor"),
        ("{title: T, slug: s, section: world, minutes_before: 0, lead: L, paragraphs: [P]}", "minutes_before"),
        ("title: [", "not a"),
        ("- a list", "not a"),
    ],
)
def test_a_broken_article_file_is_refused(tmp_path: Path, text: str, complaint: str) -> None:
    """The error names the file and what is wrong in it."""
    article_file(tmp_path, text)

    with pytest.raises(OutletError, match=re.escape(complaint)) as caught:
        houses(tmp_path)

    assert "one.yaml" in str(caught.value)


def test_texts_belong_to_the_outcomes_that_have_one() -> None:
    """Articles that are never served have no text that could be taken for gold."""
    assert all(bool(article.lead) == (article.outcome in WITH_TEXT) for _, article in ARTICLES)
