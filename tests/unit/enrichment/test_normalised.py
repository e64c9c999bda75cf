"""The stage of compared spellings."""

from marsad.enrichment.article import Document, PlainArticle
from marsad.enrichment.stages.language import LanguageFields
from marsad.enrichment.stages.normalised import MAX_CHARS, Normalised


def document(code: str, **article: str) -> Document:
    """Return an article whose language is known."""
    language = LanguageFields(code=code, basis="detected", reliable=True)
    return Document(PlainArticle(**article), {LanguageFields: language})


def test_two_spellings_of_a_story_meet() -> None:
    """Outlets that spell differently get the same headline and text to compare."""
    one = document("ar", title="مسؤول: الأزمة انتهت", text="قال المسؤول إنّ ١٢ بلدةً عادت.\nوأضاف")
    other = document("ar", title="مسئول: الازمة  انتهت", text="قال المسئول ان 12 بلدة عادت. واضاف")

    assert Normalised().apply(one) == Normalised().apply(other)


def test_arabic_rules_need_arabic() -> None:
    """Persian letters stay Persian, and nothing is folded where the language is not known."""
    assert Normalised().apply(document("fa", title="یکی")).title == "یکی"
    assert Normalised().apply(document("ar", title="یکی")).title == "يكي"
    assert Normalised().apply(Document(PlainArticle(title="أزمة"))).title == "أزمة"


def test_only_the_beginning_of_a_huge_text() -> None:
    """A text is cut before it is normalised, and what one letter may become is cut after."""
    fields = Normalised().apply(document("ar", text="ﷺ " * MAX_CHARS))

    assert len(fields.text) == MAX_CHARS
