from __future__ import annotations

import inspect
import json
import re
import signal
from pathlib import Path

import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning

import separatrix as sx
from separatrix.cli.search import SEARCH_OPTIONS
from separatrix.cli.search_report import architectures_text, values_text
from separatrix.data.encoder import TableEncoder
from separatrix.ensemble import Ensemble
from separatrix.errors import TableWarning
from separatrix.search import architectures, trial_chunks
from separatrix.search.table_setup import DEFAULTS, make_space

SMALL = ("--engine", "numpy", "--max-iter", "15", "--cv", "3", "--repeats", "1", "--jobs", "1", "--no-trees")
FOUR = ("--depths", "0,1", "--widths", "2", "--rate", "0.01,0.1")


@pytest.fixture
def prices(tmp_path: Path) -> Path:
    """Thirty rows: a curve of one column, in thousands."""
    x = np.linspace(-2, 2, 30)
    path = tmp_path / "prices.csv"
    path.write_text(
        "x,price\n" + "".join(f"{a:.4f},{5000 + 1000 * a * a:.3f}\n" for a in x), encoding="utf-8"
    )
    return path


@pytest.fixture
def interrupt_after(monkeypatch):
    """Interrupt the search after a number of trainings."""

    def arrange(n_trials: int) -> None:
        done = []

        def run_trial(trial, folds):
            result = original(trial, folds)
            done.append(trial)
            if len(done) == n_trials:
                signal.raise_signal(signal.SIGINT)
            return result

        original = trial_chunks.run_trial
        monkeypatch.setattr(trial_chunks, "run_trial", run_trial)
        monkeypatch.setattr(trial_chunks, "CHUNK_SECONDS", {True: 0.0, False: 0.0})  # one training at a time

    return arrange


@pytest.mark.slow
def test_a_table_with_text_and_missing_cells(run, people):
    result = run("search", str(people), *SMALL, *FOUR)
    assert result.exit_code == 0, result.output
    assert result.stderr == ""
    lines = result.stdout.splitlines()
    assert lines[0] == "Searched  4 networks: 0 or 1 hidden layers of 2 units; rate 0.01 or 0.1"
    assert lines[1].startswith("Data      people.csv: 40 rows, 4 columns to predict from")
    assert "Filled    missing replaced by the median and marked: age (" in result.stdout
    assert "for 15 trainings: each network, and the straight line, on 3 splits" in result.stdout
    assert "The best of 4 candidates has " in result.stdout
    assert re.search(
        r"^ +layers  rate  parameters  log-loss +advantage +p +p, best$", result.stdout, re.MULTILINE
    )
    assert "logistic regression  none    -     -" in result.stdout
    assert "on all 40 rows; 15 epochs" in result.stdout
    assert "Model written to 'model.safetensors'" in result.stdout
    assert "raise --max-iter or --learning-rate-init" in result.stdout
    assert all(line == line.rstrip() for line in lines)
    scored = run("predict", "model.safetensors", str(people))
    assert scored.exit_code == 0, scored.output
    assert "probability yes" in scored.stdout


@pytest.mark.slow
def test_the_model_is_the_candidate_chosen_trained_as_fit_does_it(run, people):
    result = run("search", str(people), *SMALL, *FOUR, "--json", "--refit", "best", "--seed", "3")
    report = json.loads(result.stdout)
    (network,) = report["networks"]
    best = report["verdict"]["best"]
    assert network["index"] == best["index"]
    chosen = {name.removeprefix("network__"): value for name, value in best["params"].items()}
    table = sx.data.read_table(people)
    settings = {
        "engine": "numpy",
        "max_iter": 15,
        "n_iter_no_change": 20,
        "dtype": "float32",
        "random_state": 3,
    }
    alone = sx.MLPClassifier(**{**settings, **chosen})
    with pytest.warns(TableWarning, match="id counts the rows"), pytest.warns(ConvergenceWarning):
        alone.fit_table(table, "target")
    np.testing.assert_array_equal(sx.load("model.safetensors").theta, alone.theta_)


@pytest.mark.slow
def test_the_encoding_is_learned_on_the_training_rows_alone(run, people, monkeypatch):
    seen = []

    def fit(columns, **settings):
        seen.append(len(columns["age"]))
        return original(columns, **settings)

    original = TableEncoder.fit
    monkeypatch.setattr(TableEncoder, "fit", fit)
    assert run("search", str(people), *SMALL, *FOUR).exit_code == 0
    assert set(seen) == {26, 27}  # of three folds, for the search and for the judgement
    columns = sx.data.read_table(people).select(["age", "town", "member"]).columns
    assert sx.load("model.safetensors").encoder.columns == original(columns).columns  # of all 40 rows


