"""`separatrix fit` with its default: an ensemble of small networks."""

from __future__ import annotations

import json
import os
import signal
import time
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

import separatrix as sx
from separatrix.engine.numpy_engine import NumpyEngine
from separatrix.report import folds

pytestmark = pytest.mark.slow

FAST = ("--presets", "fast", "--cv", "2")


@pytest.fixture
def ensemble_file(run, people):
    """A model file of `people`."""
    result = run("fit", str(people), *FAST, "-o", "e.safetensors")
    assert result.exit_code == 0, result.output
    return result


def test_the_report_names_members_and_scores(ensemble_file):
    stdout = ensemble_file.stdout
    assert ensemble_file.stderr == ""
    assert "40 rows, 4 columns to predict from" in stdout
    assert "30 rows to train, 10 to test (stratified, seed 0)" in stdout
    assert "Numbers" in stdout
    assert "Text         1 column, an input for each value, and what it says of the target: town" in stdout
    assert "Ensemble     the weighted mean of " in stdout
    assert "codes, silu, decay" in stdout
    assert "Out of fold  log-loss 0." in stdout
    assert "one network 0." in stdout
    assert "The score out of fold above can be a little too good" in stdout
    assert "Important    " in stdout
    assert "rows have" in stdout or "have a likeliest class below 60%" in stdout
    assert "Training     All 8 networks were trained in " in stdout
    for word in ("ensemble", "logistic regression", "gradient boosting", "dummy", "precision", "ROC AUC"):
        assert word in stdout
    assert "Model written to 'e.safetensors'" in stdout
    model = sx.load("e.safetensors")
    assert model.target_name == "target"
    assert model.training["settings"]["presets"] == "fast"


def test_its_file_is_judged_used_and_shown(run, people, ensemble_file):
    result = run("evaluate", "e.safetensors", str(people))
    assert result.exit_code == 0, result.output
    assert "ensemble" in result.stdout
    assert "The ensemble is better than dummy" in result.stdout
    result = run("predict", "e.safetensors", str(people), "-o", "scored.csv")
    assert result.exit_code == 0, result.output
    assert "probability yes" in Path("scored.csv").read_text(encoding="utf-8")
    result = run("inspect", "e.safetensors")
    assert result.exit_code == 0, result.output
    assert all(name in result.stdout.partition("Columns")[2] for name in ("age", "member", "town"))
    assert "Trained on  30 rows" in result.stdout
    assert "Ended       All 8 networks were trained." in result.stdout
    values = json.loads(run("inspect", "e.safetensors", "--json").stdout)
    assert len(values["models"]) == len(sx.load("e.safetensors").models)


def test_numbers(run):
    result = run("fit", "diabetes", *FAST, "--json")
    report = json.loads(result.stdout)
    assert list(report["test"]["reports"]) == ["ensemble", "ridge regression", "gradient boosting", "dummy"]
    assert report["ensemble"]["classes"] is None
    assert sum(network["weight"] for network in report["ensemble"]["networks"]) == pytest.approx(1)
    found = report["training"]["out_of_fold"]
    assert found["metric"] == "RMSE"
    assert found["scores"]["ensemble"] < 70 < found["scores"]["dummy"]
    assert found["importance"][0]["column"] in ("bmi", "s5")
    assert report["training"]["stop"]["reason"] == "finished"


def test_a_line_that_is_right_is_named(run):
    rows = [f"{i},{(i * 37) % 101},{2 * i + 3 * ((i * 37) % 101) + ((i * 7919) % 13)}" for i in range(120)]
    Path("t.csv").write_text("\n".join(["a,b,target", *rows]) + "\n", encoding="utf-8")
    result = run("fit", "t.csv", *FAST, "--task", "regression")
    words = " ".join(result.stdout.split())
    if "The ensemble is worse than ridge regression" in words:
        assert "A straight line (ridge regression) is better here: use it" in words
    else:
        assert "No difference from a straight line (ridge regression) was found beyond chance" in words


def test_groups(run, people):
    text = people.read_text(encoding="utf-8").splitlines()
    lines = [f"home,{text[0]}", *(f"{i // 2},{line}" for i, line in enumerate(text[1:]))]
    people.write_text("\n".join(lines) + "\n", encoding="utf-8")
    result = run("fit", str(people), *FAST, "--groups", "home")
    assert result.exit_code == 0, result.output
    assert "to test (no 'home' in both, seed 0)" in result.stdout
    assert "home" not in sx.load("model.safetensors").encoder.numeric_columns


def test_the_time_limit_is_a_note(run, people):
    result = run("fit", str(people), *FAST, "--time-limit", "0.001", "--jobs", "1")
    assert result.exit_code == 0, result.output
    assert result.stderr == (
        "note: When --time-limit=0.001 seconds were over, 2 of 8 networks were trained; raise it for more.\n"
    )


