"""Search finds words in the spellings that people really use: templates, analysers and queries together."""

import asyncio
import unicodedata
from collections.abc import Iterator, Mapping, Sequence

import pytest

from marsad.localstack import Endpoints
from marsad.search import templates
from marsad.search.client import connect
from marsad.search.names import Names
from marsad.search.queries import Found, Query, search
from marsad.search.sink import Document, Sink
from marsad.settings import Search, Settings

pytestmark = pytest.mark.stack

# What a page says, and queries that must find it.
FOUND: dict[str, Sequence[str]] = {
    # hamza, alef, seats of hamza
    "عقد مجلس الأمن جلسة طارئة": ("الأمن", "الامن", "أمن", "امن", "إمن"),
    "قال رئيس جهاز امن الميناء": ("الأمن", "أمن"),
    "عثروا على آثار قديمة": ("اثار", "آثار", "الآثار", "أثار"),
    "صرح مسؤول في إدارة شؤون السدود": ("مسئول", "المسؤول", "شئون", "إدارة", "ادارة"),
    "افتتح مسئول جناح القراءة": ("مسؤول", "القرائة"),
    # teh marbuta and heh, alef maksura and yeh
    "وصل الوفد الى القاهره مساء": ("القاهرة", "قاهرة", "إلى"),
    "مستشفى الواحة الجديد": ("مستشفي", "المستشفى", "مستشفيات", "المستشفيات"),
    # tatweel, vowel signs, decomposed and compatibility letters, invisible signs
    "مـــرسـى السفن مُغْلَقٌ": ("مرسى", "مغلق", "مُغلق", "المرسى"),
    unicodedata.normalize("NFD", "تأجيل مؤتمر الآبار"): ("تأجيل", "مؤتمر", "الآبار", "ابار"),
    "وصول \ufefb\ufe9f\ufe8c\ufef4\ufee6 جدد": ("لاجئين", "لاجئون"),  # presentation forms, as out of a PDF
    "سوق الذ\u200fه\u200bب اليوم": ("الذهب", "ذهب"),
    # digits
    "خطة عام ٢٠٣١ في الموانئ": ("2031", "٢٠٣١", "۲۰۳۱"),
    "ارتفع السعر إلى 1٬250 دينارا": ("1,250", "١٬٢٥٠"),
    # conjunctions, prepositions, article
    "تحدث عن طنجة وبنزرت وصفاقس": ("بنزرت", "صفاقس"),
    "جرت المباراة بوهران أمس": ("وهران",),
    "سافر لطرابلس وبالدوحة نزل": ("طرابلس", "الدوحة", "دوحة"),
    "وللمنامة دور وللخرطوم آخر": ("المنامة", "الخرطوم", "خرطوم"),
    "أعلنت وزارة الري أن الوزير استقال": ("الوزارة", "وزارة", "وزير", "الوزير", "والوزير"),
    "زيارة لوزارة التعليم وبوكالة الفضاء": ("الوزارة", "وكالة", "الوكالة"),
    # inflection
    "تنافس اللاعبون في الانتخابات البلدية": ("لاعب", "لاعبين", "انتخاب", "بلدي"),
    "رحب الفلسطينيون بالخطة الفلسطينية": ("فلسطيني", "الفلسطينيين", "الخطة"),
    # letters of foreign keyboards and sounds
    "شركة گوگل تفتتح مكتبا في ڤيينا وپاريس": ("كوكل", "گوگل", "فيينا", "باريس"),
    "وصل وزیر الاقتصاد إلی کابل": ("وزير", "إلى", "كابل"),
    # joined words: hashtags, no space after a stop or colon
    "#أخبار_العاصمة اليوم": ("العاصمة", "أخبار"),
    "انتهت الجلسة.وأضاف المتحدث:سنعود": ("الجلسة", "أضاف", "المتحدث", "سنعود"),
    # other languages
    "The ministers' negotiations resumed": ("minister", "negotiation", "MINISTERS"),
    "La visite d'Émile à Orléans": ("emile", "Émile", "orleans"),
    "Встреча президента у новой ёлки": ("президент", "елка", "встречи"),
    "این کار انجام می\u200cشود": ("می شود", "می\u200cشود"),
    "北京欢迎你": ("北京",),
}
# What a page says, and queries that must not find it.
NOT_FOUND = {
    "أشاد كمال بالعرض في كندا": ("مال", "ندا"),
    "ملف فساد قديم": ("ساد",),
    "بيان من وزارة الصحة والسكان": ('"الصحة وزارة"', '"وزارة السكان"', "وزارة -السكان -الصحة"),
}
PHRASES = {
    "نشرت وزارةُ الصّحة بيانا": ('"وزارة الصحة"', "«وزارة الصحه»", "“وزارة الصحة”"),
    "The Red Sea summit ended": ('"red sea"', '"sea summit"'),
}


