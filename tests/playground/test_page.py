from __future__ import annotations

import base64
import hashlib
import json
import re
from html import unescape

import pytest

import separatrix as sx
from separatrix.data.table import Table
from separatrix.errors import OutputError
from separatrix.playground import Page, start_of_table

HOSTILE = [
    "</script><script>alert(1)</script>",
    "<!--",
    "\u2028",
    "\"'&amp;",
    "\U0001f600",
    "שלום",
    "x" * 10_000,
    "\ud800",
]


def parts(html: str) -> tuple[str, str, str, str]:
    """Return the policy, the style sheet, the data and the script of a page."""
    found = re.fullmatch(
        r'.*content="(default-src[^"]*)".*<style>(.*)</style>.*<script type="application/json" '
        r'id="separatrix-start">(.*?)</script>\n<script type="module">(.*)</script>\n</body>\n</html>\n',
        html,
        re.DOTALL,
    )
    assert found
    return found.groups()


def sha(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def test_the_policy_allows_the_script_and_the_style_and_nothing_else():
    policy, style, _, script = parts(sx.playground("circles").html)
    assert policy == (
        f"default-src 'none'; script-src '{sha(script)}'; style-src '{sha(style)}'; img-src data: blob:; "
        "base-uri 'none'; form-action 'none'"
    )


def test_the_script_cannot_end_its_element():
    _, style, _, script = parts(sx.playground().html)
    assert "</script" not in script.lower()
    assert "<!--" not in script
    assert "</style" not in style.lower()


def test_the_page_names_no_address_to_load_from():
    html = sx.playground().html
    assert not re.search(r"""(src|href)\s*=\s*["']?(https?:)?//""", html)
    assert "url(http" not in html


def test_hostile_cells_and_names_arrive_as_text():
    table = Table({f"a{cell}": [cell, "b"] for cell in HOSTILE} | {"y": ["u", "v"]})
    html = Page(start_of_table(table, "y", HOSTILE[0])).html
    _, _, data, _ = parts(html)
    assert "<" not in data
    values = json.loads(data)
    shown = [cell.replace("\ud800", "?") for cell in HOSTILE]
    assert [column["cells"][0] for column in values["columns"][:-1]] == shown
    assert [column["name"] for column in values["columns"][:-1]] == [f"a{cell}" for cell in shown]
    title = re.search(r"<title>(.*)</title>", html)
    assert title
    assert unescape(title[1]) == f"{HOSTILE[0]} · Separatrix"


def test_saved_is_shown(tmp_path):
    page = sx.playground([[0.0], [1.0]], ["a", "b"], name="two")
    path = page.save(tmp_path / "page.html")
    assert path.read_text(encoding="utf-8") == page.html
    assert b"\r" not in path.read_bytes()
    assert repr(page) == "<Page 'two', 2 rows>"


def test_a_folder_that_does_not_exist(tmp_path):
    with pytest.raises(OutputError, match="does not exist"):
        sx.playground().save(tmp_path / "none" / "page.html")


def test_a_notebook_shows_the_page_in_a_sandbox():
    page = sx.playground("xor")
    frame = page._repr_html_()
    found = re.fullmatch(
        r'<iframe srcdoc="([^"]*)" sandbox="allow-scripts allow-downloads" .*></iframe>', frame
    )
    assert found
    assert unescape(found[1]) == page.html


def test_the_package_can_be_called_however_it_was_imported():
    import separatrix.playground

    assert sx.playground is separatrix.playground
    assert repr(sx.playground("moons")) == "<Page 'moons'>"
