"""Which countries and cities are found, and which names are left alone."""

import pytest

from marsad.enrichment.article import Document, PlainArticle
from marsad.enrichment.gazetteer import gazetteer
from marsad.enrichment.stages.language import LanguageFields
from marsad.enrichment.stages.places import MAX_PLACES, Place, Places, PlacesFields


def fields_of(code: str, text: str, title: str = "", lead: str | None = None) -> PlacesFields:
    """Return what the stage fills for an article of a known language."""
    language = LanguageFields(code=code, basis="detected", reliable=True)
    article = PlainArticle(title=title, lead=lead, text=text)
    return Places(gazetteer).apply(Document(article, {LanguageFields: language}))


def names(code: str, text: str) -> set[str]:
    """Return the names of the places found."""
    return {place.name for place in fields_of(code, text).places}


@pytest.mark.parametrize(
    ("code", "text", "expected"),
    [
        ("ar", "وصل الوفد من القاهرة إلى بيروت وبغداد.", {"Cairo", "Beirut", "Baghdad"}),
        ("ar", "للقاهرة وبالقاهرة وكالقاهرة", {"Cairo"}),
        ("ar", "لبنان وبلبنان وليبيا ولليبيا", {"Lebanon", "Libya"}),
        ("ar", "الولايات المتحدة الأميركية وأمريكا وأميركا", {"United States"}),
        ("ar", "سوريا وسورية", {"Syria"}),
        ("ar", "بيلاروس وروسيا البيضاء وروسيا", {"Belarus", "Russia"}),
        ("ar", "كازاخستان وطاجيكستان وقرغيزستان وأرمينيا", {"Kazakhstan", "Tajikistan", "Kyrgyzstan", "Armenia"}),
        ("ar", "السودان وجنوب السودان", {"Sudan", "South Sudan"}),
        ("ar", "غينيا بيساو وغينيا الاستوائية", {"Guinea-Bissau", "Equatorial Guinea"}),
        ("ar", "إسطنبول واسطنبول وإستانبول", {"Istanbul"}),
        ("ar", "دوشنبه وأستانا وتبليسي", {"Dushanbe", "Astana", "Tbilisi"}),
        ("ar", "البوسنة والهرسك وكوسوفو", {"Bosnia & Herzegovina", "Kosovo"}),
        ("ar", "تشاد والنيجر وقطر ومصر", {"Chad", "Niger", "Qatar", "Egypt"}),
        ("ar", "القدس ورام الله وقطاع غزة", {"Jerusalem", "Ramallah", "Palestinian Territories"}),
        ("en", "He flew from Cairo to New York, then to the UK.", {"Cairo", "New York", "United Kingdom"}),
        ("en", "Turkey, Ivory Coast and the U.S. agreed.", {"Türkiye", "Côte d’Ivoire", "United States"}),
        ("en", "Bosnia and Herzegovina; Trinidad and Tobago", {"Bosnia & Herzegovina", "Trinidad & Tobago"}),
        ("ru", "Из Москвы в Дамаск через Египет", {"Moscow", "Damascus", "Egypt"}),
        ("ru", "в Саудовской Аравии, Египте и Соединённых Штатах", {"Saudi Arabia", "Egypt", "United States"}),
        ("ru", "США, ОАЭ и КНР", {"United States", "United Arab Emirates", "China"}),
        ("fa", "از تهران به مسکو و سپس به آمریکا", {"Tehran", "Moscow", "United States"}),
        ("fa", "عربستان سعودی و چین و نوار غزه", {"Saudi Arabia", "China", "Palestinian Territories"}),
        ("fr", "Le ministre est allé en Allemagne et en Égypte.", {"Germany", "Egypt"}),
        ("tr", "Bakan Almanya ve Mısır'a gitti.", {"Germany", "Egypt"}),
    ],
)
def test_places_by_language(code: str, text: str, expected: set[str]) -> None:
    """Spellings of a place in a language give its one English name."""
    assert names(code, text) == expected


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("ar", "تلقى البنك دعما ماليا وأجرى إصلاح مالي ومالي أكبر"),
        ("ar", "افتتح الوزير مدرسة للبنين وأخرى لبنات، وقال للبنين كلمة"),
        ("ar", "عاد إلى مسقط رأسه بعد صلاة المغرب"),
        ("ar", "أجرى اللاعب جراحة في الرباط الصليبي"),
        ("ar", "يقع الموقع على نهر الأردن قرب خليج عدن وبحر الصين الجنوبي"),
        ("ar", "هذا الأمر ينبع من القلب وقد تدمر البيت والعين بصيرة"),
        ("ar", "طبق من حمص ورأى في الصور ليل المدينة"),
        ("ar", "نشرت صحيفة نيويورك تايمز وواشنطن بوست الخبر"),
        ("ar", "هم حماة الوطن وهو مصري وتركي وأردني"),
        ("ar", "كان بون شاسع بينهما، وأن الأمر كبيرا"),
        ("ar", "زار دول المغرب العربي وأمريكا اللاتينية"),
        ("en", "Michael Jordan ate turkey with china plates; tell us."),
        ("en", "He read the New York Times in New Jersey near Lake Chad."),
        ("en", "Charlotte met Austin and Victoria in the phoenix room."),
        ("ru", "Того же мнения он не был. Мира не будет."),
        ("fa", "بحران مالی و مدرسه بنین"),
        ("und", "Egypt مصر Россия"),
        ("tlh", "Egypt مصر Россия"),
    ],
)
def test_words_persons_and_other_things(code: str, text: str) -> None:
    """Words, persons, seas, papers and treaties that hold a name are no places."""
    assert fields_of(code, text).places == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("اجتمعوا في عمان", set()),
        ("اجتمعوا في عُمان", {"Oman"}),
        ("اجتمعوا في عمّان", {"Amman"}),
        ("اجتمعوا في عمان، وقال وزير أردني", {"Amman"}),
        ("اجتمعوا في عمان، كما أعلن الأردن", {"Amman", "Jordan"}),
        ("اجتمعوا في عمان، وزار صلالة", {"Oman", "Salalah"}),
        ("سلطنة عمان والأردن وعمان", {"Oman", "Jordan"}),
        ("معارك في طرابلس قرب بنغازي", {"Tripoli", "Benghazi"}),
        ("معارك في طرابلس قرب بيروت", {"Tripoli (Lebanon)", "Beirut"}),
        ("معارك في طرابلس", set()),
        ("قوات في شمال مالي", {"Mali"}),
        ("وصل من باماكو إلى مالي", {"Bamako", "Mali"}),
        ("جورجيا وأتلانتا", set()),
        ("تبليسي عاصمة جورجيا", {"Tbilisi", "Georgia"}),
        ("مصنع في تولوز الفرنسية", {"Toulouse"}),
        ("مصنع في تولوز", set()),
    ],
)
def test_uncertain_names(text: str, expected: set[str]) -> None:
    """A name of several meanings needs its country, one of its adjectives, another city, or the vowel sign."""
    assert names("ar", text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Georgia lost the game.", set()),
        ("Georgia lost; Tbilisi mourned.", {"Georgia", "Tbilisi"}),
        ("A summit in Jordan ended.", {"Jordan"}),
        ("Talks with Jordan went on in Amman.", {"Jordan", "Amman"}),
        ("Clashes in Tripoli, Libya", {"Tripoli", "Libya"}),
    ],
)
def test_uncertain_english_names(text: str, expected: set[str]) -> None:
    """English names of persons and states that are countries too need the same."""
    assert names("en", text) == expected


