"""The guide in docs/ says what the model does."""

import json
import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from marsad.extraction.extract import extract
from marsad.outlets import Checked, Name, Outlet, Reprint, load, read

GUIDE = (Path(__file__).parents[3] / "docs" / "adding-an-outlet.md").read_text(encoding="utf-8")
ROWS = dict(re.findall(r"^\| `([\w.]+)` \| ((?:yes|no) \| .+?) \|$", GUIDE, re.MULTILINE))


@pytest.mark.parametrize(
    ("model", "prefix"), [(Outlet, ""), (Name, "name."), (Reprint, "reprints."), (Checked, "checked.")]
)
def test_every_key_stands_in_the_table(model: type[BaseModel], prefix: str) -> None:
    """The table has each key, whether it is needed, and the model's own description."""
    for key, field in model.model_fields.items():
        assert ROWS[prefix + key] == f"{'yes' if field.is_required() else 'no'} | {field.description}"


def test_table_has_no_other_keys() -> None:
    """Nothing in the table is unknown to the model."""
    keys = len(Outlet.model_fields) + len(Name.model_fields) + len(Reprint.model_fields) + len(Checked.model_fields)

    assert len(ROWS) == keys


def test_example_is_a_right_outlet_file(tmp_path: Path) -> None:
    """The example of the guide passes the check, uses every key, and works beside the built-in files."""
    (example,) = re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL)
    path = tmp_path / "oasis-times.yaml"
    path.write_text(example, encoding="utf-8")

    outlet = read(path)

    assert outlet.model_fields_set == set(Outlet.model_fields)
    found = load([tmp_path]).for_url("https://www.oasis.example.org/1")
    assert found == outlet


def test_example_page_comes_out_as_shown(tmp_path: Path) -> None:
    """With the example's file the page gives what the guide prints, without it what the guide says of it."""
    (example,) = re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL)
    (html,) = re.findall(r"```html\n(.*?)```", GUIDE, re.DOTALL)
    (shown,) = re.findall(r"```json\n(.*?)```", GUIDE, re.DOTALL)
    (tmp_path / "oasis-times.yaml").write_text(example, encoding="utf-8")
    url = "https://oasis.example.org/news/1"

    before = extract(html.encode(), url, outlets=load())
    after = extract(html.encode(), url, outlets=load([tmp_path]))

    assert {"file": "page.html", **after.model_dump(mode="json", exclude_none=True)} == json.loads(shown)
    assert before.text.split("\n") == [
        "اقتصاد",
        *after.text.split("\n"),
        "(وكالة سانا)",
        "تابعوا صحيفة الواحة على قنواتها",
    ]
    assert (before.title, before.lead, before.credit) == (f"{after.title} - صحيفة الواحة", None, None)
