"""Links inside running text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marsad.urls import clean, find_links
from marsad.urls import links as links_module

SHORT = "https://r.rtarabic.com/s4vq"
WIKI = "https://ar.wikipedia.org/wiki/مرصد_(توضيح)"

TEXTS = [
    # plain
    ("", []),
    ("لا رابط في هذا النص.", []),
    (f"التفاصيل على {SHORT} الآن", [SHORT]),
    ("HTTPS://Example.org/A ثم http://example.org/b", ["HTTPS://Example.org/A", "http://example.org/b"]),
    (f"{SHORT} ثم https://sana.sy/1 ثم {SHORT}", [SHORT, "https://sana.sy/1"]),
    ("https://example.org", ["https://example.org"]),
    ("https://example.org?id=1", ["https://example.org?id=1"]),
    ("http://127.0.0.1:8001/a و http://[::1]:8001/b", ["http://127.0.0.1:8001/a", "http://[::1]:8001/b"]),
    # what steers a terminal ends a link
    (f"{SHORT}\x1b[31m {SHORT}/2\x9b31m {SHORT}/3\u202e", [SHORT, f"{SHORT}/2", f"{SHORT}/3"]),
    # glued to Arabic words
    (f"انسخ الرابط{SHORT}", [SHORT]),
    (f"{SHORT}انسخ الرابط", [SHORT]),
    (f"الرابط{SHORT}موافق", [SHORT]),
    ("https://r.rtarabic.comانسخ", ["https://r.rtarabic.com"]),
    ("https://example.org/%D8%A7%D8%B3انسخ", ["https://example.org/%D8%A7%D8%B3"]),
    (f"{SHORT}.وقال المتحدث", [SHORT]),
    (f"{SHORT}..وقال المتحدث", [SHORT]),
    (f"{SHORT}،وقال المتحدث", [SHORT]),
    (f"({SHORT})وقال المتحدث", [SHORT]),
    ("انسخhttps://", []),
    ("https://انسخ", []),
    # glued to each other
    (f"{SHORT}https://sana.sy/1", [SHORT, "https://sana.sy/1"]),
    (f"{SHORT},https://sana.sy/1", [SHORT, "https://sana.sy/1"]),
    (f"'{SHORT}','https://sana.sy/1'", [SHORT, "https://sana.sy/1"]),
    ("https://sana.sy/https://arabic.rt.com/", ["https://sana.sy/", "https://arabic.rt.com/"]),
    ("https://sana.syhttps://arabic.rt.com/", ["https://sana.sy", "https://arabic.rt.com/"]),
    ("https://خبرhttps://sana.sy/1", ["https://sana.sy/1"]),
    # a link inside a link
    ("https://web.archive.org/web/2020/https://sana.sy/1.", ["https://web.archive.org/web/2020/https://sana.sy/1"]),
    ("https://example.org/share?u=https://sana.sy/1", ["https://example.org/share?u=https://sana.sy/1"]),
    # brackets and quotes
    (f"«{SHORT}» و“https://sana.sy/1”", [SHORT, "https://sana.sy/1"]),
    (f'"{SHORT}" <https://sana.sy/1> `https://sana.sy/2`', [SHORT, "https://sana.sy/1", "https://sana.sy/2"]),
    (f"({SHORT}) [https://sana.sy/1].", [SHORT, "https://sana.sy/1"]),
    (f"({SHORT}).", [SHORT]),
    (WIKI, [WIKI]),
    (f"(انظر {WIKI})، ثم", [WIKI]),
    (f"{WIKI}.", [WIKI]),
    ("https://example.org/a(انظر", ["https://example.org/a"]),
    ("https://example.org/a(b]c", ["https://example.org/a"]),
    ("https://example.org/a?b[]=1&c=(2)", ["https://example.org/a?b[]=1&c=(2)"]),
    ("https://example.org/a)b", ["https://example.org/a"]),
    *(
        (f"ثم {pair[0]}{SHORT}{pair[1]} ثم", [SHORT])
        for pair in [
            "«»",
            "‹›",
            "()",
            "[]",
            "<>",
            "{}",
            "﴾﴿",
            "﴿﴾",
            "⟨⟩",
            "⟪⟫",
            "〈〉",
            "《》",
            "「」",
            "『』",
            "【】",
            "〔〕",
            "（）",
            "［］",
            "｛｝",
            "＜＞",
            "“”",
            "„“",
            "‘’",
            "''",
            '""',
            "``",
            "**",
            "⦗⦘",
        ]
    ),
    ("﴿https://sana.sy/أخبار﴾", ["https://sana.sy/أخبار"]),
    ("«r.rtarabic.com/s4vq»؛ ﴾r.rtarabic.com/s4vr﴿.", [SHORT, "https://r.rtarabic.com/s4vr"]),
    ("(https://en.wikipedia.org/wiki/Moon_(a)_(b)).", ["https://en.wikipedia.org/wiki/Moon_(a)_(b)"]),
    ("https://sana.sy/مقال-1)وقال", ["https://sana.sy/مقال-1"]),
    # Markdown
    (f"[نص]({SHORT})", [SHORT]),
    (f"[{SHORT}](https://sana.sy/1)", [SHORT, "https://sana.sy/1"]),
    (f'[نص]({SHORT} "عنوان")', [SHORT]),
    (f"**{SHORT}**", [SHORT]),
    (f"![صورة]({WIKI})", [WIKI]),
    # trailing punctuation
    *(
        (f"انظر {SHORT}{mark} ثم", [SHORT])
        for mark in [".", ",", ";", ":", "!", "?", "…", "...", "،", "؛", "؟", "؟!", "—", "'"]
    ),
    (f"{SHORT}\u200f، ثم", [SHORT]),
    ("https://example.org/?", ["https://example.org/"]),
    ("https://example.org.", ["https://example.org"]),
    ("https://example.org: خبر", ["https://example.org"]),
    (f"{SHORT}؟!…» ثم", [SHORT]),
    (f"{SHORT}۔", [SHORT]),
    (f"{SHORT}ـــ ثم", [SHORT]),
    (f"{SHORT}٪، https://sana.sy/2؛ https://sana.sy/3", [SHORT, "https://sana.sy/2", "https://sana.sy/3"]),
    ("r.rtarabic.com/s4vq؟", [SHORT]),
    # invisible marks and symbols around
    *(
        (f"{mark}{SHORT}{mark} ثم", [SHORT])
        for mark in [
            "\u200b",
            "\u200e",
            "\u200f",
            "\u061c",
            "\u202b",
            "\u202c",
            "\u2067",
            "\u2069",
            "\ufeff",
            "\xad",
            "\u2060",
            "\ufe0f",
            "\U000e0061",
            "🔗",
            "👈",
            "←",
            "•",
            "■",
            "⬅\ufe0f",
        ]
    ),
    (f"{SHORT}\u200c\u200f", [SHORT]),
    (f"🔴عاجل{SHORT}🔴عاجل", [SHORT]),
    # HTML and JSON as text
    (f'<a href="{SHORT}">نص</a> href={SHORT}/2>', [SHORT, f"{SHORT}/2"]),
    (f"&quot;{SHORT}&quot; &lt;{SHORT}/2&gt; &#039;{SHORT}/3&#039;", [SHORT, f"{SHORT}/2", f"{SHORT}/3"]),
    ("https://sana.sy/?a=1&amp;b=2", ["https://sana.sy/?a=1&amp;b=2"]),
    ("https://sana.sy/?a=1&lt=2&quota=3", ["https://sana.sy/?a=1&lt=2&quota=3"]),
    (rf'{{"url":"{SHORT}\n{SHORT}/2"}}', [SHORT, f"{SHORT}/2"]),
    # raw Arabic paths
    ("https://sana.sy/خبر/٢٠٢٤/١، ثم", ["https://sana.sy/خبر/٢٠٢٤/١"]),
    ("https://sana.sy/خبرٌ_مهمّ", ["https://sana.sy/خبرٌ_مهمّ"]),
    ("https://sana.sy/می\u200cشود/1", ["https://sana.sy/می\u200cشود/1"]),
    ("https://sana.sy/?q=%C7%E1%DA «", ["https://sana.sy/?q=%C7%E1%DA"]),
    ("https://sana.sy/أخبار/عاجل-اليوم ثم", ["https://sana.sy/أخبار/عاجل-اليوم"]),
    ("https://sana.sy/2024-عاجل_خبر.", ["https://sana.sy/2024-عاجل_خبر"]),
    ("https://sana.sy/هل-ينجح؟-تحليل؟ نعم", ["https://sana.sy/هل-ينجح؟-تحليل"]),
    ("https://ar.wikipedia.org/wiki/تصنيف:أخبار", ["https://ar.wikipedia.org/wiki/تصنيف:أخبار"]),
    ("https://sana.sy/?s=عاجل&p=2", ["https://sana.sy/?s=عاجل&p=2"]),
    ("https://sana.sy/%D8%B9%D8%A7%D8%AC%D9%84/1", ["https://sana.sy/%D8%B9%D8%A7%D8%AC%D9%84/1"]),
    # international hosts
    ("http://www.موقع.مصر/خبر، قال", ["http://www.موقع.مصر/خبر"]),
    ("http://موقع.مصر:8080/خبر", ["http://موقع.مصر:8080/خبر"]),
    # without a scheme
    ("انسخ الرابط r.rtarabic.com/s4vq", [SHORT]),
    ("انسخ الرابطr.rtarabic.com/s4vqموافق", [SHORT]),
    (f"الرابط: (r.rtarabic.com/s4vq)، أو {SHORT}", [SHORT]),
    ("الرابط:r.rtarabic.com/s4vq.", [SHORT]),
    ("ahram.org.eg/News/1.aspx", ["https://ahram.org.eg/News/1.aspx"]),
    ("زوروا sana.sy أو sana.sy/", []),
    ("أ.ف.ب/رويترز and/or km/h 3.5/4 24/7", []),
    ("report.abcde/draft v1.2/3 localhost/a", []),
    ("راسلونا name@sana.sy/1", []),
    ("/a/b.com/c ./x.org/y", []),
    # credentials
    ("https://reader:word@sana.sy/1 https://reader@sana.sy/2", []),
    # not the web
    ("ftp://sana.sy/1 mailto:a@sana.sy javascript:x", []),
]


@pytest.mark.parametrize(("text", "links"), TEXTS)
def test_links_of_a_text(text: str, links: list[str]) -> None:
    """The links come as they stand in the text, without what surrounds them."""
    assert find_links(text) == links


OPENERS, CLOSERS = "(<[«‹“﴾﴿⟨《｛ \u200f\u2067", ")>]»›”﴿﴾⟩》｝ ،؛؟.!…\u200f\u2069"
LINKS = st.sampled_from(
    [
        SHORT,
        WIKI,
        "https://sana.sy/أخبار/عاجل-اليوم",
        "https://sana.sy/%D8%A7/1",
        "http://www.موقع.مصر/خبر/2",
        "https://a.sy/?q=%C7",
    ]
)


@given(
    st.lists(st.tuples(st.text(OPENERS, max_size=3), LINKS, st.text(CLOSERS, min_size=1, max_size=4)), max_size=6),
)
def test_what_surrounds_a_link_changes_nothing(pieces: list[tuple[str, str, str]]) -> None:
    """Whatever opens before it and closes behind it, the link comes as it is."""
    text = " ثم ".join(f"{before}{link}{after}" for before, link, after in pieces)

    assert find_links(text) == list(dict.fromkeys(link for _, link, _ in pieces))


PIECES = st.sampled_from(
    [
        "https://", "http://", "r.rtarabic.com", "/s4vq", "sana.sy", "موقع.مصر", "خبر", "عاجل", "(", ")", "[",
        "]", "«", "»", ".", "،", "؟", "/", "=", "?", "#", ":", "@", "%D8", "a", "1", "-", ":80", "[::1]",
        " ", "\u200f", "\ud800",
    ]
)  # fmt: skip


@given(st.lists(PIECES, max_size=25).map("".join))
def test_every_link_can_be_cleaned(text: str) -> None:
    """Whatever the text, each link found stands in it, once, and `clean` takes it."""
    links = find_links(text)

    assert len(set(links)) == len(links)
    for link in links:
        assert link in text or link.removeprefix("https://") in text
        assert clean(link)


MEGABYTE = 1_000_000
HOSTILE = ["http://", "http://a", "a.", "r.a.com/x(", "r.a.com/x)", "http://a.com/.", "https://a.com/((", "http://aب", "http://a.com/؟",
           "http://[:", "http://a.com=", "a-", "x@", "http://a:1", "ب.", "،"]  # fmt: skip


@pytest.mark.parametrize("piece", HOSTILE)
def test_work_grows_with_the_text_alone(piece: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every search begins where the last reading stopped, and all readings together are not longer than the text."""
    seen: list[tuple[int, int]] = []
    original = links_module._START

    class Watched:
        def search(self, text: str, position: int) -> object:
            found = original.search(text, position)
            seen.append((position, found.start() if found else len(text)))
            return found

    monkeypatch.setattr(links_module, "_START", Watched())
    text = piece * (20_000 // len(piece))

    find_links(text)

    ends = [position for position, _ in seen]
    assert ends == sorted(ends)
    assert all(begin <= start for begin, start in seen)
    assert len(seen) <= len(text) // 2 + 2


@pytest.mark.parametrize("piece", ["http://a", "r.a.com/x(", "a.", "http://"])
def test_a_megabyte_of_hostile_text_ends(piece: str) -> None:
    """A megabyte of one broken piece is read to its end; a quadratic reader would not come back."""
    text = piece * (MEGABYTE // len(piece)) + f" {SHORT}"

    assert find_links(text)[-1] == SHORT
