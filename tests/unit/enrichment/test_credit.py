"""Whose text it is: where credits are found, and what they mean for the outlet."""

import pytest

from marsad.enrichment.article import Document, PlainArticle
from marsad.enrichment.credits import find_credit, known_sources
from marsad.enrichment.stages.credit import Credit, CreditFields
from marsad.enrichment.stages.language import LanguageFields
from marsad.text.normalise import normalise

BODY = {
    "ar": "أعلنت الوزارة أن المدارس ستفتح أبوابها مطلع الأسبوع المقبل.",
    "en": "The ministry said schools would open next week.",
    "ru": "Министерство объявило, что школы откроются на следующей неделе.",
    "fa": "وزارت آموزش اعلام کرد که مدارس باز خواهند شد.",
}


def fields_of(code: str = "ar", **article: str | None) -> CreditFields:
    """Return what the stage fills for an article of a known language."""
    language = LanguageFields(code=code, basis="detected", reliable=True)
    return Credit().apply(Document(PlainArticle(**article), {LanguageFields: language}))  # type: ignore[arg-type]  # strings and None are what these fields take


def ids(fields: CreditFields) -> list[str]:
    """Return the ids of the sources."""
    return [source.id for source in fields.sources]


@pytest.mark.parametrize(
    ("credit", "expected"),
    [
        ("تاس", ["tass"]),
        ("المصدر: تاس + نوفوستي", ["tass", "ria-novosti"]),
        ("RT + وكالات", ["rt", "agencies"]),
        ("وكالة الأنباء الأردنية (بترا)", ["petra"]),
        ("أ ف ب", ["afp"]),
        ("ا.ف.ب", ["afp"]),
        ("رويترز، أ.ب، د ب أ", ["reuters", "ap", "dpa"]),
        ("ТАСС", ["tass"]),
        ("Reuters/AFP", ["reuters", "afp"]),
    ],
)
def test_the_pages_own_credit(credit: str, expected: list[str]) -> None:
    """Every known source of the page's credit is named, each once, in order."""
    fields = fields_of(credit=credit, text=BODY["ar"])

    assert (ids(fields), fields.found_in, fields.credit) == (expected, "credit", credit)


@pytest.mark.parametrize(
    ("code", "start", "expected"),
    [
        ("ar", "بيروت - رويترز: ", ["reuters"]),
        ("ar", "القاهرة (أ ف ب) - ", ["afp"]),
        ("ar", "دمشق-سانا: ", ["sana"]),
        ("ar", "موسكو، 10 يناير/تاس/: ", ["tass"]),
        ("ar", "واس - الرياض: ", ["spa"]),
        ("ar", "سبوتنيك. ", ["sputnik"]),
        ("en", "MOSCOW, January 10. /TASS/. ", ["tass"]),
        ("en", "CAIRO (Reuters) - ", ["reuters"]),
        ("en", "DAMASCUS, SANA - ", ["sana"]),
        ("ru", "МОСКВА, 10 янв — РИА Новости. ", ["ria-novosti"]),
        ("fa", "تهران - ایرنا - ", ["irna"]),
    ],
)
def test_datelines(code: str, start: str, expected: list[str]) -> None:
    """The source in a dateline is the text's source, in every way that agencies write it."""
    fields = fields_of(code, text=start + BODY[code])

    assert (ids(fields), fields.found_in) == (expected, "dateline")
    assert fields.credit
    assert start.startswith(fields.credit)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Sputnik", ["sputnik"]),
        ("المصدر: سانا", ["sana"]),
        ("دمشق - سانا", ["sana"]),
        ("المصدر: وكالة الأناضول", ["anadolu"]),
        ("نقلا عن رويترز", ["reuters"]),
        ("Source: AFP", ["afp"]),
    ],
)
def test_lines_of_their_own(line: str, expected: list[str]) -> None:
    """A line that says nothing else credits its source, at the top, in the middle and at the end."""
    for text in (f"{line}\n{BODY['ar']}", f"{BODY['ar']}\n{line}\n{BODY['ar']}", f"{BODY['ar']}\n{line}"):
        fields = fields_of(text=text)
        assert (ids(fields), fields.found_in, fields.credit) == (expected, "line", line)


