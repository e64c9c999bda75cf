"""How much of a gold text an extracted text covers, and how much else it holds: F1 over 4-grams of words.

The measure of the article extraction benchmark (https://github.com/scrapinghub/article-extraction-benchmark): counts of
true positives, false positives and false negatives of a page are divided by their sum; precision and recall are means
over the pages, F1 is that of the means.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import astuple, dataclass

WORD = re.compile(r"\w+")
SIZE = 4  # words


@dataclass(frozen=True, slots=True)
class Score:
    """Means over pages, each between 0 and 1."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """Harmonic mean of both."""
        return 2 * self.precision * self.recall / (self.precision + self.recall)


def shingles(text: str) -> Counter[tuple[str, ...]]:
    """Count the runs of four words; a shorter text is one run."""
    words = WORD.findall(text)
    return Counter(tuple(words[n : n + SIZE]) for n in range(max(1, len(words) - SIZE + 1)))


def page_score(gold: str, found: str) -> Score:
    """Compare the texts of one page."""
    wanted, got = shingles(gold), shingles(found)
    true, extra, missed = (sum(count.values()) for count in (wanted & got, got - wanted, wanted - got))
    precision = 1.0 if extra == missed == 0 else true / max(1, true + extra)
    recall = 1.0 if extra == missed == 0 else true / max(1, true + missed)
    return Score(precision, recall)


def mean(scores: Sequence[Score]) -> Score:
    """Return the means over pages."""
    precision, recall = (sum(values) / len(scores) for values in zip(*map(astuple, scores), strict=True))
    return Score(precision, recall)
