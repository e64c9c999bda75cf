"""Which lines are text: cues in five languages, repeats, ends, edges, and what only looks like them."""

import pytest

from marsad.extraction.lines import Known, clean, tidy

ONE = "افتتحت البلدية جسرا جديدا فوق النهر بعد أشهر من العمل المتواصل في كل الفصول."
TWO = "وقال رئيس البلدية إن الجسر سيخدم خمس قرى كانت تعبر النهر بالقوارب منذ قرن."
THREE = "وتبلغ كلفة المشروع مليونين، دفع نصفها أهل القرى من محصول الزيتون في عامين."


def test_marks_of_lists_and_tables_are_taken_off() -> None:
    """Cells are parted by bars, rules go, spaces become single, letters are composed."""
    text = "- أول\n\n|---|---|\n| اسم |  عدد |\n  نص   طويل \u200d\ncafe\u0301\n-5 درجات"

    assert tidy(text) == ["أول", "اسم | عدد", "نص طويل \u200d", "café", "-5 درجات"]


@pytest.mark.parametrize(
    "cue",
    [
        "شارك الخبر:",
        "انسخ الرابطhttps://r.example.org/abc",
        "اقرأ أيضاً..",
        "إقرأ المزيد",
        "مناقشة",
        "موافق",
        "نستخدم في صفحاتنا ملفات تعريف الارتباط .بامكانك قراءة شروط الاستخدام",
        "تابعونا على تلغرام",
        "جميع الحقوق محفوظة © 2026",
        "التعليقات المنشورة لا تعبر إلا عن أصحابها",
        "بیشتر بخوانید",
        "لینک کوتاه: https://example.ir/1",
        "Share this article",
        "Read more: Ferry to the islands gets a bigger deck",
        "Follow us on Facebook for more stories",
        "© 2026 The Ferry Post",
        "ADVERTISEMENT",
        "Partager l'article",
        "Lire aussi : Un four communal renaît",
        "Tous droits réservés",
        "Поделиться",
        "Подписывайтесь на наш канал",
        "Все права защищены",
        "***",
    ],
)
def test_cues_are_dropped_in_every_language(cue: str) -> None:
    """Wherever they stand."""
    assert clean([ONE, cue, TWO, cue, THREE], Known()) == [ONE, TWO, THREE]


@pytest.mark.parametrize(
    "line",
    [
        "شارك عشرون متطوعا في بناء الجسر",
        "موافقة البرلمان شرط لبدء العمل",
        "المزيد من المياه ستصل إلى القرى",
        "عاجلا أم آجلا سيعود القطار",
        "Related parties were not asked.",
        "Share prices fell on Monday.",
        "Комментарии министра вызвали споры",
        "المرحلة الثانية",
        "أرمينيا",
        "Follow " + "the money, said the auditor who had read every page of the accounts of the bridge, " * 3,
    ],
)
def test_text_that_resembles_a_cue_stays(line: str) -> None:
    """Words are compared whole, and a long line is a paragraph."""
    line = line.strip()

    assert clean([ONE, line, TWO, THREE], Known()) == [ONE, line, TWO, THREE]


def test_the_headline_is_dropped_at_the_top_alone() -> None:
    """In another spelling too; a sentence in the middle that repeats it stays."""
    known = Known(title="افتتاح الجسر الجديد")

    assert clean(["إفتتاح الجسر الجديد", ONE, TWO, THREE], known) == [ONE, TWO, THREE]
    assert clean([ONE, TWO, THREE, ONE, TWO, "افتتاح الجسر الجديد", THREE], known)[5] == "افتتاح الجسر الجديد"


def test_a_text_that_is_only_the_headline_is_kept() -> None:
    """Breaking news has no more to say."""
    assert clean(["زلزال خفيف في جزر المرجان"], Known(title="زلزال خفيف في جزر المرجان")) == [
        "زلزال خفيف في جزر المرجان"
    ]


