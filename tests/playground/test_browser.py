"""The page in a browser: what `web/test/browser` does with it, from a file, as a reader would."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

import separatrix as sx
from separatrix.data.codes import LevelCode, PiecewiseLinearCode, RobustCode
from separatrix.data.datasets import load_dataset
from separatrix.data.encoder import TableEncoder
from separatrix.data.table import Table
from separatrix.estimators.to_model import to_model
from separatrix.network import Network
from separatrix.playground import Page, start_of_model, start_of_table

WEB = Path(__file__).parents[2] / "web"
SCENARIOS = WEB / "test" / "browser" / "scenarios.mjs"
CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
)
NODE = shutil.which("node")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.process,
    pytest.mark.skipif(not SCENARIOS.exists(), reason="needs the folder web of a checkout"),
    pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium: apt-get install chromium"),
    pytest.mark.skipif(NODE is None, reason="needs Node 20: apt-get install nodejs npm"),
    pytest.mark.skipif(
        not (WEB / "node_modules" / "playwright-core").exists(),
        reason="needs the tools of the page: npm ci in web",
    ),
]
NAMES = (
    re.findall(r'^    name: "(.*)",$', SCENARIOS.read_text(encoding="utf-8"), re.M)
    if SCENARIOS.exists()
    else []
)


def small_model() -> sx.Model:
    """Return a network whose weights are round numbers."""
    network = Network.mlp(2, (2,), 1, activation="tanh", head="binary")
    theta = np.array([0.25, -0.5, 1.0, 0.75, -1.5, 0.5, 2.0, -1.0, 0.125])
    return sx.Model(network, theta, classes=["no", "yes"])


def small_ensemble() -> tuple[sx.Ensemble, Table]:
    """Return two networks that read a table with codes of its columns, and its rows."""
    age, job = np.array([20.0, np.nan, 70.0, 41.0]), np.array(["cook", "nurse", None, "cook"], dtype=object)
    codes = (RobustCode.fit(age, "age"), LevelCode.fit(job, "job", 9), PiecewiseLinearCode.fit(age, "age", 2))
    encoder = TableEncoder(codes)
    network = Network.mlp(encoder.n_features_out, (3,), 1, activation="tanh", head="binary")
    models = [
        sx.Model(network, np.random.RandomState(seed).randn(network.n_parameters), ["no", "yes"], encoder)
        for seed in (0, 1)
    ]
    return sx.Ensemble(models, [1, 3]), Table({"job": job, "age": age})


def dates_table() -> Table:
    """Return columns of dates with and without a time, of times, and of numbers, with gaps."""
    rows = range(60)
    days = [f"20{10 + i % 12}-{1 + i % 7:02d}-{1 + i % 28:02d}" for i in rows]
    return Table(
        {
            "joined": [None if i % 9 == 4 else days[i] for i in rows],
            "seen": [None if i % 13 == 5 else f"2024-01-{1 + i % 9:02d} {i % 24:02d}:30" for i in rows],
            "at": [f"{(5 * i) % 24:02d}:{(7 * i) % 60:02d}" for i in rows],
            "hours": [None if i % 7 == 3 else i % 11 for i in rows],
            "member": ["yes" if i % 5 < 2 else "no" for i in rows],
        }
    )


def dates_model() -> sx.Model:
    """Return a network that reads a table with dates."""
    classifier = sx.MLPClassifier((3,), solver="lbfgs", alpha=0.1, max_iter=2000, random_state=0)
    model = to_model(classifier.fit_table(dates_table(), target="member"))
    assert isinstance(model, sx.Model)
    return model


def with_dates(path: Path) -> None:
    """Save the page of a network that reads a table with dates."""
    table = dates_table()
    columns = {name: column for name, column in table.columns.items() if name != "member"}
    Page(start_of_model(dates_model(), Table(columns), table.columns["member"])).save(path)


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """The pages, and what is downloaded from them."""
    return tmp_path_factory.mktemp("pages")


@pytest.fixture(scope="module")
def outcomes(folder) -> dict[str, str | None]:
    """What went wrong in each scenario, or None."""
    assert CHROMIUM
    assert NODE
    for toy in ("circles", "spiral"):
        sx.playground(toy).save(folder / f"{toy}.html")
    Page(start_of_table(load_dataset("diabetes"), "target", "diabetes")).save(folder / "diabetes.html")
    X = np.random.RandomState(0).randn(60, 2)
    model = small_model()
    sx.playground(model, X, model.predict(X)).save(folder / "model.html")
    (folder / "ensemble").mkdir()
    ensemble, table = small_ensemble()
    sx.playground(ensemble, table, ["no", "yes", "yes", "no"]).save(folder / "ensemble.html")
    with_dates(folder / "dates.html")
    script = WEB / "test" / "browser" / "run.mjs"
    done = subprocess.run(
        [NODE, script, CHROMIUM, folder], capture_output=True, text=True, timeout=600, check=False
    )
    assert done.returncode == 0, done.stderr
    return {line["name"]: line["error"] for line in map(json.loads, done.stdout.splitlines())}


@pytest.mark.parametrize("name", NAMES)
def test_scenario(outcomes, name):
    assert name in outcomes
    assert outcomes[name] is None, outcomes[name]


def test_the_exported_model_predicts_what_the_page_predicted(outcomes, folder):
    assert outcomes["everything is exported"] is None
    model = sx.load(folder / "model.safetensors")
    asked = json.loads((folder / "asked.json").read_text())
    shown = [float(one["star"].removesuffix(" %")) for one in asked]
    predicted = 100 * model.predict_proba([one["row"] for one in asked])[:, 1]
    assert np.abs(predicted - shown).max() <= 0.05 + 1e-9  # the page shows one decimal


def test_the_exported_network_of_an_ensemble_predicts_the_same(outcomes, folder):
    assert (
        outcomes["a saved ensemble has the columns of its table, and the network shown is exported"] is None
    )
    ensemble, table = small_ensemble()
    model = sx.load(folder / "ensemble" / "model.safetensors")
    shown = ensemble.models[1]
    np.testing.assert_allclose(model.predict_proba(table), shown.predict_proba(table), rtol=1e-12)
    code = subprocess.run(
        [sys.executable, folder / "ensemble" / "network.py"], capture_output=True, text=True, check=False
    )
    assert code.returncode == 0, code.stderr
    for row in json.loads((folder / "ensemble" / "asked.json").read_text()):
        job = np.array([row["job"] or None], dtype=object)
        asked = Table({"age": [float(row["age"] or "nan")], "job": job})
        percentage = float(row["yes"].removesuffix(" %"))
        assert abs(percentage - 100 * shown.predict_proba(asked)[0, 1]) <= 0.05 + 1e-2  # lines between knots


def test_what_is_asked_with_dates_is_what_the_model_predicts(outcomes, folder):
    assert outcomes["a date is asked for as a date, and an empty one is a missing one"] is None
    model = dates_model()
    for one in json.loads((folder / "dates.json").read_text()):
        *cells, hours = (cell or None for cell in one["row"])
        dates = (np.array([cell], dtype=object) for cell in cells)
        named = dict(zip(("joined", "seen", "at"), dates, strict=True))
        row = Table({**named, "hours": [float(hours or "nan")]})
        shown = float(one["yes"].removesuffix(" %"))
        assert abs(shown - 100 * model.predict_proba(row)[0, 1]) <= 0.05 + 1e-9


def test_the_other_exports(outcomes, folder):
    assert outcomes["everything is exported"] is None
    model = sx.load(folder / "model.safetensors")
    code = subprocess.run(
        [sys.executable, folder / "network.py"], capture_output=True, text=True, check=False, timeout=60
    )
    assert code.returncode == 0, code.stderr
    assert isinstance(json.loads((folder / "model.json").read_text()), dict)
    rows = (folder / "data.csv").read_text().splitlines()
    assert len(rows) == 1 + 360
    assert model.network.n_in == 2
    for name in ("boundary", "network", "loss"):
        assert (folder / f"{name}.png").read_bytes().startswith(b"\x89PNG")
        tree = ElementTree.parse(folder / f"{name}.svg")
        assert tree.getroot().tag == "{http://www.w3.org/2000/svg}svg"
