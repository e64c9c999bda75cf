"""The language stage: what is detected, declared, corrected, and left undetermined."""

from dataclasses import dataclass

import pytest

from marsad.enrichment.article import Document, PlainArticle
from marsad.enrichment.stages.language import Language, LanguageFields, language_of, stage

LONG = {
    "ar": "أعلنت الوزارة أن المدارس ستفتح أبوابها مطلع الأسبوع المقبل بعد انتهاء أعمال الصيانة.",
    "fa": "وزارت آموزش اعلام کرد که مدارس پس از پایان کار تعمیرات از هفته آینده باز خواهند شد.",
    "ur": "وزارت نے اعلان کیا ہے کہ مرمت کا کام مکمل ہونے کے بعد اسکول اگلے ہفتے کھل جائیں گے۔",
    "ku": "وەزارەت ڕایگەیاند کە قوتابخانەکان هەفتەی داهاتوو دوای تەواوبوونی کارەکان دەکرێنەوە.",
    "ps": "وزارت وویل چې ښوونځي به د ترمیم له پای ته رسېدو وروسته په راتلونکې اونۍ کې بېرته پرانیستل شي.",
    "ug": "مىنىستىرلىق مەكتەپلەرنىڭ كېلەر ھەپتە رېمونت ئىشلىرى تۈگىگەندىن كېيىن ئېچىلىدىغانلىقىنى جاكارلىدى.",
    "ru": "Министерство объявило, что школы откроются на следующей неделе после окончания ремонта.",
    "en": "The ministry said schools would open next week once the repair works have been finished.",
    "fr": "Le ministère a annoncé que les écoles ouvriront la semaine prochaine après les travaux.",
}


@dataclass(frozen=True)
class FakeGuess:
    """What the detector is made to say."""

    language: str
    reliable: bool = True


class FakeDetector:
    """Answers as told and keeps what it is asked."""

    def __init__(self, answer: str, *, reliable: bool = True) -> None:
        self._answer = FakeGuess(answer, reliable)
        self.seen: list[str] = []

    def __call__(self, text: str) -> FakeGuess:
        """Answer."""
        self.seen.append(text)
        return self._answer


def fields_of(detect: FakeDetector, **article: str) -> LanguageFields:
    """Return what the stage fills for an article."""
    return Language(detect).apply(Document(PlainArticle(**article)))


@pytest.mark.parametrize(("code", "text"), LONG.items())
def test_sentences_are_detected(code: str, text: str) -> None:
    """One sentence of each language of the script is told apart, those that the detector does not know included."""
    fields = stage().apply(Document(PlainArticle(text=text)))

    assert isinstance(fields, LanguageFields)
    assert (fields.code, fields.basis) == (code, "detected")


def test_what_is_declared_does_not_beat_the_text() -> None:
    """Pages declare the language of their template; the text decides."""
    assert fields_of(FakeDetector("ar"), text=LONG["ar"], language="en").code == "ar"


@pytest.mark.parametrize(
    ("detected", "declared", "expected"),
    [
        ("ar", "ar", ("ar", "declared")),
        ("ar", "ar-EG", ("ar", "declared")),
        ("ku", "ckb", ("ku", "declared")),
        ("he", "iw", ("he", "declared")),
        ("ar", "fa", ("und", "none")),
        ("ar", "", ("und", "none")),
        ("und", "ar", ("und", "none")),
    ],
)
def test_short_texts_need_the_page_to_agree(detected: str, declared: str, expected: tuple[str, str]) -> None:
    """A few words count only where detector and page say the same."""
    fields = fields_of(FakeDetector(detected), text="عاجل", language=declared)

    assert (fields.code, fields.basis) == expected
    assert fields.reliable == (expected[0] != "und")


def test_headline_speaks_where_there_is_no_text() -> None:
    """Without a text, headline and lead are looked at."""
    detector = FakeDetector("ar")

    fields_of(detector, title="العنوان", lead="المقدمة", text=" \n")

    assert detector.seen == ["العنوان\nالمقدمة"]


def test_long_texts_are_sampled_over_their_length() -> None:
    """A quotation or byline at the top does not stand for the whole text, and the sample is short."""
    detector = FakeDetector("ar")

    fields_of(detector, text="a" * 1_000 + "b" * 1_000 + "c" * 1_000)

    (sample,) = detector.seen
    assert set(sample) >= {"a", "b", "c"}
    assert len(sample) < 500


def test_addresses_do_not_count() -> None:
    """Links, mail addresses, hashtags and handles are in no language."""
    detector = FakeDetector("ar")

    fields_of(detector, text="انظر https://example.org/path name@example.org #tag @handle الآن")

    assert detector.seen[0].split() == ["انظر", "الآن"]


def test_detector_gets_what_it_can_read() -> None:
    """Lone surrogates and NUL, which a C library refuses or stops at, never reach it."""
    detector = FakeDetector("ar")

    fields_of(detector, text="\ud800نص\0عربي")

    assert detector.seen == ["?نص عربي"]


def test_corrected_guesses_are_not_called_reliable() -> None:
    """Where letters overrule the detector, its confidence says nothing."""
    assert not fields_of(FakeDetector("fa", reliable=True), text=LONG["ps"]).reliable
    assert fields_of(FakeDetector("fa", reliable=True), text=LONG["fa"]).reliable


def test_one_foreign_name_does_not_overrule() -> None:
    """A single word with letters of another language leaves the text's language alone."""
    assert fields_of(FakeDetector("ar"), text=LONG["ar"] + " قال ښاغلي").code == "ar"


def test_language_of_a_document() -> None:
    """Later stages get the code, and `und` where the stage failed."""
    article = PlainArticle()

    assert language_of(Document(article)) == "und"
    known = LanguageFields(code="fa", basis="detected", reliable=True)
    assert language_of(Document(article, {LanguageFields: known})) == "fa"
