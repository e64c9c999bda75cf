"""Links inside running text, Arabic text first.

One pass from left to right: a link is read by patterns that only go forward (with look-around of one character), and
the search goes on where the reading stopped. So the work grows with the length of the text and with nothing else. What
repeats a group is bounded and repeated by us: possessive groups go wrong in Python before 3.11.5 (its issue 106052).
"""

import re
from collections.abc import Iterator

from marsad.urls.cleaning import clean
from marsad.urls.hosts import MAX_HOST, registrable_domain

_LETTERS = "\u0620-\u065f\u0671-\u06d3\u06d5-\u06ff\u0750-\u077f\u08a0-\u08ff\ufb50-\ufd3d\ufd40-\ufdff\ufe70-\ufefc"
_ARABIC = rf"{_LETTERS}\u0660-\u066f"  # digits and their marks too
_MARKS = "\xad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\U000e0000-\U000e0fff"
_QUOTES = "«»‹›“”„‟‘’‚「」『』"
_BRACKETS = "﴾﴿⟨⟩⟪⟫⦗⦘〈〉《》【】〔〕〖〗（）［］｛｝＜＞"
_SYMBOLS = "•\u2190-\u21ff\u2300-\u23ff\u25a0-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff"  # arrows, bullets, emoji
_STOPS = rf"\s\x00-\x1f\x7f-\x9f<>\"`|\\^{{}}。，、；：？！{_QUOTES}{_BRACKETS}{_SYMBOLS}{_MARKS}"
_ENTITY = "&(?:quot|apos|lt|gt|nbsp|\\#0?3[49]|raquo|laquo);"  # HTML pasted as text; `&amp;` joins parameters
_PAUSES = "،؛؟۔…"  # end a sentence, and yet stand inside some raw Arabic paths: «…هل-ينجح؟-تحليل»
_TRAILING = ".,;:!?'*–—ـ\u200c\u200d" + _PAUSES
_SCHEME = r"[hH][tT][tT][pP][sS]?://"

_START = re.compile(rf"{_SCHEME}|(?<![A-Za-z0-9.\-@/_%=&?#+~])[A-Za-z0-9.-]++(?=/)")
_HOST = re.compile(rf"(?:\[[0-9A-Fa-f:.]++\]|(?:(?!{_SCHEME})[\w.-]){{1,1000}})(?::[0-9]{{1,5}}(?![0-9]))?")
_SCHEME_HERE = re.compile(_SCHEME)
_TAIL = re.compile(
    rf"""(?:
        (?<=[=/]){_SCHEME}                          # a link inside the link: an archive, a share button
      | (?!{_SCHEME})
        (?!(?<=[A-Za-z0-9.,!/])[.,!][{_ARABIC}])    # a sentence's end, the next one glued to it
        (?!{_ENTITY})
        [^{_STOPS}{_PAUSES}{_ARABIC}()\[\]]
      | (?<![A-Za-z0-9])[{_ARABIC}]                 # a raw Arabic path; after a Latin letter it is the text's next word
      | [{_PAUSES}](?=[-_/])
    ){{1,1000}}""",
    re.VERBOSE,
)
_GLUED = re.compile(rf"(?<=[A-Za-z0-9])[.:-]?[{_ARABIC}]")
_CREDENTIALS = re.compile(r"(?::[^\s/?#@]{0,200})?@")
_CLOSER = {"(": ")", "[": "]"}


def find_links(text: str) -> list[str]:
    """Return the links of a text in order, each once, as they stand there; every one can be given to `clean`.

    A link may be glued to Arabic words or to another link, stand in brackets, quotes or Markdown, and hold a raw
    Arabic path; closing brackets that it opened itself and sentence marks inside it are kept, those after it are cut.
    One without a scheme counts when its host has a known top-level domain and a path follows; it gets `https://`.
    """
    return list(dict.fromkeys(_links(text)))


def _links(text: str) -> Iterator[str]:
    position = 0
    while (start := _START.search(text, position)) is not None:
        scheme = _SCHEME_HERE.match(start[0])
        link, position = _read_with_scheme(text, start) if scheme else _read_bare(text, start)
        if link and _is_clean(link):
            yield link


def _read_with_scheme(text: str, start: re.Match[str]) -> tuple[str, int]:
    """Return the link and where the search goes on."""
    host = _HOST.match(text, start.end())
    if host is None:
        return "", start.end()
    end = _host_end(text, start, host)
    if _CREDENTIALS.match(text, end):
        return "", end
    if end == host.end() and text[end : end + 1] in {"/", "?", "#"}:
        if _SCHEME_HERE.match(text, end + 1):  # two home pages glued together
            return text[start.start() : end + 1], end + 1
        return _read_tail(text, start.start(), end)
    return text[start.start() : end].rstrip(_TRAILING), end


def _host_end(text: str, start: re.Match[str], host: re.Match[str]) -> int:
    """Return where the host ends: whole, before an Arabic word glued to it, or at its start where it is none."""
    if host[0].isascii():
        return host.end()
    name = host[0].rstrip(".-")
    if len(name) <= MAX_HOST and _is_clean(f"http://{name}") and registrable_domain(name.partition(":")[0]):
        return host.end()
    glued = _GLUED.search(text, host.start(), host.end())
    return glued.start() if glued else start.end()


def _read_bare(text: str, start: re.Match[str]) -> tuple[str, int]:
    host = start[0]
    if "." not in host or len(host) > MAX_HOST or registrable_domain(host.lower()) is None:
        return "", start.end()
    link, position = _read_tail(text, start.start(), start.end())
    path = link[len(host) :]
    return (f"https://{link}" if len(path) > 1 else ""), position


def _read_tail(text: str, start: int, position: int) -> tuple[str, int]:
    """Read on behind the host, keeping brackets in pairs; return the link and where the search goes on."""
    opened: list[int] = []
    while True:
        while (tail := _TAIL.match(text, position)) is not None:
            position = tail.end()
        char = text[position : position + 1]
        if char in _CLOSER:
            opened.append(position)
        elif opened and char and char == _CLOSER[text[opened[-1]]]:
            opened.pop()
        else:
            break
        position += 1
    end = opened[0] if opened else position
    return text[start:end].rstrip(_TRAILING), position


def _is_clean(link: str) -> bool:
    try:
        clean(link)
    except ValueError:
        return False
    return True