@pytest.mark.slow
def test_scores_of_numbers_are_in_their_own_unit(run, prices):
    small = prices.with_name("small.csv")
    rows = [line.split(",") for line in prices.read_text(encoding="utf-8").splitlines()[1:]]
    small.write_text("x,price\n" + "".join(f"{x},{float(y) / 1000:.6f}\n" for x, y in rows), encoding="utf-8")
    means = {}
    for path in (prices, small):
        for scoring in ("neg_root_mean_squared_error", "r2"):
            result = run("search", str(path), "price", *SMALL, *FOUR, "--scoring", scoring, "--json")
            assert result.exit_code == 0, result.output
            verdict = json.loads(result.stdout)["verdict"]
            means[path, scoring] = verdict["linear_baseline"]["mean"]
            assert verdict["metric"] == scoring
    rmse = "neg_root_mean_squared_error"
    assert means[prices, rmse] == pytest.approx(1000 * means[small, rmse], rel=1e-3)
    assert means[prices, rmse] < -500
    assert means[prices, "r2"] == pytest.approx(means[small, "r2"], rel=1e-3)
    shown = run("search", str(prices), "price", *SMALL, *FOUR, "--scoring", rmse).stdout
    assert "root mean squared error" in shown
    assert "ridge regression" in shown
    assert "trained again on the same folds:\nThe network is" in shown or "The network only" in shown
    model = sx.load("model.safetensors")
    predicted = model.predict(sx.data.read_table(prices))
    assert 4000 < predicted.mean() < 9000


@pytest.mark.slow
def test_the_target_by_either_name_and_standard_input(run, people):
    table = people.read_text(encoding="utf-8").replace("target", "older")
    people.write_text(table, encoding="utf-8")
    by_place = run("search", "-", "older", *SMALL, *FOUR, "-o", "a.safetensors", input=table)
    by_option = run("search", str(people), "--target", "older", *SMALL, *FOUR, "-o", "b.safetensors")
    assert "standard input: 40 rows" in by_place.stdout
    assert by_option.exit_code == 0
    assert (sx.load("a.safetensors").theta == sx.load("b.safetensors").theta).all()
    both = run("search", str(people), "older", "--target", "town", *SMALL)
    assert both.exit_code == 2
    assert "'older', got 'town'; name it once." in both.stderr


@pytest.mark.slow
def test_pictures(run, people):
    result = run("search", str(people), *SMALL, *FOUR, "--pictures", "seen")
    names = [f"seen/{name}.png" for name in ("heatmap", "pareto", "curves")]
    assert f"Pictures written: {', '.join(names)}" in result.stdout
    assert all(Path(name).read_bytes().startswith(b"\x89PNG") for name in names)


@pytest.mark.slow
def test_an_ensemble(run):
    command = (
        "search",
        "diabetes",
        *SMALL,
        "--max-iter",
        "60",
        "--depths",
        "1",
        "--widths",
        "4,8",
        "--ensemble",
    )
    result = run(*command, "--json")
    assert result.exit_code == 0, result.output
    report = json.loads(result.stdout)
    model = sx.load("model.safetensors")
    assert isinstance(model, Ensemble)
    assert len(model.models) > 1
    assert [network["weight"] for network in report["networks"]] == model.fractions.tolist()
    assert model.encoder is not None
    assert model.predict(sx.data.load_dataset("diabetes")).mean() == pytest.approx(152, rel=0.1)
    shown = run(*command).stdout
    assert "Trained   those that the ensemble is made of, on all 442 rows" in shown
    assert f"the weighted mean of {len(model.models)} networks" in shown


@pytest.mark.slow
def test_the_report_says_that_networks_were_drawn(run, people):
    result = run("search", str(people), *SMALL, "--depths", "1", "--rate", "0.01:0.1", "--candidates", "3")
    assert result.stdout.startswith(
        "Searched  3 networks, drawn from 1 hidden layer of 2, 4, 8, 16 or 32 units; rate 0.01 to 0.1\n"
    )


