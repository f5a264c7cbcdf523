from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import separatrix as sx

pytestmark = pytest.mark.slow


def test_a_row_is_explained(run, people, model):
    result = run("explain", str(model), str(people), "--row", "3")
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("Row 3: the model predicts no with probability ")
    assert "THE NUDGE" in result.stdout
    assert "The right answer is no." in " ".join(result.stdout.split())


def test_a_prediction_alone(run, people, model):
    rows = Path("new.csv")
    rows.write_text("\n".join(line.rsplit(",", 1)[0] for line in people.read_text().splitlines()) + "\n")
    result = run("explain", str(model), str(rows), "--label", "yes")
    assert result.exit_code == 0, result.output
    assert "log-odds of yes" in result.stdout
    assert "THE NUDGE" not in result.stdout
    assert "without the training step: it needs the true target" in result.stderr
    assert "THE NUDGE" not in run("explain", str(model), str(people), "--no-step").stdout


def test_an_ensemble_is_explained(run, people, ensemble):
    result = run("explain", str(ensemble), str(people), "--row", "30")
    assert result.exit_code == 0, result.output
    assert "P(yes) is" in result.stdout
    assert "this is an ensemble" in result.stderr


def test_cells_that_cannot_be_read_count_in_the_row_alone(run, people, model):
    header, *lines = people.read_text(encoding="utf-8").splitlines()
    at = header.split(",").index("age")
    for row in (2, 4):
        cells = lines[row].split(",")
        cells[at] = "old"
        lines[row] = ",".join(cells)
    Path("bad.csv").write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    result = run("explain", str(model), "bad.csv", "--row", "2", "--no-step")
    assert result.exit_code == 0, result.output
    assert "'age' has text that cannot be read, such as 'old', in 2 of 39 rows" in result.stderr
    refused = run("explain", str(model), "bad.csv", "--row", "5")
    assert refused.exit_code == 2
    assert "column 'age' has text 'old' in row 5 where numbers are needed" in refused.stderr
    assert refused.stderr.endswith("With --faults missing it is taken as missing.\n")
    taken = run("explain", str(model), "bad.csv", "--row", "5", "--faults", "missing")
    assert taken.exit_code == 0, taken.output


def test_files(run, people, model):
    assert run("explain", str(model), str(people), "-o", "row.html").exit_code == 0
    page = Path("row.html").read_text(encoding="utf-8")
    assert "<details>" in page
    assert "http" not in page
    assert run("explain", str(model), str(people), "--level", "full", "-o", "row.html").exit_code == 0
    assert "<td>new W1</td>" in Path("row.html").read_text(encoding="utf-8")
    assert run("explain", str(model), str(people), "-o", "row.png").exit_code == 0
    assert Path("row.png").read_bytes().startswith(b"\x89PNG")


def test_json(run, people, model):
    result = run("explain", str(model), str(people), "--json")
    values = json.loads(result.stdout)
    assert values["row"] == 1
    assert {column["name"] for column in values["prediction"]["columns"]} >= {"age", "town", "member"}
    assert values["step"]["steps"][0]["name"] == "x"


def test_bad_options_are_named(run, people, model):
    table = str(people)
    for arguments, sentence in (
        (["--row", "41"], "--row must be a row of the table, which has 40, got 41."),
        (["--row", "0"], "--row must be an integer of at least 1, got 0."),
        (["--label", "maybe"], "--label must be one of 'no', 'yes', got 'maybe'."),
        (["--level", "long"], "--level must be one of 'story', 'full', got 'long'."),
        (["-o", "row.txt"], "--output must end in .html, .png, .svg, .pdf, got 'row.txt'."),
    ):
        result = run("explain", str(model), table, *arguments)
        assert result.exit_code == 2
        assert sentence in " ".join(result.stderr.split())


def test_the_probability_is_that_of_the_answer(run, people):
    """With a threshold the answer may be the less probable class."""
    network = ("--model", "network", "--hidden", "none", "--no-trees", "--threshold", "0.02")
    run("fit", str(people), "-t", "member", *network, "-o", "low.safetensors")
    model = sx.load("low.safetensors")
    proba = model.predict_proba(sx.data.read_table(people))
    row = int(np.flatnonzero((proba[:, 1] >= 0.02) & (proba[:, 1] < 0.5))[0])
    result = run("explain", "low.safetensors", str(people), "--row", str(row + 1), "--no-step")
    assert f"the model predicts True with probability {proba[row, 1]:.3g}." in result.stdout
