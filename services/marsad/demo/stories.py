"""What happened to articles that were more than indexed once: which words changed, why others never came in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from itertools import pairwise, zip_longest

from marsad.demo.gold import Row, paragraphs
from marsad.demo.sight import Article, Sight
from marsad.urls import page_id

CONTEXT = 3  # words shown around those that changed

# The ledger's reasons in words; one that is not here is shown as it is.
WHY: Mapping[str, str] = {
    "canonical": "the page names another address as its own",
    "captcha_wall": "the page wants proof of a human reader before it shows anything",
    "consent_wall": "the page wants consent before it shows anything",
    "http_403": "the site answers 403",
    "http_404": "the site answers 404",
    "http_410": "the site answers 410",
    "listing": "a list of headlines, not an article",
    "never_seen": "nothing of it was ever known",
    "robots": "robots.txt closes it",
    "wall": "the page wants consent before it shows anything",
    "withdrawn": "the site answers 410 now; the text is kept and flagged",
}


@dataclass(frozen=True, slots=True)
class Change:
    """Words before and after; "" where some were added or left out."""

    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Story:
    """One article's fate; `why` in words, `changes` of each correction in order."""

    what: str
    outlet: str
    headline: str
    why: str
    changes: tuple[Change, ...]


@dataclass(slots=True)
class History:
    """Every revision of every watched article that was seen searchable; one that lasted less than a look is not."""

    _seen: dict[str, dict[int, Article]] = field(default_factory=dict)

    def note(self, sight: Sight) -> None:
        """Remember what a look showed."""
        for article_id, article in sight.articles.items():
            self._seen.setdefault(article_id, {}).setdefault(article.get("revision", 0), article)

    def versions(self, article_id: str) -> tuple[Article, ...]:
        """Return the revisions of an article, the first one first."""
        return tuple(article for _, article in sorted(self._seen.get(article_id, {}).items()))


def stories(rows: Sequence[Row], history: History) -> list[Story]:
    """Return what is to be told, corrections first; an article that was indexed once is no story."""
    told = [_story(row, history) for row in rows if row.outcome != "indexed" or row.revisions > 1]
    return sorted(told, key=lambda story: (not story.changes, story.what, story.outlet, story.headline))


def changes(before: Article, after: Article) -> list[Change]:
    """Return what changed in headline and text, as the words that differ with a few around them."""
    found = _in_words(str(before.get("title", "")), str(after.get("title", "")))
    old, new = paragraphs(before), paragraphs(after)
    for kind, from_old, to_old, from_new, to_new in SequenceMatcher(a=old, b=new, autojunk=False).get_opcodes():
        if kind != "equal":
            pairs = zip_longest(old[from_old:to_old], new[from_new:to_new], fillvalue="")
            found += [change for one, other in pairs for change in _in_words(one, other)]
    return found


def _story(row: Row, history: History) -> Story:
    versions = history.versions(page_id(row.expected.url))
    corrected = row.outcome == "indexed"
    told = [change for one, other in pairwise(versions) for change in changes(one, other)]
    times = {2: "corrected", 3: "corrected twice"}.get(row.revisions, f"corrected {row.revisions - 1} times")
    reasons = [reason for reason in row.reasons if not (row.revisions and reason in {"first", "edited"})]
    return Story(
        times if corrected else row.outcome.replace("_", " "),
        row.expected.outlet,
        row.expected.title,
        "; ".join(WHY.get(reason, reason) for reason in reasons),
        tuple(told) if corrected else (),
    )


def _in_words(before: str, after: str) -> list[Change]:
    old, new = before.split(), after.split()
    groups = SequenceMatcher(a=old, b=new, autojunk=False).get_grouped_opcodes(CONTEXT)
    return [
        Change(_cut(old, group[0][1], group[-1][2]), _cut(new, group[0][3], group[-1][4]))
        for group in map(list, groups)
    ]


def _cut(words: Sequence[str], start: int, end: int) -> str:
    """Return some of the words, with signs where others are left out."""
    return f"{'… ' if start else ''}{' '.join(words[start:end])}{' …' if end < len(words) else ''}"