@pytest.mark.slow
def test_costs_are_said_without_a_page_and_need_two_classes(run, people, prices):
    one = (*SMALL, "--layers", "2", "-o", "m.safetensors", "--cost", "fn=10,fp=1")
    result = run("search", str(people), *one)
    assert result.exit_code == 0, result.output
    assert "Cost of a row: network " in result.stdout
    assert "a miss costs 10, a false alarm 1" in result.stdout
    Path("m.safetensors").unlink()
    refused = run("search", str(prices), "price", *one)
    assert refused.exit_code == 2
    assert "--cost needs classes" in refused.stderr
    assert not Path("m.safetensors").exists()
    several = run("search", str(people), *one, "--ensemble", "2")
    assert "--cost is about one network" in several.stderr


@pytest.mark.slow
def test_a_search_continues_from_its_store(run, prices, interrupt_after):
    command = ("search", str(prices), "price", *SMALL, *FOUR, "--store", "s.sqlite")
    command += ("--scoring", "neg_mean_absolute_error", "-o", "model.safetensors")
    interrupt_after(8)  # those of the straight line, of a network, and two of the next
    stopped = run(*command)
    assert stopped.exit_code == 130, stopped.output
    assert "Searched  1 of 4 networks" in stopped.stdout
    assert stopped.stderr == (
        "warning: interrupted when 1 of 4 networks were tried on all folds: the model in 'model.safetensors' "
        "is chosen among these. It was not judged beside others; the same command continues from there.\n"
    )
    assert "The network is" not in stopped.stdout
    assert Path("model.safetensors").exists()
    gone_on = run(*command)
    assert gone_on.exit_code == 0, gone_on.output
    assert gone_on.stderr == "note: 1 of 4 networks were done, and are taken from 's.sqlite'.\n"
    assert "Searched  4 networks" in gone_on.stdout
    other = run(*command, "--cv", "4")
    assert other.exit_code == 2
    assert "'s.sqlite' holds a search with other folds" in other.stderr


def test_ctrl_c_before_a_network_was_tried_on_all_folds(run, people, interrupt_after):
    interrupt_after(4)
    result = run("search", str(people), *SMALL, *FOUR)
    assert result.exit_code == 130
    assert result.stderr == (
        "separatrix: interrupted before a network was tried on all folds; no model was written.\n"
    )
    assert not Path("model.safetensors").exists()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--activation", "tanh,rellu"], "--activation must be one of"),
        (["--solver", "lbfgs", "--rate", "0.1"], "--rate has no effect with solver 'lbfgs'"),
        (["--alpha", "0.1,-1"], "--alpha must be a number in [0, infinity), got -1.0."),
        (["--scoring", "loss"], "--scoring must be accuracy, "),
        (["--scoring", "r2"], "--scoring r2 cannot judge the classes no, yes; name "),
        (["--refit", "sbest"], "--refit must be one of 'one_se', 'best', got 'sbest'. Did you mean 'best'?"),
        (["--jobs", "0"], "--jobs must be -1, for all cores, or a number"),
        (["--widths", "0,2"], "--widths must be an integer of at least 1, got 0."),
        (
            ["--cv", "30"],
            "--cv must be at most 20, the number of rows of the rarest class, 'no', got 30; lower it to 20, "
            "or leave that class out.",
        ),
        (["--target", "tagret"], "there is no column 'tagret'"),
        (["-o", "model.txt"], "a model file ends in .safetensors"),
        (["--store", "people.csv"], "--store must name the store of a search"),
        (["--pictures", "people.csv"], "cannot make the folder 'people.csv'"),
    ],
)
def test_an_error_is_one_line(run, people, arguments, sentence):
    result = run("search", str(people), *arguments)
    assert result.exit_code == 2
    assert result.stderr.startswith("separatrix: error: ")
    assert result.stderr.count("\n") == 1
    assert sentence in result.stderr
    assert "----" not in result.stderr
    assert not Path("model.safetensors").exists()


@pytest.mark.parametrize(
    ("option", "text", "sentence"),
    [
        ("--depths", "3-1", "must have ranges from low to high, got '3-1'."),
        ("--widths", "", "must be whole numbers such as 0-3 or 1,2,4, got ''."),
        ("--rate", "0:0.1", "must be a range from low to high, above 0, got '0:0.1'."),
        ("--layers", "8,x", "must be whole numbers such as 16,8, got '8,x'."),
        ("--cv", "1", "must be an integer of at least 2, got 1"),
    ],
)
def test_an_error_in_a_value_names_the_option(run, option, text, sentence):
    result = run("search", "iris", option, text)
    assert result.exit_code == 2
    assert option in result.stderr
    assert sentence in result.stderr