def texts() -> list[str]:
    """Return all pages; a page's number is its id."""
    return [*FOUND, *NOT_FOUND, *PHRASES]


@pytest.fixture(scope="module")
def filled(stack: Endpoints) -> Iterator[Settings]:
    """Settings of an index that holds all pages."""
    own = Settings(search=Search(url=stack.elasticsearch, index_prefix="spellings-"))
    names = Names.of(own)
    index = f"{names.news}-v1-2026.01"

    async def fill() -> None:
        async with connect(own) as client:
            await templates.apply(client, names, own.deploy_dir / "elasticsearch")
            documents = [
                Document(index, str(number), 1, {"text": text, "url": "https://a.example/", "first_seen": "2026-01-01"})
                for number, text in enumerate(texts())
            ]
            await Sink(client).write(documents)
            await client.indices.refresh(index=index)

    async def empty() -> None:
        async with connect(own) as client:
            await client.indices.delete(index=[index, *names.fixed])
            await client.indices.delete_index_template(name=f"{names.prefix}*")
            await client.cluster.delete_component_template(name=f"{names.prefix}*")

    asyncio.run(fill())
    yield own
    asyncio.run(empty())


async def ask(own: Settings, query: str) -> Found:
    """Search all pages."""
    async with connect(own) as client:
        return await search(client, Names.of(own), Query(query, limit=100))


def pairs(table: Mapping[str, Sequence[str]]) -> list[tuple[str, str]]:
    """Return every query with its page."""
    return [(text, query) for text, queries in table.items() for query in queries]


@pytest.mark.parametrize(("text", "query"), pairs(FOUND | PHRASES))
async def test_a_word_is_found_in_its_spellings(filled: Settings, text: str, query: str) -> None:
    """The page is among the hits, and something in it is marked."""
    found = await ask(filled, query)

    (hit,) = [hit for hit in found.hits if hit.article_id == str(texts().index(text))]
    assert any(marked for snippet in hit.snippets for _, marked in snippet)


@pytest.mark.parametrize(("text", "query"), pairs(NOT_FOUND))
async def test_other_words_are_not_found(filled: Settings, text: str, query: str) -> None:
    """A preposition is not seen where a letter belongs to the word; phrases keep their order; exclusions exclude."""
    found = await ask(filled, query)

    assert str(texts().index(text)) not in {hit.article_id for hit in found.hits}


@pytest.mark.parametrize(
    "query",
    [
        "((((", "AND OR NOT", "a:b:c", "/.*.*.*x/", "غزة~9999", "*" * 400, "\x00\x1b", '"' * 99, "\\", "-", "\ud800",
        " ".join(f"كلمة{number}" for number in range(500)), "x" * 100_000, "{}[]", "<script>", "%00", "🕊️ ؟؟؟",
    ],
)  # fmt: skip
async def test_no_query_is_an_error(filled: Settings, query: str) -> None:
    """Whatever is typed, the server answers it."""
    found = await ask(filled, query)

    assert found.complete
