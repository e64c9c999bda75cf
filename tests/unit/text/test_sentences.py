"""Where sentences end, in Arabic, Persian, Urdu, English and Russian, and what every cut obeys."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marsad.text.sentences import sentences


def cut(text: str, language: str) -> list[str]:
    """Return the sentences themselves."""
    return [text[start:end] for start, end in sentences(text, language)]


# Each case is a text with `|` where a sentence ends; the mark is taken out before cutting.
ARABIC = [
    "وصل الوفد أمس.| وبدأت المحادثات اليوم.",
    "هل انتهى الأمر؟| نعم!| انتهى.",
    "لماذا؟!| لا أحد يعرف.",
    "قال د. سامي النجار إن الوضع جيد.| ثم غادر.",
    "حضر د. سامي ود. منى وم. علي.| وتغيب آخرون.",
    "زار أ.د. منى السيد وم. خالد حسن الموقع.| وشكرا الجميع.",
    "نقلت وكالة أ.ف.ب. عن مصدر قوله ذلك.| وأكده آخر.",
    "بلغت النسبة 3.5 في المئة و٢.٧ أمس.| وزادت.",
    "انظر www.example.com/a.html?x=1.2 اليوم.| وشكرا.",
    "راجع موقع example.com.| وشكرا.",
    "وأضاف: «لن نقبل. هذا مرفوض. أبدا».| وختم.",
    'وأضاف: "لن نقبل. هذا مرفوض."| وختم.',
    "وأضاف: “لن نقبل. هذا مرفوض”.| وختم.",
    "وتابع:” لن نقبل. هذا مرفوض”.| وختم.",
    "وأضاف: «لن نقبل.| هذا مرفوض.| وقال آخر: «نعم. بلا شك».| وختم.",
    "تأخر الوصول.. ثم ألغيت الرحلة... وعاد الركاب… إلى بيوتهم.| انتهى.",
    "انتهى الاجتماع.وقال الوزير كلمة.| ثم مضى.".replace(".و", ".|و"),
    "انتهى الاجتماع .| وقال الوزير كلمة.",
    "من نظمهم؟، نحتاج إلى معرفة ذلك.| شكرا.",
    "أكد ذلك؛ ثم نفاه: لا صحة له.| وسكت.",
    "تأسست الجمعية عام 1998 م.| وأغلقت لاحقا.",
    "جرى ذلك في رمضان عام 1437 هـ.| ثم تكرر.",
    "وافتتح المعرض عام 2020.| وحضره كثيرون.",
    "1. البند الأول|\n2. البند الثاني",
    "عنوان بلا نقطة|\nفقرة أولى|\n\n\nفقرة ثانية",
    "سطر أول|\r\nسطر ثان|\u2028سطر ثالث",
    "(هذه جملة.)| وهذه أخرى.",
    "قال Mr. Smith إنه وصل.| وشكر.",
]
ENGLISH = [
    "Mr. Doe met Dr. Roe.| They talked.",
    "The U.S. Senate met at 5 p.m. Monday.| It ended.",
    "It rose 3.5 percent.| Nobody knew why.",
    "J. K. Rolands wrote it.| He left.",
    "Acme Inc. shares fell.| Acme Inc.| It recovered.",
    'He said: "No. Never."| Then he left.',
    '"Really?" he asked.| "Yes!" she said.',
    "Wait... what?| Well...| Nothing.",
    "Bring fruit, e.g. apples, etc. and bread.| Done.",
    "No. 5 won.| He said no.| Then he left.",
    "See fig. 3 and pp. 4.| Read on.",
    "Built with node.js.| Fast.",
]
RUSSIAN = [
    "В 2015 г. завод закрылся.| Потом открылся.",
    "В 2015 г. Завод закрылся.",
    "Он родился в 1990 г.| Потом уехал.",
    "Живёт в г. Москва на ул. Мира.| Один.",
    "А. С. Петров и проф. Иванов ушли.| Все молчали.",
    "Яблоки, груши и т. д.| Потом обед.",
    "Он, т. е. директор, ушёл.| Вечером.",
    "Цена 5 тыс. руб. за штуку.| Дорого.",
    "Он сказал: «Да. Нет».| И ушёл.",
    "Длина 10 см.| Ширина 5 см.",
]
OTHERS = [
    ("fa", "نماینده گفت: «ما اینجا هستیم. نمی\u200cرویم.»| او رفت."),
    ("fa", "چرا؟| نمی\u200cدانم!| ۳٫۵ درصد بود."),
    ("ur", "وزیر نے کہا۔| وہ آئیں گے۔| کیوں؟| معلوم نہیں۔"),
    ("de", "Am 3. Oktober kam er.| Im Jahr 2020.| Dann ging er."),
    ("zh", "他说。|你好！|再见"),
    ("hi", "वह गया।| वह आया।"),
    ("und", "One.| Two."),
]


@pytest.mark.parametrize(
    ("language", "marked"),
    [
        *(("ar", case) for case in ARABIC),
        *(("en", case) for case in ENGLISH),
        *(("ru", case) for case in RUSSIAN),
        *OTHERS,
    ],
)
def test_where_sentences_end(language: str, marked: str) -> None:
    """A sentence ends where `|` stands in the case, and nowhere else."""
    assert cut(marked.replace("|", ""), language) == [part.strip() for part in marked.split("|")]


def test_long_quotations_are_cut() -> None:
    """A speech of several sentences inside quotation marks is cut like any other text."""
    speech = "قال: «" + "هذه جملة طويلة من خطاب طويل. " * 20 + "انتهى»."

    assert len(cut(speech, "ar")) == 21


def test_nothing_in_nothing() -> None:
    """Empty text and white space have no sentences; stops alone are one."""
    assert sentences("", "ar") == []
    assert sentences(" \n\t\u3000", "ar") == []
    assert cut(" ... ", "ar") == ["..."]


pieces = st.sampled_from(
    [
        *".!?؟…۔،؛:\"«»“”()'\n ",
        "أ",
        "د",
        "كلمة",
        "وقال",
        "Mr",
        "U.S",
        "т",
        "г",
        "Word",
        "word",
        "12",
        "\u200f",
        "\ud800",
    ]
)


@given(
    st.one_of(st.text(), st.lists(pieces, max_size=60).map("".join)), st.sampled_from(["ar", "en", "ru", "de", "und"])
)
def test_every_cut_covers_the_text(text: str, language: str) -> None:
    """Spans are ordered, apart, trimmed and not empty, stay in one line, and hold all that is no white space."""
    at = 0
    for start, end in sentences(text, language):
        assert not text[at:start].strip()
        assert start < end
        assert text[start:end] == text[start:end].strip()
        assert "\n" not in text[start:end]
        at = end
    assert not text[at:].strip()
