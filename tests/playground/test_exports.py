"""Files that the playground's page exports, read by the package: equal predictions."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import separatrix as sx

WEB = Path(__file__).parents[2] / "web"
NAMES = ["circles", "blobs", "waves", "linear", "quadratic", "mixed", "price", "counts"]

pytestmark = [
    pytest.mark.process,
    pytest.mark.skipif(
        shutil.which("node") is None or not (WEB / "node_modules").is_dir(),
        reason="needs Node and, in web/, 'npm ci'",
    ),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("exports")
    for command in (["build.mjs", "--tests"], ["build/samples/exports.mjs", str(path)]):
        subprocess.run(["node", *command], cwd=WEB, check=True, timeout=120)
    return path


def expected_of(folder: Path, name: str) -> dict[str, Any]:
    values: dict[str, Any] = json.loads((folder / f"{name}.expected.json").read_text("utf-8"))
    return values


def model_of(folder: Path, name: str) -> sx.Model:
    model = sx.load(folder / f"{name}.safetensors")
    assert isinstance(model, sx.Model)
    return model


@pytest.mark.parametrize("name", NAMES)
def test_model_file_predicts_the_same(folder: Path, name: str) -> None:
    expected, model = expected_of(folder, name), model_of(folder, name)
    columns = {
        column: np.array([row[j] for row in expected["rows"]]) for j, column in enumerate(expected["names"])
    }
    outputs = np.array(expected["outputs"])
    predicted = model(columns)
    np.testing.assert_allclose(predicted, outputs if model.is_classifier else outputs[:, 0], rtol=1e-12)
    assert model.target_name == expected["target"]
    assert (model.training or {})["epochs"] == 20


def test_classes_keep_their_type(folder: Path) -> None:
    assert np.asarray(model_of(folder, "blobs").classes).tolist() == [0, 1, 2, 3]
    assert np.asarray(model_of(folder, "mixed").classes).tolist() == ["k0", "k1", "k2"]


@pytest.mark.parametrize("name", NAMES)
def test_code_runs_and_agrees(folder: Path, name: str) -> None:
    # The script compares its predictions with those of the page.
    command = [sys.executable, "-W", "error", str(folder / f"{name}.py")]
    result = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("name", NAMES)
def test_json_has_the_weights(folder: Path, name: str) -> None:
    values, model = json.loads((folder / f"{name}.json").read_text("utf-8")), model_of(folder, name)
    for layer, coefs, intercepts in zip(values["weights"], model.coefs, model.intercepts, strict=True):
        assert np.array_equal(layer["weight"], coefs)
        assert np.array_equal(layer["bias"] or [], intercepts)


@pytest.mark.parametrize("name", ["circles", "mixed"])
def test_data_as_csv(folder: Path, name: str) -> None:
    expected = expected_of(folder, name)
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    assert header == [*expected["names"], expected["target"], "held back"]
    assert len(rows) == expected["nRows"]
    assert sum(row[-1] == "yes" for row in rows) == -(-len(rows) // 4)
    for row, values in zip(rows, expected["rows"], strict=False):
        assert [type(value)(cell) for cell, value in zip(row, values, strict=False)] == values
