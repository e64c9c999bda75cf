"""What `normalise` folds, for which language, and what it leaves alone."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marsad.text.normalise import normalise, primary

LANGUAGES = ("ar", "fa", "ur", "ku", "ps", "ru", "en", "und")
texts = st.text(
    st.one_of(st.characters(), st.sampled_from("أإآىةؤئيكگپ\u0640\u064e\u0651\u200c\u202e٣۳ﻻﷺ\ud800\udc00"))
)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("written", "compared"),
    [
        ("مُحَمَّد", "محمد"),  # harakat and shadda
        ("مـــرصد", "مرصد"),  # tatweel
        ("٢٠٢٦ ۲۰۲۶", "2026 2026"),  # both Arabic-Indic sets
        ("٣٫٥٪", "3.5%"),  # their decimal and per cent signs
        ("مرصد\u200f \u202eنص\u202c", "مرصد نص"),  # marks and overrides of direction
        ("ﻣﺮﺻﺪ", "مرصد"),  # presentation forms
        ("Ａ１ ﬁ", "a1 fi"),  # full width, ligature
        ("  a\u00a0\t\nb ", "a b"),
        ("co\u00adop", "coop"),
        ("a\x00b\x1bc", "abc"),
    ],
)
def test_rules_of_every_language(language: str, written: str, compared: str) -> None:
    """What is optional, invisible or a compatibility form goes in every language."""
    assert normalise(written, language) == compared


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        ("ar", "أحمد", "احمد"),
        ("ar", "إيران", "ايران"),
        ("ar", "آسيا", "اسيا"),
        ("ar", "ٱلقاهرة", "القاهره"),
        ("ar", "مستشفى", "مستشفي"),
        ("ar", "مسؤول", "مسئول"),
        ("ar", "شؤون", "شئون"),
        ("ar", "کابل", "كابل"),
        ("ar", "پاریس", "باريس"),
        ("ar", "ڤيينا", "فيينا"),
        ("ar", "ا\u0654حمد", "أحمد"),
        ("fa", "ايران", "ایران"),
        ("fa", "آمریکا", "امریکا"),
        ("fa", "كشور", "کشور"),
        ("fa", "خانه\u0654 ما", "خانه ما"),
        ("fa", "می\u200cشود", "میشود"),
        ("ur", "كے", "کے"),
        ("ur", "وه", "وہ"),
        ("ku", "هه\u200cولێر", "هەولێر"),
        ("ckb", "كورد", "کورد"),
        ("ps", "گران", "ګران"),
        ("ru", "Орёл", "орел"),
    ],
)
def test_spellings_that_meet(language: str, one: str, other: str) -> None:
    """Two spellings of one word in one language compare equal."""
    assert normalise(one, language) == normalise(other, language)


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        ("fa", "گل", "کل"),  # flower, all
        ("fa", "پر", "بر"),  # full, on
        ("ur", "بھائی", "بہائی"),  # brother, Bahai
        ("ur", "آم", "ام"),  # mango, mother
        ("ku", "کەڵ", "کەل"),
        ("ku", "بۆ", "بو"),
        ("ps", "دی", "دې"),
        ("ar", "گاز", "كاز"),  # گ stands for several letters and is kept
        ("und", "على", "علي"),
        ("en", "ة", "ه"),
        ("ru", "й", "и"),
    ],
)
def test_letters_that_stay_apart(language: str, one: str, other: str) -> None:
    """Letters that are different letters in a language are not folded there."""
    assert normalise(one, language) != normalise(other, language)


def test_region_and_unknown_tags() -> None:
    """A BCP 47 tag counts by its primary subtag; an unknown one gets the common rules."""
    assert normalise("إدارة", "ar-EG") == normalise("إدارة", "AR") == "اداره"
    assert normalise("إدارة", "tlh") == "إدارة"


@pytest.mark.parametrize(
    ("tag", "code"), [("ar-EG", "ar"), ("EN_us", "en"), (" fa ", "fa"), ("", "und"), (None, "und"), ("-", "und")]
)
def test_primary_subtag(tag: str | None, code: str) -> None:
    """The primary subtag is what stands before the first hyphen, in small letters."""
    assert primary(tag) == code


def test_lone_surrogates_become_replacement_characters() -> None:
    """The result can always be written as UTF-8; a split pair is put together again."""
    assert normalise("a\ud800b", "en") == "a\ufffdb"
    assert normalise("\ud83d\ude00", "en") == "😀"


def test_long_runs_of_marks_are_cut() -> None:
    """Marks beyond thirty in a row are dropped: NFKC would take hours over a million of them."""
    marks = unicodedata.normalize("NFD", normalise("q" + "\u0301\u0316" * 500_000, "en"))

    assert len(marks) == 31


def test_marks_held_apart_by_invisible_characters_are_cut_too() -> None:
    """Deleting what stands between marks does not bring a long run back."""
    assert len(normalise("q" + "\u0301\u200d\u0316" * 100_000, "en")) == 31


@given(texts, st.sampled_from(LANGUAGES))
def test_twice_is_once(text: str, language: str) -> None:
    """Normalising what is normalised changes nothing, and the result is always UTF-8 without stray white space."""
    once = normalise(text, language)

    assert normalise(once, language) == once
    assert once == " ".join(once.encode().decode().split())
