"""Pages around texts that people copied off news sites: each line where the site would have set it.

The shells are ours; their selectors are those of the built-in outlet files. What a text carries along (section label,
glued short link, the site's own name, credit, notices) goes in as it stands: to leave it out is extraction's work.
"""

from dataclasses import dataclass
from html import escape
from string import Template

HEADLINE_WORDS = 12  # of the first sentence, where a text was copied without its headline


@dataclass(frozen=True, slots=True)
class Shell:
    """One outlet's page.

    Attributes:
        outlet: id of its built-in outlet file.
        has_headline: whether the text's first line is the headline.
        has_lead: whether the first paragraph stands apart from the body.
    """

    outlet: str
    page: str
    has_headline: bool = True
    has_lead: bool = False


_HEAD = """<!DOCTYPE html>
<html lang="ar" dir="rtl"><head><meta charset="utf-8"><title>$title{suffix}</title>
<meta property="og:type" content="article"><meta property="og:title" content="$title">
<meta property="og:site_name" content="{name}">{more}
</head><body><header><a href="/">{name}</a><nav><ul><li><a href="/world/">العالم</a></li>
<li><a href="/economy/">اقتصاد</a></li></ul></nav></header>
"""
_FOOT = """<aside><h3>الأكثر قراءة</h3><ul><li><a href="/1">عنوان أول من عناوين هذا الموقع اليوم</a></li>
<li><a href="/2">عنوان ثان من عناوين هذا الموقع اليوم</a></li></ul></aside>
<footer>جميع الحقوق محفوظة</footer></body></html>
"""


def _page(name: str, suffix: str, body: str, more: str = "") -> str:
    return _HEAD.format(name=name, suffix=suffix, more=more) + body + _FOOT


SHELLS = (
    Shell(
        "rt-arabic",
        _page(
            "RT Arabic",
            " - RT Arabic",
            '<div class="article"><h1 class="heading">$title</h1><div class="article__date">تاريخ النشر: 10.01.2022 | '
            '12:40 GMT</div><div class="text">$body</div></div>',
        ),
    ),
    Shell(
        "sana",
        _page(
            "S A N A",
            " – S A N A",
            '<article class="post"><h1 class="entry-title">$title</h1><div class="entry-content">$body</div>'
            '<div class="sharedaddy"><span>شارك</span></div></article>',
            '<meta property="article:published_time" content="2022-01-10T15:30:12+00:00">',
        ),
    ),
    Shell(
        "sputnik-arabic",
        _page(
            "سبوتنيك عربي",
            " - سبوتنيك عربي",
            '<div class="b-article"><h1>$title</h1><time datetime="2022-01-10T12:07">12:07 10.01.2022</time>'
            '<div class="b-article__lead"><p>$lead</p></div><div class="b-article__text">$body</div></div>',
        ),
        has_lead=True,
    ),
    Shell(
        "al-ahram",
        _page(
            "بوابة الأهرام",
            " - بوابة الأهرام",
            '<form id="aspnetForm"><h1>$title</h1><div class="dateGate">١٦ سبتمبر ٢٠٢١ - ٠٤:٣٥ م</div>'
            '<div id="ContentPlaceHolder1_divContent">$body</div></form>',
        ),
    ),
    Shell(
        "al-thawra",
        _page(
            "الثورة أون لاين",
            " - الثورة أون لاين",
            '<div class="td-post-content-wrap"><h1>$title</h1><div class="td-post-content">$body</div></div>',
        ),
        has_headline=False,
    ),
)
"""In the order of the texts' files. The second and the fourth text name no outlet; each gets a shape of its own."""


def set_into_page(shell: Shell, text: str) -> bytes:
    """Return the page that shows a text; paragraphs are its lines."""
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    if shell.has_headline:
        title, *lines = lines
    else:
        title = " ".join(max(lines[:2], key=len).split()[:HEADLINE_WORDS])
    lead = lines.pop(0) if shell.has_lead else ""
    body = "\n".join(f"<p>{escape(line)}</p>" for line in lines)
    return Template(shell.page).substitute(title=escape(title), lead=escape(lead), body=body).encode()
