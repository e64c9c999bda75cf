"""Feeds as sites really send them: each a name, its bytes, the declared type and the links that a reader must find.

Written by us after kinds of breakage that are known from the field; the news in them is invented. `bench/discovery`
holds parsers against the same table.
"""

from dataclasses import dataclass

XML, JSON = "application/xml", "application/feed+json"
ONE, TWO = "https://news.example.org/1", "https://news.example.org/2"


@dataclass(frozen=True, slots=True)
class Broken:
    """A feed and what is to be found in it."""

    name: str
    body: bytes
    links: tuple[str, ...] = (ONE, TWO)
    content_type: str | None = XML


def _rss(items: str, head: str = '<?xml version="1.0" encoding="utf-8"?>') -> str:
    return f'{head}<rss version="2.0"><channel><title>الواحة</title>{items}</channel></rss>'


def _item(link: str, title: str = "خبر", more: str = "") -> str:
    return f"<item><title>{title}</title><link>{link}</link>{more}</item>"


_BOTH = _item(ONE) + _item(TWO)
_ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>صدى</title>{}</feed>"""
_ENTRY = '<entry><title>خبر</title><link href="{}"/><updated>2026-11-22T09:00:00Z</updated></entry>'

FEEDS = (
    Broken("sound RSS 2.0", _rss(_BOTH).encode()),
    Broken("sound Atom", _ATOM.format(_ENTRY.format(ONE) + _ENTRY.format(TWO)).encode()),
    Broken("cut off inside an item", _rss(_BOTH + "<item><title>ناقص").split("</channel>")[0].encode()),
    Broken("cut off inside a tag", (_rss(_BOTH).split("</channel>")[0] + "<item><tit").encode()),
    Broken("lone ampersand", _rss(_item(ONE, "a & b") + _item(TWO)).encode()),
    Broken("ampersands in links", _rss(_item("https://news.example.org/?a=1&b=2") + _item(TWO)).encode(),
           ("https://news.example.org/?a=1&b=2", TWO)),
    Broken("unknown entities", _rss(_item(ONE, "a&nbsp;b &laquo;c&raquo;") + _item(TWO)).encode()),
    Broken("tags of HTML unescaped",
           _rss(_item(ONE, more="<description><p>a<br>b</description>") + _item(TWO)).encode()),
    Broken("attribute twice", _rss(_BOTH).replace("<link>", '<link a="1" a="2">', 1).encode()),
    Broken("control character", _rss(_item(ONE, "a\x0bb") + _item(TWO)).encode()),
    Broken("half an emoji as a reference", _rss(_item(ONE, "&#55357;&#56832;") + _item(TWO)).encode()),
    Broken("blank lines before the prologue", b"\n\n " + _rss(_BOTH).encode()),
    Broken("warning of PHP before the prologue", b"<br />\n<b>Notice</b>: x\n" + _rss(_BOTH).encode()),
    Broken("script behind the end", _rss(_BOTH).encode() + b"<script>x</script>"),
    Broken("comment of a cache behind the end", _rss(_BOTH).encode() + b"\n<!-- cached 22.11.2026 -- -->"),
    Broken("BOM before a prologue", b"\xef\xbb\xbf" + _rss(_BOTH).encode()),
    Broken("UTF-8 declared as windows-1256", _rss(_BOTH, '<?xml version="1.0" encoding="windows-1256"?>').encode()),
    Broken("windows-1256 declared as UTF-8", _rss(_BOTH).encode("windows-1256")),
    Broken("windows-1256 as declared", _rss(_BOTH, '<?xml version="1.0" encoding="windows-1256"?>').encode("cp1256")),
    Broken("UTF-16", _rss(_BOTH, '<?xml version="1.0" encoding="utf-16"?>').encode("utf-16")),
    Broken("a byte that is no UTF-8", _rss(_BOTH).encode().replace("خبر".encode(), b"\xd8\xae\xd8", 1)),
    Broken("undeclared name spaces", _rss(_item(ONE, more="<dc:creator>س</dc:creator>") + _item(TWO)).encode()),
    Broken("name space of Atom forgotten", _ATOM.format(_ENTRY.format(ONE) + _ENTRY.format(TWO)).replace(
        ' xmlns="http://www.w3.org/2005/Atom"', "").encode()),
    Broken("capitals", _rss(_BOTH).replace("item>", "ITEM>").replace("link>", "LINK>").encode()),
    Broken("no channel", b"<rss>" + _BOTH.encode() + b"</rss>"),
    Broken("items outside the channel", (_rss("").replace("</channel>", "</channel>" + _BOTH)).encode()),
    Broken("link in CDATA with blanks", _rss(_item(f"<![CDATA[ {ONE} ]]>") + _item(TWO)).encode()),
    Broken("relative links", _rss(_item("/1") + _item("2")).encode()),
    Broken("link only as guid", _rss(f"<item><title>خبر</title><guid>{ONE}</guid></item>" + _item(TWO)).encode()),
    Broken("raw Arabic in a link", _rss(_item("https://news.example.org/خبر") + _item(TWO)).encode(),
           ("https://news.example.org/خبر", TWO)),
    Broken("served as HTML", _rss(_BOTH).encode(), content_type="text/html; charset=iso-8859-1"),
    Broken("served without a type", _rss(_BOTH).encode(), content_type=None),
    Broken("dates in Arabic", _rss(_item(ONE, more="<pubDate>الأحد 22 نوفمبر</pubDate>") + _item(TWO)).encode()),
    Broken("Netscape's document type",
           _rss(_BOTH).replace("<rss", '<!DOCTYPE rss SYSTEM "https://x.example/rss.dtd"><rss', 1).encode()),
    Broken("RSS 1.0", b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">'
           b"<channel/>" + _BOTH.encode() + b"</rdf:RDF>"),
    Broken("JSON Feed", ('{"version":"https://jsonfeed.org/version/1.1","title":"x","items":[{"id":"1","url":"' + ONE +
           '"},{"id":"' + TWO + '"}]}').encode(), content_type=JSON),
    Broken("JSON Feed with a BOM, as text", b"\xef\xbb\xbf" + ('{"version":"https://jsonfeed.org/version/1","items":[{"url":"'
           + ONE + '"},{"url":"' + TWO + '"}]}').encode(), content_type="text/plain"),
)  # fmt: skip