@pytest.mark.parametrize("end", ["(رويترز)", "(رويترز).", "/رويترز/", "[رويترز]"])
def test_brackets_at_the_end(end: str) -> None:
    """Brackets that close the text and hold nothing but a source credit it."""
    fields = fields_of(text=f"{BODY['ar']} {BODY['ar']} {end}")

    assert (ids(fields), fields.found_in, fields.credit) == (["reuters"], "end", "رويترز")


@pytest.mark.parametrize(
    "text",
    [
        "قال الوزير لرويترز إن الخطة جاهزة، ونقلت وكالة تاس عنه أن العمل بدأ.",
        "أكد مصدر لوكالة «سبوتنيك»، أمس، أن العمل بدأ.",
        "أعلنت الجزيرة عن وظائف جديدة في قسم الأخبار.",
        "الدول العربية: اجتماع طارئ يعقد غدا في المقر الدائم.",
        "1- العربية: لغة يتكلمها ملايين الناس في العالم كله اليوم.",
        "وحصلت رويترز (التي تتخذ من لندن مقرا لها) على الوثيقة",
        "The reuters of the town met AP Smith in the evening.",
    ],
)
def test_reports_about_agencies_are_no_credits(text: str) -> None:
    """A source inside a sentence is what the article speaks of, not whose text it is."""
    fields = fields_of(text=text)

    assert fields == CreditFields(credit=None, found_in=None, sources=(), origin="unknown")


@pytest.mark.parametrize(
    ("article", "origin"),
    [
        ({"credit": "تاس", "outlet": "rt-arabic"}, "reprint"),
        ({"credit": "تاس", "outlet": "tass"}, "own"),
        ({"credit": "RT", "outlet": "rt-arabic"}, "own"),
        ({"credit": "RT + تاس", "outlet": "rt-arabic"}, "reprint"),
        ({"credit": "سبوتنيك", "site_name": "سبوتنيك عربي"}, "own"),
        ({"credit": "الثورة أون لاين", "outlet": "al-thawra"}, "own"),
        ({"credit": "رويترز", "site_name": "صحيفة الواحة"}, "reprint"),
        ({"credit": "رويترز"}, "unknown"),
        ({"credit": "الواحة", "site_name": "صحيفة الواحة"}, "own"),
        ({"credit": "مراسلنا", "site_name": "صحيفة الواحة"}, "unknown"),
        ({"site_name": "رويترز"}, "unknown"),
    ],
)
def test_origin(article: dict[str, str], origin: str) -> None:
    """Somebody else credited: a re-print; the outlet alone: its own; otherwise nothing is claimed."""
    assert fields_of(text=BODY["ar"], **article).origin == origin


def test_the_credit_of_the_page_comes_first() -> None:
    """A known source in the page's credit wins over the text; an unknown one gives way to the text's."""
    text = f"بيروت - رويترز: {BODY['ar']}"

    assert ids(fields_of(credit="تاس", text=text)) == ["tass"]
    assert ids(fields_of(credit="مراسلنا", text=text)) == ["reuters"]
    assert fields_of(credit="مراسلنا", text=BODY["ar"]).credit == "مراسلنا"


def test_the_lead_is_looked_at_first() -> None:
    """A dateline stands in the lead where the page sets one apart."""
    assert ids(fields_of(lead=f"موسكو - سبوتنيك. {BODY['ar']}", text=f"بيروت - رويترز: {BODY['ar']}")) == ["sputnik"]


def test_long_credits_are_cut() -> None:
    """What is longer than a credit is cut."""
    assert len(fields_of(credit="x" * 10_000, text="").credit or "") == 300


def test_source_list_is_sound() -> None:
    """Ids are unique, and no spelling stands for two sources in any language of the list."""
    sources = known_sources()

    assert len({source.id for source in sources}) == len(sources)
    for language in ("ar", "fa", "ru", "en"):
        owners: dict[str, str] = {}
        for source in sources:
            for name in source.names:
                assert owners.setdefault(normalise(name, language), source.id) == source.id, name


def test_every_listed_name_is_found() -> None:
    """Each spelling of the list, alone as a credit, gives its own source."""
    for source in known_sources():
        for name in source.names:
            found = find_credit(PlainArticle(credit=name), "ar")
            assert found, name
            assert [named.id for named in found.sources] == [source.id], name
