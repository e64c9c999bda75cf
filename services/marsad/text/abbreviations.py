"""Abbreviations whose full stop does not, or does not always, end a sentence. Spelled in small letters.

An Arabic abbreviation is one letter (د. for doctor, م. for engineer) or several single letters with stops between
them (أ.ف.ب); no Arabic word is one letter long, so only those with a clitic need to be listed.
"""


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


TITLES = _words(
    # English: before a name or a number
    "mr mrs ms messrs dr prof gen sen rep gov lt col sgt capt cpl pvt maj adm cmdr hon rev fr st mt pres supt insp "
    "ed eds vs viz cf ca approx dept univ ave blvd "
    # Russian: before a name or a number
    "им ул пер просп пл наб корп кв обл респ проф акад доц ген полк кап лейт св см рис гл ст ср напр тел свящ"
)
"""A name or number follows: never the end, unless a number stands before (5 см.)."""

BEFORE_NUMBERS = _words("no nos vol fig figs pp")
"""Shortened only where a number follows."""

MAY_END = _words(
    "inc ltd co corp llc plc jr sr etc bros al jan feb mar apr jun jul aug sep sept oct nov dec "
    "mon tue wed thu fri sat sun "
    "др пр руб коп тыс млн млрд трлн долл гг вв экз чел мин сек"
)
"""The end where a sentence's first word follows."""

ARABIC_GLUED_TITLES = _words("ود وم وأ لد")
"""And Dr, and Eng., and Mr; to Dr."""

AFTER_NUMBERS = _words("г в м هـ ه م")
"""Year, century, metre; Hijri and Christian era: they end a sentence after a number alone."""

RUSSIAN_TAILS = _words("д п э")
"""Last letters of и т. д., и т. п., н. э., which often end a sentence."""

FIRST_WORDS = _words(
    "a an the he she it we they i you his her its our their this that these those there here in on at by for from "
    "with to of as and but or so yet if when while after before since because although however meanwhile also both "
    "some many most all no not one two what who why how where"
)
"""English words that begin sentences and hardly ever are part of a name."""

DOTTED_ORDINALS = _words("cs da de et fi hr hu is lv nb nn no sk sl sr tr")
"""Languages that write the third as `3.`."""
