"""Whom the text credits, as written; and that what only credits leaves the text."""

import pytest

from marsad.extraction.credit import take
from marsad.outlets import Outlet, load

ONE = "افتتحت البلدية جسرا جديدا فوق النهر بعد أشهر من العمل المتواصل في كل الفصول."
TWO = "وقال رئيس البلدية إن الجسر سيخدم خمس قرى كانت تعبر النهر بالقوارب منذ قرن."
REST = [TWO] * 8


@pytest.mark.parametrize(
    ("line", "source"),
    [
        ("المصدر: RT", "RT"),
        ("المصدر : سبوتنيك", "سبوتنيك"),
        ("المصدر: RT + تاس", "RT + تاس"),
        ("المصدر: وكالات", "وكالات"),
        ("Source: Reuters", "Reuters"),
        ("Источник: ТАСС", "ТАСС"),
        ("Source : MAP", "MAP"),
        ("منبع: ایرنا", "ایرنا"),
        ("(تاس)", "تاس"),
        ("(أ ش أ)", "أ ش أ"),
        ("Sputnik", "Sputnik"),
        ("وكالة الأنباء سانا", "وكالة الأنباء سانا"),
        ("محمد علي/سانا", "سانا"),
        ("موسكو - تاس", "تاس"),
    ],
)
def test_a_line_that_only_credits_leaves_the_text(line: str, source: str) -> None:
    """At the end and at the beginning."""
    for lines in ([ONE, *REST, line], [line, ONE, *REST]):
        found = take(lines, None)

        assert found.source == source
        assert found.lines == [ONE, *REST]


@pytest.mark.parametrize("line", ["العربية", "الجزيرة", "تاس", "Sputnik"])
def test_in_the_middle_an_agencys_name_is_a_heading(line: str) -> None:
    """«الجزيرة» heads a paragraph on a team or an island too."""
    lines = [ONE, *REST, line, *REST]

    found = take(lines, None)

    assert found.source is None
    assert found.lines == lines


@pytest.mark.parametrize(
    "line",
    [
        "المصدر: رجل كان يقف عند الجسر منذ الصباح وشاهد الرافعة وهي تهوي في النهر كما قال لنا",
        "الطريق: وعر",
        "قرية السنديان",
        "الجسر - النهر",
        "(انظر الصورة)",
    ],
)
def test_other_short_lines_stay(line: str) -> None:
    """A colon, a dash or brackets make no credit."""
    found = take([ONE, *REST, line], None)

    assert found.source is None
    assert found.lines[-1] == line


def test_brackets_at_the_end_of_the_text_are_cut() -> None:
    """«(تاس)» closes the last paragraph; other brackets stay."""
    found = take([ONE, f"{TWO} (تاس)"], None)

    assert (found.source, found.lines) == ("تاس", [ONE, TWO])
    assert take([ONE, "وقدم الزيتون (الأخضر)"], None).lines == [ONE, "وقدم الزيتون (الأخضر)"]


@pytest.mark.parametrize(
    ("line", "source"),
    [
        (f"موسكو/ تاس/ {ONE}", "تاس"),
        (f"دمشق-سانا {ONE}", "سانا"),
        (f"دمشق – سانا: {ONE}", "سانا"),
        ("HERON CAPE, November 12. /TASS/. The lighthouse has been lit again.", "TASS"),
        ("HERON CAPE (Reuters) - The lighthouse has been lit again.", "Reuters"),
        ("HERON CAPE (Map) shows the way and/or the lighthouse/tower.", None),
        (f"النهر - الجسر {ONE}", None),
    ],
)
def test_the_dateline_names_the_agency_and_stays(line: str, source: str | None) -> None:
    """It is part of the first sentence."""
    found = take([line, TWO], None)

    assert (found.source, found.lines) == (source, [line, TWO])