def test_the_outlets_name_goes_as_a_line_and_before_a_colon() -> None:
    """Before the first paragraph only: inside the text it is a speaker."""
    known = Known(names=("الثورة أون لاين",))

    assert clean(["الثورة أون لاين:", ONE, TWO], known) == [ONE, TWO]
    assert clean([f"الثورة اون لاين: {ONE}", TWO], known) == [ONE, TWO]
    assert clean([ONE, f"الثورة أون لاين: {TWO}"], known) == [ONE, f"الثورة أون لاين: {TWO}"]


def test_sections_leads_and_captions_are_no_text() -> None:
    """Lines that repeat what is known otherwise; a long caption may be the first paragraph, and stays."""
    known = Known(labels=("أخبار العالم",), lead=TWO, captions=("جسر فوق النهر", "x" * 300))

    assert clean(["أخبار العالم", "جسر فوق النهر.", TWO, ONE, "x" * 300], known) == [ONE, "x" * 300]


@pytest.mark.parametrize(
    "date", ["السبت 14 تشرين الثاني 2026، الساعة 09:05 مساءً", "12:07 10.11.2026", "2026-11-18 | 14:20"]
)
def test_a_date_alone_is_dropped_at_the_top(date: str) -> None:
    """It belongs to the headline; below, a line may be a year in a chronicle."""
    assert clean([date, ONE, TWO], Known()) == [ONE, TWO]
    assert clean([ONE, TWO, THREE, ONE, TWO, date, THREE], Known())[5] == date


@pytest.mark.parametrize(
    ("phrase", "line", "dropped"),
    [
        ("موافق", "موافق", True),
        ("موافق", "موافق.", True),
        ("موافق", "موافق على المشروع منذ عام 2021 مجلس الجزيرة", False),
        ("موافق", "موافقون", False),
        ("انسخ الرابط", "انسخ الرابطhttps://r.example.org/x", True),
        ("انسخ الرابط", "انسخ الرابط https://r.example.org/x", True),
        ("تابعوا أخبار سانا", "تابعوا أخبار سانا على تلغرام", True),
        ("تابعوا أخبار سانا", "تابعوا أخبار سانات", False),
    ],
)
def test_an_outlets_boilerplate_needs_a_boundary(phrase: str, line: str, dropped: bool) -> None:
    """A phrase of several words may start the line; one word must be all of it, or have a link behind it."""
    assert (line not in clean([ONE, line, TWO], Known(boilerplate=(phrase,)))) is dropped


def test_nothing_follows_a_heading_of_comments() -> None:
    """The comment policy and the most read articles are not the article's."""
    assert clean([ONE, TWO, THREE, "أضف تعليق", "سياسة التعليقات طويلة"], Known()) == [ONE, TWO, THREE]
    assert clean([ONE, TWO, THREE, "Related articles", "Something else"], Known()) == [ONE, TWO, THREE]
    assert clean([ONE, TWO, THREE, "انتهای پیام/", "۱۲۳"], Known()) == [ONE, TWO, THREE]


def test_such_a_heading_before_most_of_the_text_is_skipped_alone() -> None:
    """Some pages put the box of comments in the middle."""
    assert clean([ONE, "التعليقات", TWO, THREE], Known()) == [ONE, TWO, THREE]


def test_sentences_on_terms_are_dropped_at_the_ends_alone() -> None:
    """An article about cookies keeps its middle."""
    about = "قالت الهيئة إن ملفات تعريف الارتباط ستُمنع في المدارس"
    middle = [ONE, TWO, THREE, ONE, TWO, about, THREE, ONE, TWO, THREE]

    assert clean([about, *middle, about], Known()) == middle


def test_bare_links_go_at_the_ends_alone() -> None:
    """In the middle a link may be what the text speaks of."""
    link = "https://example.org/story"
    middle = [ONE, TWO, THREE, ONE, TWO, link, THREE, ONE, TWO, THREE]

    assert clean([link, *middle, link], Known()) == middle
