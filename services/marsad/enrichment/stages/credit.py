"""Say whose text this is: which agencies and outlets it credits, and whether the outlet wrote it itself."""

from typing import Literal

from pydantic import Field

from marsad.enrichment.article import Article, Document, Fields, Stage
from marsad.enrichment.credits import MAX_CREDIT, Found, find_credit, named
from marsad.enrichment.stages.language import language_of
from marsad.text.normalise import normalise

MIN_NAME = 4  # letters that a credit and the outlet's own name must share

Origin = Literal["own", "reprint", "unknown"]


class Source(Fields):
    """An agency or outlet."""

    id: str = Field(description="stable id, for example `reuters`")
    name: str = Field(description="its name in Latin letters")


class CreditFields(Fields):
    """Whose text this is."""

    credit: str | None = Field(description="the credit as written, at most 300 characters; null where none was found")
    found_in: Literal["credit", "dateline", "line", "end"] | None = Field(
        description="the page's own credit; the dateline; a line of its own; brackets at the end of the text"
    )
    sources: tuple[Source, ...] = Field(description="known agencies and outlets that the credit names, in order")
    origin: Origin = Field(
        description="reprint: somebody else than the outlet is credited; own: the outlet alone is; unknown: "
        "there is no credit, or it names nobody known, or the outlet is not known"
    )


class Credit:
    """Finds the credit and says what it means for the outlet."""

    name = "credit"
    fields = CreditFields

    def apply(self, document: Document) -> CreditFields:
        """Return the credit of the first place that names a known source."""
        article, language = document.article, language_of(document)
        found = find_credit(article, language)
        if found is None:
            return CreditFields(credit=None, found_in=None, sources=(), origin="unknown")
        return CreditFields(
            credit=found.written.encode("utf-8", "replace").decode()[:MAX_CREDIT],
            found_in=found.place,
            sources=tuple(Source(id=source.id, name=source.name) for source in found.sources),
            origin=_origin(article, found, language),
        )


def _origin(article: Article, found: Found, language: str) -> Origin:
    credited = {source.id for source in found.sources}
    own = {source.id for source in named(article.site_name or "", language)}
    if article.outlet:
        spelled = article.outlet.replace("-", " ").upper()  # names begin with capitals
        own |= {source.id for source in named(spelled, language)} | {article.outlet}
    if not credited:
        return "own" if _is_own_name(article.site_name, found.written, language) else "unknown"
    if not article.outlet and not article.site_name:
        return "unknown"
    return "own" if credited <= own else "reprint"


def _is_own_name(site_name: str | None, written: str, language: str) -> bool:
    """Tell whether a credit that names no known source is the site's own name, or holds it, or is part of it."""
    site, credit = (normalise(name[:MAX_CREDIT], language) for name in (site_name or "", written))
    return len(min(site, credit, key=len)) >= MIN_NAME and (site in credit or credit in site)


def stage() -> Stage:
    """Build the stage."""
    return Credit()
