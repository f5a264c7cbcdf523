from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

import separatrix as sx
from separatrix.cli.app import app

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def invoke(*arguments: str, **options: object) -> Result:
        return CliRunner().invoke(app, list(arguments), **options)

    return invoke


@pytest.fixture
def people(tmp_path: Path) -> Path:
    """Forty rows with missing numbers, text, true/false and an identifier; the older half says yes."""
    rows = ["id,age,town,member,target"]
    for i in range(40):
        age = "" if i == 7 else f"{20 + i}.50"
        town, member = "Bonn" if i % 3 else "Ulm", "true" if i % 2 else "false"
        rows.append(f"{i}.00,{age},{town},{member},{'yes' if i > 19 else 'no'}")
    path = tmp_path / "people.csv"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def model(run: Run, people: Path) -> Path:
    """A model of `people`."""
    result = run(
        "fit",
        str(people),
        "--engine",
        "numpy",
        "--hidden",
        "4",
        "--rate",
        "0.001",
        "-o",
        "people.safetensors",
    )
    assert result.exit_code == 0, result.output
    return people.with_name("people.safetensors")


@pytest.fixture
def ensemble(run: Run, people: Path) -> Path:
    """An ensemble of two networks for `people`; the second has three times the weight."""
    models = []
    for hidden in ("4", "3,2"):
        run(
            "fit",
            str(people),
            "--engine",
            "numpy",
            "--hidden",
            hidden,
            "--rate",
            "0.001",
            "-o",
            "one.safetensors",
        )
        models.append(sx.load("one.safetensors"))
    path = people.with_name("ensemble.safetensors")
    sx.save(sx.Ensemble(models, [1, 3]), path)
    return path


@pytest.fixture(autouse=True)
def judged_by_test_rows(request, monkeypatch):
    """Judge small tables by test rows, as folds take several times as long, but in tests with the marker."""
    if request.node.get_closest_marker("judged_by_folds") is None:
        monkeypatch.setattr("separatrix.cli.fit_run.has_few_rows", lambda *arguments: False)
