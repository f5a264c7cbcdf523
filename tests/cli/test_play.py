from __future__ import annotations

import json
import re
import webbrowser
from pathlib import Path

import pytest


def start_of(path: str | Path) -> dict:
    html = Path(path).read_text(encoding="utf-8")
    found = re.search(r'id="separatrix-start">(.*?)</script>', html, re.DOTALL)
    assert found
    return json.loads(found[1])


@pytest.fixture
def opened(monkeypatch) -> list[str]:
    """Addresses that a browser was asked to open."""
    addresses: list[str] = []
    monkeypatch.setattr(webbrowser, "open", lambda url: not addresses.append(url))
    return addresses


def test_a_toy_set(run):
    result = run("play", "spiral", "-o", "page.html")
    assert (result.exit_code, result.stdout) == (0, "page.html\n"), result.output
    assert start_of("page.html") == {
        "format": 1,
        "name": "spiral",
        "notes": [],
        "kind": "toy",
        "toy": "spiral",
    }


def test_without_a_file_the_page_is_opened(run, opened):
    result = run("play")
    assert result.exit_code == 0, result.output
    path = Path(result.stdout.strip())
    assert opened == [path.as_uri()]
    assert start_of(path)["kind"] == "toy"


def test_without_a_browser_the_file_is_named(run, monkeypatch):
    monkeypatch.setattr(webbrowser, "open", lambda url: False)
    result = run("play", "moons")
    assert result.exit_code == 0
    assert result.stderr == "note: no browser could be started; open the file above in one.\n"


def test_a_table(run, people):
    result = run("play", str(people), "--target", "member", "-o", "page.html")
    assert result.exit_code == 0, result.output
    start = start_of("page.html")
    assert (start["kind"], start["name"], start["target"]) == ("table", people.name, "member")


def test_a_built_in_set(run):
    assert run("play", "iris", "-o", "page.html").exit_code == 0
    assert start_of("page.html")["task"] == "classification"


def test_a_model_and_its_table(run, people, model):
    result = run("play", str(model), str(people), "-o", "page.html")
    assert result.exit_code == 0, result.output
    start = start_of("page.html")
    assert (start["kind"], start["n_rows"]) == ("model", len(start["y"]))
    assert sum(len(column["inputs"]) for column in start["columns"]) == start["network"]["n_in"]


@pytest.mark.parametrize("sources", [("moons", "xor"), ("m.safetensors",)])
def test_sources_that_do_not_go_together(run, sources):
    result = run("play", *sources)
    assert result.exit_code == 2
    assert "one data set or table, or a model file and a table" in result.stderr


def test_a_target_that_is_not_there(run):
    result = run("play", "iris", "--target", "targt", "-o", "page.html")
    assert result.exit_code == 2
    assert "there is no column 'targt'" in result.stderr
    assert not Path("page.html").exists()


def test_a_target_of_points_that_the_page_draws(run):
    result = run("play", "spiral", "--target", "y", "-o", "page.html")
    assert result.exit_code == 2
    assert "--target must be left out: the page draws these points, got 'y'." in result.stderr
    assert not Path("page.html").exists()


def test_a_page_does_not_replace_a_model(run, people, model):
    before = model.read_bytes()
    result = run("play", str(model), str(people), "-o", str(model))
    assert result.exit_code == 2
    assert f"a page ends in .html; name it '{model.with_suffix('.html')}'." in result.stderr
    assert model.read_bytes() == before