def test_ctrl_c_keeps_the_ensemble_so_far(run, people, monkeypatch):
    @contextmanager
    def interrupted():
        def press(event):
            if event.n_trained == 3:
                signal.raise_signal(signal.SIGINT)

        yield press

    monkeypatch.setattr("separatrix.cli.fitting.ensemble_progress", interrupted)
    result = run("fit", str(people), *FAST, "--jobs", "1")
    assert result.exit_code == 130
    assert "log-loss" in result.stdout
    assert result.stderr == (
        "warning: Training was interrupted when 3 of 8 networks were trained; the model so far is saved to "
        "'model.safetensors'.\n"
    )
    assert sx.load("model.safetensors").training["stop"]["reason"] == "interrupted"
    result = run("fit", str(people), *FAST, "--jobs", "1", "--folds", "2", "--report", "page.html")
    assert result.exit_code == 130
    assert (
        "The model was not judged, and no page was written, as its training was interrupted: separatrix "
        "evaluate judges it on other rows."
    ) in result.stdout
    assert "Report written" not in result.stdout
    assert not Path("page.html").exists()


@pytest.mark.parametrize("n_trained", [0, 1])
def test_ctrl_c_before_all_folds_of_a_kind_are_trained_leaves_the_old_file(
    run, people, monkeypatch, n_trained
):
    def interrupt(*arguments):
        raise KeyboardInterrupt

    @contextmanager
    def interrupted():
        yield interrupt

    if n_trained:
        monkeypatch.setattr("separatrix.cli.fitting.ensemble_progress", interrupted)
    else:
        monkeypatch.setattr("separatrix.tabular.base.fit_line", interrupt)
    Path("z.safetensors").write_bytes(b"a good model")
    result = run("fit", str(people), *FAST, "--jobs", "1", "-o", "z.safetensors")
    assert (result.exit_code, result.stdout) == (130, "")
    assert result.stderr == (
        "separatrix: interrupted before all folds of one kind of network were trained and an ensemble was "
        "chosen; no model was written.\n"
    )
    assert Path("z.safetensors").read_bytes() == b"a good model"
    assert [path.name for path in Path().glob("*.safetensors")] == ["z.safetensors"]


def test_ctrl_c_while_folds_judge_the_ensemble_shows_no_scores(run, people, monkeypatch):
    spans = []

    class Engine(NumpyEngine):
        def advance(self, tasks, n_threads=1):
            spans.append(1)
            if len(spans) == 3:
                os.kill(os.getpid(), signal.SIGINT)
                time.sleep(0.3)  # the main thread handles it meanwhile
            return super().advance(tasks, n_threads)

    def fit_fold(*arguments):
        monkeypatch.setattr("separatrix.tabular.parallel.get_engine", lambda _: Engine())
        return fit(*arguments)

    fit = folds._fit
    monkeypatch.setattr(folds, "_fit", fit_fold)
    result = run("fit", str(people), *FAST, "--jobs", "1", "--folds", "2")
    assert (result.exit_code, result.stdout) == (130, "")
    assert result.stderr == (
        "separatrix: interrupted while judging: the model is written to 'model.safetensors', not judged.\n"
    )
    assert len(spans) >= 3
    assert sx.load("model.safetensors").training["stop"]["reason"] == "finished"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--presets", "slow"], "--presets must be one of 'fast', 'default', 'best'"),
        (["--time-limit", "0"], "--time-limit must be a number in (0, infinity), got 0"),
        (["--cv", "1"], "--cv must be an integer of at least 2, got 1."),
        (["--jobs", "0"], "--jobs must be -1, for all cores, or a number of networks, got 0."),
        (["--class-weight", "ja=2"], "--class-weight must name classes, which are no, yes, got 'ja'."),
        (["--groups", "house"], "there is no column 'house'"),
    ],
)
def test_an_error_is_one_sentence(run, people, arguments, sentence):
    result = run("fit", str(people), *arguments)
    assert result.exit_code == 2
    assert result.stderr.startswith(f"separatrix: error: {sentence}")
    assert result.stderr.count("\n") == 1
    assert not list(Path().glob("*.safetensors"))


def test_few_test_rows_say_nothing_of_a_line(run):
    rows = [f"{i * 7 % 13},{'xyz'[i % 3]},{'yn'[i % 2]}" for i in range(20)]
    Path("t.csv").write_text("\n".join(["a,b,target", *rows]) + "\n", encoding="utf-8")
    result = run("fit", "t.csv", *FAST)
    assert result.exit_code == 0, result.output
    assert "Too few rows to compare the ensemble with dummy" in result.stdout
    assert "The columns say little" not in result.stdout
    assert "straight line (" not in result.stdout


def test_dates_ordered_levels_padded_codes_and_prices_are_compared(run):
    draw = np.random.RandomState(0)
    size = draw.choice(["low", "mid", "high"], 120)
    rows = ["size,day,zip,price,y"]
    for i, level in enumerate(size):
        y = "yes" if (level == "high") != (draw.uniform() < 0.1) else "no"
        day, price = f"{1 + i % 28:02}.{1 + i // 28:02}.2024", f"{draw.uniform(1, 9):.2f} €"
        rows.append(f"{level},{day},{('01067', '10115', '00999')[i % 3]},{price},{y}")
    Path("t.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    result = run(
        "fit",
        "t.csv",
        *FAST,
        "--target",
        "y",
        "--ordered",
        "size=low,mid,high",
        "-o",
        "t.safetensors",
        "--json",
    )
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)["training"]["out_of_fold"]
    rises = {each["column"]: each["rise"] for each in found["importance"]}
    assert set(rises) == {"size", "day", "zip", "price"}
    assert rises["size"] > 0.2
    assert {"one network", "gradient boosting"} < set(found["scores"])
    assert sx.load("t.safetensors").target_name == "y"
