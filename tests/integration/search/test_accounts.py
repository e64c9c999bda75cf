"""Accounts and the services' role on a real Elasticsearch with security on."""

import json
import logging
import shutil
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path

import pytest
from elasticsearch import AsyncElasticsearch

from marsad.contracts.states import State
from marsad.errors import MarsadError, SearchUnavailable, SettingsError
from marsad.kibana.files import load
from marsad.provisioning import account_passwords
from marsad.search import accounts, articles, ledger, queries, templates
from marsad.search.client import connect
from marsad.search.counts import counts, recent
from marsad.search.marks import Marks
from marsad.search.names import Names
from marsad.search.sink import Document, Sink
from marsad.search.state import Change, StateIndex
from marsad.settings import Search, Settings
from support.payloads import NOON
from support.secured import ADMIN, Secured, secured_elasticsearch

pytestmark = pytest.mark.stack

NAMES = Names("own-")
JSON = {"accept": "application/json"}
ROLE = json.loads((Settings().deploy_dir / "elasticsearch/marsad.role.json").read_text())
FIRST = {"kibana_system": "kibana's first", "marsad": "the services' first", "analyst": "people's first"}


@pytest.fixture(scope="module")
def secured(artefacts: Path) -> Iterator[Secured]:
    """A server of this module's own."""
    with secured_elasticsearch(artefacts) as server:
        yield server


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the accounts' passwords lie."""
    write(tmp_path, FIRST)
    return tmp_path


@pytest.fixture
async def admin(secured: Secured) -> AsyncIterator[AsyncElasticsearch]:
    """Who may do everything."""
    async with connect(as_account(secured, ADMIN, secured.password_file)) as client:
        yield client


def write(folder: Path, passwords: Mapping[str, str]) -> None:
    """Write the files as an editor would, with a line's end."""
    for account, password in passwords.items():
        (folder / account).write_text(f"{password}\n")


def as_account(secured: Secured, username: str, password_file: Path) -> Settings:
    """Return settings of one who connects."""
    return Settings(
        search=Search(url=secured.url, username=username, password_file=password_file, index_prefix=NAMES.prefix)
    )


async def apply(admin: AsyncElasticsearch, folder: Path, roles: Path | None = None) -> None:
    """Do what `marsad setup` does on Elasticsearch."""
    deploy = Settings().deploy_dir / "elasticsearch"
    await templates.apply(admin, NAMES, deploy)
    await accounts.apply(admin, NAMES, roles or deploy, account_passwords(folder))


async def all_that_services_do(client: AsyncElasticsearch, mark: str) -> None:
    """Call every function with which services and commands work on the indices."""
    ended = {"task_id": mark, "state": "indexed", "terminal": True, "at": NOON.isoformat()}
    article = {"article_id": mark, "task_id": mark, "revision": 1, "title": "مرصد", "url": "https://ajil.example/a"}
    written = [
        Document(NAMES.articles(NOON), mark, 1, article),
        Document(NAMES.ledger, mark, State.INDEXED.rank, ended),
    ]
    sink = Sink(client, sleep=_no_pause)
    await sink.write(written)
    await sink.read([(document.index, document.id) for document in written])
    for index in (NAMES.state_urls, NAMES.state_feeds, NAMES.state_articles):
        await StateIndex(client, index).write({mark: Change({"seen": True})})
        await StateIndex(client, index).read([mark])
    await Marks(client, NAMES).put([mark], "dropped", NOON)
    await ledger.refresh(client, NAMES)
    assert (await counts(client, NAMES, fresh=True)).articles
    assert await recent(client, NAMES)
    assert [written.article_id async for written in ledger.written(client, NAMES)]
    assert mark in [report.task_id async for report in ledger.reports(client, NAMES)]
    assert await ledger.reports_by_id(client, NAMES, [mark])
    assert await ledger.find(client, NAMES, ids=[mark])
    assert await ledger.articles_at(client, NAMES, "https://ajil.example/a")
    assert await articles.by_id(client, NAMES, [mark])
    assert (await queries.search(client, NAMES, queries.Query(""))).total


async def _no_pause(_seconds: float) -> None:
    """Wait for nothing."""


async def test_the_services_can_do_all_they_do(admin: AsyncElasticsearch, secured: Secured, folder: Path) -> None:
    """Under their own account, from an empty system on: the month's index makes itself."""
    await apply(admin, folder)

    async with connect(as_account(secured, "marsad", folder / "marsad")) as client:
        await all_that_services_do(client, "a" * 32)


async def test_the_services_can_do_nothing_else(admin: AsyncElasticsearch, secured: Secured, folder: Path) -> None:
    """Other indices, deleting, templates and accounts are not theirs; new fields are, with the right to index."""
    await apply(admin, folder)

    async with connect(as_account(secured, "marsad", folder / "marsad")) as client:
        refused = client.options(ignore_status=403)
        answers = [
            await refused.index(index="elsewhere", document={}),
            await refused.search(index="elsewhere"),
            await refused.delete(index=NAMES.ledger, id="a"),
            await refused.indices.delete(index=NAMES.ledger),
            await refused.cluster.put_component_template(name="mine", template={}),
            await refused.security.get_user(),
            await refused.security.change_password(username="elastic", body={"password": FIRST["marsad"]}),
        ]

    assert [answer.meta.status for answer in answers] == [403] * len(answers)