def test_counts_and_offsets() -> None:
    """Headline, lead and text are counted together; the offset is the first one in the text."""
    text = "قالت وزارة الخارجية في مصر إن لبنان وافق، وأكدت مصر ذلك."

    fields = fields_of("ar", text, title="مصر ترحب", lead="بيان من العراق ومصر")

    assert fields.places == (
        Place(kind="country", name="Egypt", country="EG", count=4, first=text.index("مصر"), in_title=True),
        Place(kind="country", name="Iraq", country="IQ", count=1, first=None, in_title=False),
        Place(kind="country", name="Lebanon", country="LB", count=1, first=text.index("لبنان"), in_title=False),
    )


def test_evidence_may_stand_in_the_headline() -> None:
    """The country that settles a name in the text may be named in the headline alone."""
    assert fields_of("ar", "اجتمعوا في عمان", title="الأردن يستضيف اللقاء").places[1].name == "Amman"


def test_disputed_cities_have_no_country() -> None:
    """Which state a disputed city belongs to is left open, and it speaks for none of them."""
    (place,) = fields_of("ar", "صلى في القدس، وسار إلى الخليل").places

    assert (place.name, place.country) == ("Jerusalem", None)


def test_lists_of_places_are_capped() -> None:
    """An article that names the whole world keeps the most frequent places."""
    import pycountry  # noqa: PLC0415 - only this test needs every country
    from babel import Locale  # noqa: PLC0415

    territories = Locale("en").territories
    every = ". ".join(territories[country.alpha_2] for country in pycountry.countries)

    places = fields_of("en", every + ". Egypt" * 3).places

    assert len(places) == MAX_PLACES
    assert places[0].name == "Egypt"
