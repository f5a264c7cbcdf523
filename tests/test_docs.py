"""The blocks of README.md and of docs/ run as they are written, in the order of their page.

A comment before a block says what is different in the test, and why:

    <!-- not tested: it installs packages -->
    <!-- tested with record=10 for record=1: fewer frames -->
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import warnings
import webbrowser
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import polars as pl
import pytest
from matplotlib import pyplot as plt
from sklearn.datasets import make_moons
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import train_test_split
from typer.testing import CliRunner

from separatrix.cli.app import app
from separatrix.data.table_files import ReadWarning

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
MARK = r"<!-- (?:not tested|tested with .+? for .+?): [^\n]+? -->\n+"
FENCE = re.compile(rf"^(?P<marks>(?:{MARK})*)```(?P<language>\w*)\n(?P<text>.*?)^```$", re.M | re.S)
SHOWN = {"text", "toml", "json", ""}  # languages of blocks that are not run


@dataclass(frozen=True)
class Block:
    """One block of a page."""

    language: str
    text: str
    is_tested: bool


def blocks_of(page: Path) -> list[Block]:
    """Return the blocks of a page, with what the test changes."""
    found = []
    for part in FENCE.finditer(page.read_text(encoding="utf-8")):
        text = part["text"]
        for new, old in re.findall(r"<!-- tested with (.+?) for (.+?): ", part["marks"]):
            assert old in text, f"{page.name}: no block has {old!r}"
            text = text.replace(old, new)
        found.append(Block(part["language"], text, "<!-- not tested" not in part["marks"]))
    return found


def write_people(name: str, n_rows: int, seed: int, target: str | None = None) -> None:
    draw = np.random.RandomState(seed)
    age = draw.randint(18, 80, n_rows)
    columns: dict[str, Any] = {
        "age": [None if draw.rand() < 0.1 else int(each) for each in age],
        "income": draw.randint(20, 90, n_rows),
        "town": draw.choice(["Bonn", "Ulm"], n_rows).tolist(),
    }
    if target is not None:
        columns[target] = np.where((age > 45) ^ (draw.rand(n_rows) < 0.1), "yes", "no").tolist()
    table = pl.DataFrame(columns)
    if name.endswith(".parquet"):
        table.write_parquet(name)
    else:
        table.write_csv(name)


@pytest.fixture
def names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """A folder with the files that pages name; what is returned are the names that their Python uses."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(webbrowser, "open", lambda url: True)
    # Small tables are judged by test rows: folds train ten times more, and have their own tests.
    monkeypatch.setattr("separatrix.cli.fit_run.has_few_rows", lambda *arguments: False)
    mpl.use("agg")
    for name, target in {
        "mydata": "outcome",
        "test": "outcome",
        "churn": "churn",
        "later": "churn",
        "people": "member",
    }.items():
        write_people(f"{name}.csv", 120, len(name), target)
    for number in (1, 2):
        write_people(f"part-{number}.parquet", 60, number, "outcome")
    write_people("new.csv", 20, 3)
    sales = "Sales of 2024\n\nage;paid;bought\n" + "".join(
        f"{n};{n},5;{'yes' if n > 40 else 'no'}\n" for n in range(20, 60)
    )
    Path("sales.csv").write_text(sales, encoding="cp1252")
    subprocess.run(["gzip", "-k", "new.csv"], check=True)
    X, y = make_moons(300, noise=0.1, random_state=0)
    X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
    return {"X": X, "y": y, "X_train": X_train, "X_test": X_test, "y_train": y_train, "y_test": y_test}


def run_python(text: str, page: Path, names: dict[str, Any]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # some networks are to learn nothing
        warnings.simplefilter("ignore", ReadWarning)  # a page shows what is guessed
        exec(compile(text, page.name, "exec"), names)
    plt.close("all")


def run_shell(text: str) -> None:
    for line in text.replace("\\\n", " ").splitlines():
        words = shlex.split(line, comments=True)
        if "|" in words:
            run_pipe(line)
        elif words:
            assert words[0] == "separatrix", line
            result = CliRunner().invoke(app, words[1:])
            assert result.exit_code == 0, (line, result.output)


def run_pipe(line: str) -> None:
    """Run a command with a pipe in a shell that finds this `separatrix`."""
    script = f'set -eo pipefail; separatrix() {{ "{sys.executable}" -m separatrix "$@"; }}; {line}'
    path = os.pathsep.join([str(ROOT / "src"), os.environ.get("PYTHONPATH", "")])
    subprocess.run(["bash", "-c", script], check=True, env=os.environ | {"PYTHONPATH": path}, timeout=120)


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_block_of_a_page_runs(page: Path, names: dict[str, Any], capsys: Any) -> None:
    printed = ""
    for block in blocks_of(page):
        printed += capsys.readouterr().out
        if block.language == "text":  # what was printed, shortened
            assert set(block.text.splitlines()) <= {*printed.splitlines(), ""}
        if block.language in SHOWN or not block.is_tested:
            continue
        if block.language == "python":
            run_python(block.text, page, names)
        else:
            assert block.language == "sh", block.language
            run_shell(block.text)


def test_each_mark_stands_before_a_block() -> None:
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        marks = re.findall(r"<!-- (?:not )?tested", text)
        used = "".join(part["marks"] for part in FENCE.finditer(text))
        assert len(marks) == len(re.findall(r"<!-- (?:not )?tested", used)), page.name


def test_what_a_mark_changes_is_in_its_block(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("<!-- tested with n=1 for n=100: quick -->\n\n```python\nf(n=100)\n```\n")
    assert blocks_of(page) == [Block("python", "f(n=1)\n", True)]
    page.write_text("<!-- not tested: slow -->\n```sh\nls\n```\n")
    assert blocks_of(page) == [Block("sh", "ls\n", False)]
    page.write_text("<!-- tested with n=1 for m=100: quick -->\n```python\nf(n=100)\n```\n")
    with pytest.raises(AssertionError, match="no block has 'm=100'"):
        blocks_of(page)