@pytest.mark.parametrize(
    ("place", "privilege"),
    [(place, privilege) for place, entry in enumerate(ROLE["indices"]) for privilege in entry["privileges"]],
)
async def test_each_privilege_is_needed(
    admin: AsyncElasticsearch, secured: Secured, folder: Path, tmp_path: Path, place: int, privilege: str
) -> None:
    """Without any one of them, something that services do is refused."""
    less = [
        {**entry, "privileges": [kept for kept in entry["privileges"] if at != place or kept != privilege] or ["none"]}
        for at, entry in enumerate(ROLE["indices"])
    ]
    (tmp_path / "marsad.role.json").write_text(json.dumps({**ROLE, "indices": less}))
    await apply(admin, folder, tmp_path)
    await admin.options(ignore_status=404).indices.delete(index=NAMES.articles(NOON))
    # A refresh passes over what it may not touch: only what nobody else refreshes shows that it did.
    await admin.indices.put_settings(index=NAMES.ledger, settings={"refresh_interval": "-1"})

    async with connect(as_account(secured, "marsad", folder / "marsad")) as client:
        with pytest.raises((SearchUnavailable, AssertionError)):
            await all_that_services_do(client, f"{place}{privilege}")


async def test_analysts_read_articles_and_ledger_and_nothing_else(
    admin: AsyncElasticsearch, secured: Secured, folder: Path
) -> None:
    """With what their role has in Elasticsearch: Kibana puts it there, beside its own rights."""
    await apply(admin, folder)
    async with connect(as_account(secured, "marsad", folder / "marsad")) as client:
        await all_that_services_do(client, "b" * 32)
    (role,) = [wanted for wanted in load(Settings().deploy_dir / "kibana", NAMES.prefix) if wanted.kind == "role"]

    async with connect(as_account(secured, "analyst", folder / "analyst")) as client:
        refused = client.options(ignore_status=403)
        assert (await refused.search(index=NAMES.news)).meta.status == 403  # before the role is there
        await admin.security.put_role(name=role.id, **role.body["elasticsearch"])
        for index in (NAMES.news, f"{NAMES.news}-v1-*", NAMES.ledger):
            assert (await client.search(index=index))["hits"]["hits"]
            assert (await client.field_caps(index=index, fields="*"))["fields"]
            resolved = await client.perform_request("GET", f"/_resolve/index/{index}", headers=JSON)
            assert [*resolved["indices"], *resolved["aliases"]]
        answers = [
            await refused.search(index=NAMES.state_urls),
            await refused.index(index=NAMES.ledger, document={}),
            await refused.delete(index=NAMES.ledger, id="b" * 32),
            await refused.security.get_role(),
        ]

    assert [answer.meta.status for answer in answers] == [403] * len(answers)


async def test_a_changed_file_changes_the_password(
    admin: AsyncElasticsearch, secured: Secured, folder: Path, tmp_path: Path
) -> None:
    """Setting up again is how passwords are rotated; the old ones are worth nothing then."""
    await apply(admin, folder)
    old = shutil.copytree(folder, tmp_path / "old")
    write(folder, {account: f"{password}, changed" for account, password in FIRST.items()})
    await apply(admin, folder)

    for account in FIRST:
        async with connect(as_account(secured, account, folder / account)) as client:
            assert (await client.security.authenticate())["username"] == account
        async with connect(as_account(secured, account, old / account)) as client:
            assert (await client.options(ignore_status=401).security.authenticate()).meta.status == 401


async def test_doing_it_again_changes_nothing(admin: AsyncElasticsearch, folder: Path) -> None:
    """The same files leave the same roles and accounts."""
    await apply(admin, folder)
    before = await admin.security.get_role(), await admin.security.get_user()
    await apply(admin, folder)
    after = await admin.security.get_role(), await admin.security.get_user()

    assert [answer.body for answer in before] == [answer.body for answer in after]
    assert after[1]["analyst"]["roles"] == [accounts.ANALYST_ROLE]
    assert after[0]["marsad"]["indices"][0]["names"] == ["own-news"]


async def test_a_password_too_short_is_refused_unquoted(
    admin: AsyncElasticsearch, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The server says what is wrong; neither the message nor the logs have the password in them."""
    caplog.set_level(logging.DEBUG)
    write(folder, {"marsad": "yq7z"})

    with pytest.raises(MarsadError, match=r"putting the account marsad: .* at least") as refused:
        await apply(admin, folder)

    said = f"{refused.value}{refused.value.__cause__}{caplog.text}"
    assert not [password for password in ("yq7z", *FIRST.values()) if password in said]


async def test_a_wrong_password_of_the_one_who_sets_up(secured: Secured, folder: Path) -> None:
    """It names the settings."""
    async with connect(as_account(secured, ADMIN, folder / "analyst")) as stranger:
        with pytest.raises(SearchUnavailable, match="MARSAD_SEARCH__PASSWORD_FILE"):
            await accounts.apply(stranger, NAMES, Settings().deploy_dir / "elasticsearch", account_passwords(folder))


async def test_accounts_are_asked_for_but_security_is_off(search_client: AsyncElasticsearch, folder: Path) -> None:
    """The local stack has none."""
    with pytest.raises(SettingsError, match=r"security is off.*unset the folder"):
        await accounts.apply(search_client, NAMES, Settings().deploy_dir / "elasticsearch", account_passwords(folder))
