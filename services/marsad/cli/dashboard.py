"""`marsad dashboard`: data views, the dashboard *Newsroom* and the analysts' role in Kibana."""

from rich.console import Console

from marsad.cli.terminal import clean
from marsad.kibana.client import connect
from marsad.kibana.files import load
from marsad.kibana.upsert import upsert
from marsad.settings import settings

console = Console(highlight=False, markup=False, soft_wrap=True)


def dashboard() -> None:
    """Bring Kibana to what `deploy/kibana/` says; it may be repeated at any time, and writes only what differs.

    It waits until Kibana is available, then writes the data views, the dashboard *Newsroom* and the role
    `marsad_analyst`, with which the account `analyst` may read and draw. To change the dashboard, edit its file and
    run this again. Kibana is where MARSAD_KIBANA__URL says, such as `http://127.0.0.1:5601`; the command logs in with
    MARSAD_SEARCH__USERNAME and MARSAD_SEARCH__PASSWORD_FILE, usually as `elastic`.

    Example: marsad dashboard
    """
    own = settings()
    wanted = load(own.deploy_dir / "kibana", own.search.index_prefix)  # before waiting: a mistake is told at once
    changed = 0
    with connect(own) as kibana:
        kibana.wait_until_ready()
        for done in upsert(kibana, wanted):
            changed += done.what != "unchanged"
            console.print(clean(f"{done.kind.replace('-', ' ')} {done.id} {_said(done.what)}"))
    console.print(f"{changed} of {len(wanted)} objects were written." if changed else "Nothing had to be changed.")


def _said(what: str) -> str:
    return "is as wanted" if what == "unchanged" else f"was {what}"