@pytest.mark.parametrize(
    ("sentence", "source"),
    [
        ("نقلت وكالة تاس عن رئيس البلدية قوله إن الجسر متين", "تاس"),
        ("ونقلت وكالة أنباء فرانس برس عن شهود", "فرانس برس"),
        ("وذكرت وكالة “رويترز” أن الجسر متين", "رويترز"),
        ("الجسر متين، بحسب وكالة الأناضول.", "الأناضول"),
        ("نقلا عن وكالة سانا قال رئيس البلدية", "سانا"),
        ("به گزارش خبرگزاری ایرنا، پل تازه گشوده شد", "ایرنا"),
        ("شهردار به نقل از خبرگزاری «فارس» گفت", "فارس"),
        ("شهردار به خبرگزاری ایرنا رفت", None),
        ("Мост открыт, сообщило агентство «Интерфакс».", "Интерфакс"),
        ("Мост открыт, передает агентство ТАСС со слов мэра.", "ТАСС"),
        ("Мэр посетил агентство ТАСС", None),
        ("زار رئيس البلدية وكالة تاس", None),
        ("نقلت وكالة السفر ركابها بالحافلة", None),
        ("نقلت وكالات الأنباء صور الجسر", None),
    ],
)
def test_a_sentence_that_quotes_an_agency_names_it(sentence: str, source: str | None) -> None:
    """A word of telling stands before «وكالة», and the name is known."""
    found = take([ONE, sentence, TWO], None)

    assert (found.source, found.lines) == (source, [ONE, sentence, TWO])


def test_a_dateline_may_follow_the_headline_and_the_outlets_own_name() -> None:
    """«صحيفة المرفأ: دمشق-سانا»; another name before a colon is none of its business."""
    text = f"صحيفة المرفأ: دمشق-سانا {ONE}"

    assert take(["افتتاح الجسر", text, TWO], None, ["صحيفة المرفأ"]).source == "سانا"
    assert take(["افتتاح الجسر", text, TWO], None, ["صحيفة أخرى"]).source is None
    assert take([ONE, TWO, f"دمشق-سانا {TWO}"], None).source is None


def test_a_line_wins_over_a_sentence() -> None:
    """The page says itself where the text is from."""
    assert take(["نقلت وكالة تاس عن شهود", ONE, "المصدر: رويترز"], None).source == "رويترز"


def test_an_outlet_that_names_itself_credits_nobody() -> None:
    """The line goes all the same."""
    found = take([ONE, TWO, "المصدر: صحيفة المرفأ"], None, ["صحيفة المرفأ"])

    assert (found.source, found.lines) == (None, [ONE, TWO])
    assert take([f"دمشق-سانا {ONE}"], None, ["سانا"]).source is None


def outlet() -> Outlet:
    """Return an outlet that credits in its own way."""
    return Outlet.model_validate(
        {
            "id": "marfa",
            "name": {"ar": "صحيفة المرفأ", "en": "The Harbour"},
            "country": "TN",
            "kind": "paper",
            "languages": ["ar"],
            "time_zone": "Africa/Tunis",
            "domains": ["marfa.example"],
            "reprints": [{"source": "Ripple", "names": ["موجة"], "forms": ["عن زملائنا في {name}", "{ {name} }"]}],
            "checked": {"on": "2026-11-22", "against": "invented"},
        }
    )


def test_an_outlets_own_forms_are_known() -> None:
    """Wherever they stand; its agencies are known in the common forms too."""
    assert take([ONE, *REST, "عن زملائنا في موجة", *REST], outlet()).source == "موجة"
    assert take([ONE, *REST, "{ موجة }", *REST], outlet()).source == "موجة"
    assert take([ONE, TWO, "(موجة)"], outlet()).source == "موجة"
    assert take([ONE, TWO, "(موجة)"], None).source is None


def test_the_built_in_outlets_credit_as_their_files_say() -> None:
    """Every form of every file is recognised, with the name as the file writes it."""
    for own in load():
        for reprint in own.reprints:
            for name in reprint.names:
                for form in reprint.forms:
                    assert take([ONE, TWO, form.format(name=name)], own).lines == [ONE, TWO], (own.id, form, name)
