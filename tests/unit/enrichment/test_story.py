"""One invented story in four languages, through all stages: what they find must be the same."""

from typing import Any

import pytest

from marsad.enrichment.article import PlainArticle
from marsad.enrichment.runner import enrich
from support.payloads import make_revised

ARABIC = PlainArticle(
    title="الأردن ولبنان يفتتحان خط عبّارات بين العقبة وصيدا",
    text=(
        "بيروت - رويترز: أعلنت وزارة النقل في لبنان أن أول عبّارة ستبحر من صيدا يوم الأحد. "
        "وقال د. نديم الحاج: «الرحلة تستغرق 3.5 أيام. التذاكر متوفرة الآن».\n"
        "ووصف مسؤول في عمّان الخط بأنه «فرصة»، وأكد أن الأردن دعمه ماليا. هل تلحق به مصر؟ لم يجب المسؤول.."
    ),
    language="ar-JO",
    outlet="oasis-times",
    site_name="صحيفة الواحة",
)
ENGLISH = PlainArticle(
    title="Jordan and Lebanon open a ferry line between Aqaba and Sidon",
    text=(
        "BEIRUT (Reuters) - The transport ministry of Lebanon said the first ferry would leave Sidon on Sunday. "
        'Dr. Nadim Hajj said: "The trip takes 3.5 days. Tickets are on sale."\n'
        "An official in Amman called it a chance and said the Jordanian treasury had paid. Will Egypt join? "
        "The official did not answer..."
    ),
    language="en",
    outlet="oasis-times",
    site_name="Oasis Times",
)
RUSSIAN = PlainArticle(
    title="Иордания и Ливан открывают паромную линию",
    text=(
        "БЕЙРУТ, 3 мая — Рейтер. Министерство транспорта Ливана сообщило, что первый паром выйдет из Сайды. "
        "Д-р Надим Хадж сказал: «Рейс занимает 3,5 дня. Билеты в продаже».\n"
        "Чиновник в Аммане назвал линию шансом и сказал, что Иордания, т. е. казна, заплатила. "
        "Присоединится ли Египет? Чиновник не ответил..."
    ),
    language="ru",
    outlet="oasis-times",
    site_name="Oasis Times",
)
PERSIAN = PlainArticle(
    title="اردن و لبنان خط کشتیرانی باز می‌کنند",
    text=(
        "بیروت - رویترز: وزارت حمل‌ونقل لبنان اعلام کرد نخستین کشتی روز یکشنبه حرکت می‌کند. "
        "ندیم حاج گفت: «سفر ۳٫۵ روز طول می‌کشد. بلیت‌ها موجود است».\n"
        "یک مقام در اردن آن را فرصت خواند و گفت کشورش کمک مالی کرده است. آیا مصر هم می‌پیوندد؟ او پاسخ نداد..."
    ),
    language="fa",
    outlet="oasis-times",
    site_name="Oasis Times",
)
STORIES = {"ar": ARABIC, "en": ENGLISH, "ru": RUSSIAN, "fa": PERSIAN}


def enriched(article: PlainArticle) -> dict[str, Any]:
    """Return what all stages find."""
    result = enrich(article)
    assert result.failures == ()
    return result.enrichment


@pytest.fixture(params=STORIES)
def code(request: pytest.FixtureRequest) -> str:
    """Give each language in turn."""
    return str(request.param)


def test_language(code: str) -> None:
    """Each telling is known by its own words."""
    assert enriched(STORIES[code])["language"] == {"code": code, "basis": "detected", "reliable": True}


def test_sentences(code: str) -> None:
    """Dateline, title, decimal and quotation cut no sentence: there are five in every telling."""
    article = STORIES[code]
    spans = enriched(article)["sentences"]["spans"]
    dateline = 1 if code == "ru" else 0  # Russian agencies end it with a full stop

    found = [article.text[start:end] for start, end in spans][dateline:]

    assert len(found) == 5
    assert found[1].endswith(("».", '"'))
    assert found[3].endswith(("?", "؟"))


def test_credit(code: str) -> None:
    """The agency of the dateline is known in every alphabet, and the story is a re-print."""
    credit = enriched(STORIES[code])["credit"]

    assert credit["sources"] == [{"id": "reuters", "name": "Reuters"}]
    assert (credit["found_in"], credit["origin"]) == ("dateline", "reprint")


def test_places(code: str) -> None:
    """Both countries, the third that is asked about, and the dateline's city are found under their English names."""
    places = {place["name"]: place for place in enriched(STORIES[code])["places"]["places"]}

    assert {"Jordan", "Lebanon", "Egypt", "Beirut"} <= places.keys()
    assert places["Lebanon"]["in_title"]
    assert places["Lebanon"]["country"] == "LB"
    assert places["Beirut"]["first"] == 0
    assert places.keys() <= {"Jordan", "Lebanon", "Egypt", "Beirut", "Amman", "Sidon", "Aqaba"}


def test_normalised(code: str) -> None:
    """The compared spelling is one line of small letters with ASCII digits, and is not what is shown."""
    normalised = enriched(STORIES[code])["normalised"]

    assert "\n" not in normalised["text"]
    assert normalised["title"] == normalised["title"].casefold()
    assert any(number in normalised["text"] for number in ("3.5", "3,5"))


def test_events_of_the_topic_are_taken_as_they_are(code: str) -> None:
    """What arrives on `articles.revised` is enriched like the same text from a file."""
    article = STORIES[code]
    event = make_revised(
        article.text,
        title=article.title,
        language=article.language,
        outlet=article.outlet,
        site_name=article.site_name,
    )

    assert enrich(event).enrichment == enrich(article).enrichment


def test_two_outlets_spellings_of_one_story_compare_equal() -> None:
    """Hamza, ta marbuta, vowel signs and digits do not part a copy from its original."""
    copy = PlainArticle(
        title=ARABIC.title.replace("أ", "ا").replace("ّ", ""),
        text=ARABIC.text.replace("أ", "ا").replace("ّ", "").replace("3.5", "٣٫٥").replace("مسؤول", "مسئول"),
        language="ar",
    )

    assert enriched(copy)["normalised"] == enriched(ARABIC)["normalised"]
