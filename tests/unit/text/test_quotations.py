"""Where quotations begin and end, as newsrooms type them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marsad.text.quotations import MAX_QUOTATION, quotations
from marsad.text.span import Span


def quoted(text: str) -> list[str]:
    """Return the quotations of a text of one paragraph."""
    return [text[start:end] for start, end in quotations(text, Span(0, len(text)))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("قال: «نعم» ثم «لا»", ["«نعم»", "«لا»"]),
        ('قال: "نعم" ثم "لا"', ['"نعم"', '"لا"']),
        ("قال: “نعم” ثم", ["“نعم”"]),
        ("وتابع:” أن الوضع جيد”.", ["” أن الوضع جيد”"]),
        ("قال ”نعم“ ثم", ["”نعم“"]),
        ("Er sagte „ja“ und", ["„ja“"]),
        ('لـ"المرصد" وبـ"الدار"', ['"المرصد"', '"الدار"']),
        ('«قال "نعم" لهم»', ['«قال "نعم" لهم»']),
        ('قال: " نعم" ثم', ['" نعم"']),
    ],
)
def test_pairs(text: str, expected: list[str]) -> None:
    """Each way of quoting is found with its marks; inner quotations belong to the outer one."""
    assert quoted(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("قال: «نعم ثم مضى. وأضاف «لا»", ["«لا»"]),
        ('قال "نعم ثم مضى. وأضاف "لا" وسكت', ['"لا"']),
        ("قال: «نعم", []),
        ("نعم» لا", []),
        ("نعم” لا", []),
        ('12" screen', []),
    ],
)
def test_marks_without_a_partner(text: str, expected: list[str]) -> None:
    """A mark that never closes, or never opened, quotes nothing and does not spoil the next pair."""
    assert quoted(text) == expected


def test_endless_quotations_are_dropped() -> None:
    """What is open for longer than the limit does not count as a quotation; what follows is found."""
    inside = "ن" * (MAX_QUOTATION - 1)

    assert quoted(f"«{inside}» «لا»") == ["«لا»"]
    assert quoted(f"«{inside[1:]}»") == [f"«{inside[1:]}»"]


@given(st.text(st.sampled_from('«»“”„"ab .'), max_size=60))
def test_quotations_are_ordered_and_apart(text: str) -> None:
    """Quotations never overlap and keep within their paragraph, whatever marks stand there."""
    at = 0
    for start, end in quotations(text, Span(0, len(text))):
        assert at <= start < end - 1 < len(text)
        at = end
