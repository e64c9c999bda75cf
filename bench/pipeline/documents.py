"""The documents: each a page as its site serves it, and sentences that no other document has."""

import gzip
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.pipeline.shells import SHELLS, set_into_page
from marsad.text.sentences import sentences
from marsad.text.words import words
from marsad.urls import key_of

MIN_WORDS, MAX_WORDS = 6, 25  # of a sentence to search by
CHARS = 400  # of it: a query has a cap


@dataclass(frozen=True, slots=True)
class Document:
    """A page and its text.

    Attributes:
        name: for the table.
        site: pages of one site are served from one address.
        outlet: id of the built-in outlet file that holds for its site, or None.
        html: the page's bytes.
        text: what its article says, as people wrote it down.
        language: ISO 639 code of the text.
    """

    name: str
    site: str
    outlet: str | None
    html: bytes
    text: str
    language: str


def load(root: Path) -> list[Document]:
    """Return all documents below the folder. Raises FileNotFoundError where its parts are missing."""
    return [*_pages(root / "data" / "extraction" / "aeb"), *_seeds(root / "seeds")]


def own_sentences(documents: Sequence[Document]) -> dict[str, list[str]]:
    """Return, by document, sentences of it that no other document has: from its middle, its beginning and its end.

    One place alone would not do: gold texts hold embedded posts and captions too, which are no article's text.
    """
    keyed = {document.name: f" {_key(document.text, document.language)} " for document in documents}
    chosen = {}
    for document in documents:
        own = [
            sentence
            for sentence in _sentences(document)
            if not _elsewhere(f" {_key(sentence, document.language)} ", document.name, keyed)
        ]
        places = (len(own) // 2, 0, len(own) - 1) if own else ()
        chosen[document.name] = list(dict.fromkeys(own[place] for place in places))
    return chosen


def _pages(folder: Path) -> Iterator[Document]:
    gold = json.loads((folder / "ground-truth.json").read_text(encoding="utf-8"))
    for name, entry in sorted(gold.items()):
        html = gzip.decompress((folder / "html" / f"{name}.html.gz").read_bytes())
        yield Document(name[:12], key_of(entry["url"]), None, html, entry["articleBody"], "en")


def _seeds(folder: Path) -> Iterator[Document]:
    paths = sorted(folder.glob("*.txt"))
    if len(paths) != len(SHELLS):
        raise FileNotFoundError(f"{folder} holds {len(paths)} texts, {len(SHELLS)} are expected")
    for path, shell in zip(paths, SHELLS, strict=True):
        text = path.read_text(encoding="utf-8")
        yield Document(path.stem[:12], shell.outlet, shell.outlet, set_into_page(shell, text), text, "ar")


def _sentences(document: Document) -> Iterator[str]:
    """Yield what can be searched by: sentences of at least MIN_WORDS words, of longer ones the first MAX_WORDS."""
    for span in sentences(document.text, document.language):
        sentence = document.text[span.start : span.end]
        known = list(words(sentence, document.language))
        if len(known) >= MIN_WORDS:
            yield " ".join(sentence[: known[:MAX_WORDS][-1].end].split())[:CHARS]


def _key(text: str, language: str) -> str:
    return " ".join(word.key for word in words(text, language))


def _elsewhere(key: str, name: str, keyed: dict[str, str]) -> bool:
    return any(key in text for other, text in keyed.items() if other != name)
