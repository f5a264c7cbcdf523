from __future__ import annotations

import shutil
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
    return write_people(tmp_path)


def write_people(folder: Path) -> Path:
    rows = ["id,age,town,member,target"]
    for i in range(40):
        age = "" if i == 7 else f"{20 + i}.50"
        town, member = "Bonn" if i % 3 else "Ulm", "true" if i % 2 else "false"
        rows.append(f"{i}.00,{age},{town},{member},{'yes' if i > 19 else 'no'}")
    path = folder / "people.csv"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def models_of_people(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two models of `people`, trained once: of one hidden layer, and of two."""
    people = write_people(tmp_path_factory.mktemp("people"))
    paths = []
    for hidden in ("4", "3,2"):
        path = people.with_name(f"people-{hidden}.safetensors")
        options = ("--engine", "numpy", "--hidden", hidden, "--rate", "0.001", "--folds", "0", "--no-trees")
        result = CliRunner().invoke(app, ["fit", str(people), *options, "-o", str(path)])
        assert result.exit_code == 0, result.output
        paths.append(path)
    return paths[0], paths[1]


@pytest.fixture
def model(run: Run, people: Path, models_of_people: tuple[Path, Path]) -> Path:
    """A model of `people`."""
    return Path(shutil.copy(models_of_people[0], people.with_name("people.safetensors")))


@pytest.fixture
def ensemble(run: Run, people: Path, models_of_people: tuple[Path, Path]) -> Path:
    """An ensemble of two networks for `people`; the second has three times the weight."""
    path = people.with_name("ensemble.safetensors")
    sx.save(sx.Ensemble([sx.load(each) for each in models_of_people], [1, 3]), path)
    return path


@pytest.fixture(autouse=True)
def judged_by_test_rows(request, monkeypatch):
    """Judge small tables by test rows, as folds take several times as long, but in tests with the marker."""
    if request.node.get_closest_marker("judged_by_folds") is None:
        monkeypatch.setattr("separatrix.cli.fit_run.has_few_rows", lambda *arguments: False)