def test_scorers_that_cannot_judge_numbers_and_folds_without_r2(run, prices):
    refused = run("search", str(prices), "price", "--scoring", "accuracy")
    assert "--scoring accuracy cannot judge the numbers of the target 'price'; name r2, " in refused.stderr
    few = run("search", str(prices), "price", "--cv", "20")
    assert "--cv must be at most 15, half the number of rows, as r2 needs two of them" in few.stderr


@pytest.mark.slow
@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (
            (),
            "'yes', the rarer one in training rows: thresholds, costs and average precision are about it; "
            "--positive no makes 'no' the positive class",
        ),
        (
            ("--positive", "no"),
            "'no', as asked with --positive: thresholds, costs and average precision are about it",
        ),
    ],
)
def test_the_positive_class_is_said_as_fit_says_it(run, asked, words):
    lines = [f"{'yes' if i % 3 == 0 else 'no'},{i * 37 % 50}" for i in range(40)]
    Path("t.csv").write_text("\n".join(["target,x", *lines]) + "\n", encoding="utf-8")
    searched = run("search", "t.csv", "--depths", "0", *SMALL, "--rate", "0.1", *asked)
    fitted = run(
        *(
            "fit",
            "t.csv",
            "--hidden",
            "none",
            "--engine",
            "numpy",
            "--epochs",
            "2",
            "--folds",
            "0",
            "--no-trees",
        ),
        *asked,
    )
    for result in (searched, fitted):
        assert result.exit_code == 0, result.output
        (line,) = [line for line in result.stdout.splitlines() if line.startswith("Positive")]
        assert line.split(maxsplit=1)[1] == words


def test_an_identifier_as_the_target_is_said_before_the_search(run):
    lines = [f"{7 * i},{i * 37 % 50}" for i in range(40)]
    Path("t.csv").write_text("\n".join(["ID,x", *lines]) + "\n", encoding="utf-8")
    result = run("search", "t.csv", "ID", "--depths", "0", *SMALL, "--rate", "0.1")
    assert result.exit_code == 0, result.output
    assert result.stderr.startswith(
        "note: the target column 'ID' has a different whole number in each of 40 rows"
    )


def test_help_shows_the_defaults_of_a_search():
    shown = {option.name: option.default for option in SEARCH_OPTIONS}
    signature = inspect.signature(sx.search_table).parameters
    for name, default in {**{name: p.default for name, p in signature.items()}, **DEFAULTS}.items():
        if name in shown and name != "random_state" and default is not None:
            assert shown[name] == {"False": "no"}.get(str(default), str(default))
    assert shown["random_state"] == "0"
    assert shown["depths"] == "0-2"
    assert shown["widths"] == ",".join(map(str, dict.fromkeys(sizes[0] for sizes in architectures()[1:])))


@pytest.mark.slow
def test_early_stopping_is_used_from_a_number_of_rows_on(run, people):
    few = json.loads(run("search", str(people), *SMALL, *FOUR, "--json").stdout)
    assert few["networks"][0]["training"]["settings"]["early_stopping"] is False
    rows = people.read_text(encoding="utf-8").splitlines()
    people.write_text("\n".join([rows[0], *rows[1:] * 13]) + "\n", encoding="utf-8")
    many = json.loads(run("search", str(people), *SMALL, "--depths", "0", "--rate", "0.1", "--json").stdout)
    settings = many["networks"][0]["training"]["settings"]
    assert (settings["early_stopping"], settings["scoring"]) == (True, "loss")


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (architectures((0, 1, 2), (2, 8)), "0, 1 or 2 hidden layers of 2 or 8 units each"),
        (architectures((1,), (1,)), "1 hidden layer of 1 unit"),
        ([(8, 4), ()], "hidden layers 8-4, none"),
        ([()], "no hidden layer"),
    ],
)
def test_hidden_layers_in_words(found, words):
    space = make_space(None, None, found, {}, {"solver": "lbfgs"}, n_rows=100)
    assert architectures_text(space) == words


def test_values_in_words():
    assert values_text([0.001, 0.5]) == "0.001 or 0.5"
    assert values_text(["tanh"]) == "tanh"
