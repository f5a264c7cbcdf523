from __future__ import annotations

import json

import numpy as np
import pytest

import separatrix as sx
from separatrix.cli.inspect import column_lines, solver_text
from separatrix.data import Table, TableEncoder
from separatrix.data.codes import LevelCode
from separatrix.decision import Decision
from separatrix.network import PeriodicEmbedding


def test_what_is_in_a_model(run, model):
    result = run("inspect", str(model))
    assert result.exit_code == 0, result.output
    for text in (
        "5 inputs → 4 relu → 1 logistic output (29 parameters, float32)",
        "Classes     no, yes",
        "Columns     age, town, member",
        "Numbers     2 columns, standardised",
        "30 rows; adam, rate 0.001, batches of 30, seed 0",
        "Epochs      200 in ",
        "raise --max-iter",
        f"separatrix {sx.__version__}, python ",
    ):
        assert text in result.stdout
    (loss,) = [line for line in result.stdout.splitlines() if line.startswith("Loss")]
    assert loss.split()[2][0] == "█"
    assert loss.split()[2][-1] == "▁"


def test_json(run, model):
    values = json.loads(run("inspect", str(model), "--json").stdout)
    assert values["n_parameters"] == 29
    assert len(values["training"]["history"]["loss"]) == 200
    assert sx.data.TableEncoder.from_dict(values["encoder"]) == sx.load(model).encoder


def test_a_bare_model(run):
    network = sx.Network.mlp(
        2, (3,), 2, activation="tanh", head="multiclass", dropout=0.5, fit_intercept=False
    )
    sx.save(sx.Model(network, [0.5] * 12, feature_names=["u", "v"]), "bare.safetensors")
    result = run("inspect", "bare.safetensors")
    assert (
        "2 inputs → 3 tanh (dropout 0.5) → 2 softmax outputs (12 parameters, float64, no biases)"
        in result.stdout
    )
    assert "Inputs   u, v" in result.stdout


def test_a_network_with_an_embedding(run):
    network = sx.Network.mlp(2, (3,), 1, embedding=PeriodicEmbedding(4))
    sx.save(sx.Model(network, [0.5] * network.n_parameters), "bare.safetensors")
    shown = run("inspect", "bare.safetensors").stdout
    assert "2 inputs with 4 frequencies each → 3 relu → 1 logistic output (69 parameters" in shown


def test_the_curve_of_a_diverged_training_has_its_finite_losses(run):
    training = {"n_iter": 2, "history": {"loss": [0.5, "inf"]}}
    sx.save(sx.Model(sx.Network.mlp(1, (), 1), [0.5, 0.0], training=training), "bare.safetensors")
    assert "Loss     0.5 ▁ 0.5" in run("inspect", "bare.safetensors").stdout


def test_an_ensemble(run, ensemble):
    result = run("inspect", str(ensemble))
    assert result.exit_code == 0, result.output
    lines = [" ".join(line.split()) for line in result.stdout.splitlines()]
    assert lines[1:4] == [
        "Ensemble the weighted mean of 2 networks with 58 parameters in all",
        "75% 5 inputs → 3 relu → 2 relu → 1 logistic output (29 parameters, float32)",
        "25% 5 inputs → 4 relu → 1 logistic output (29 parameters, float32)",
    ]
    assert "Classes no, yes" in lines
    assert "Columns age, town, member" in lines
    values = json.loads(run("inspect", str(ensemble), "--json").stdout)
    assert values["weights"] == [1.0, 3.0]
    assert [len(model["training"]["history"]["loss"]) for model in values["models"]] == [200, 200]


def test_a_large_ensemble_shows_its_largest_members(run):
    model = sx.Model(sx.Network.mlp(1, (), 1), [0.5, 0.0])
    sx.save(sx.Ensemble([model] * 30, range(1, 31)), "large.safetensors")
    lines = run("inspect", "large.safetensors").stdout.splitlines()
    assert "30 linear models with 60 parameters in all; the 20 with the largest weights below" in lines[1]
    assert len([line for line in lines if "1 input →" in line]) == 20
    assert lines[2].startswith("6%")


SETTINGS = {
    "solver": "adam",
    "learning_rate_init": 0.01,
    "learning_rate": "constant",
    "batch_size": "auto",
    "early_stopping": False,
    "random_state": 3,
}


def test_every_encoding_of_a_column_is_reported():
    encoder = TableEncoder.fit(
        {
            "age": [1.0, None, 3.0],
            "town": ["a", "b", None],
            "nothing": [None, None, None],
        },
        max_categories=1,
    )
    assert dict(column_lines(encoder)) == {
        "Numbers": "1 column, standardised",
        "Filled": "missing replaced by the median and marked: age (median 2)",
        "Text": "1 column, an input for each value: town (1)",
        "Missing": "a separate input in text: town",
        "Rare": "values beyond the most frequent share one input: town",
        "Left out": "nothing has no value in any row",
    }


def test_levels_of_an_ensemble_are_counted_as_look_counts_them():
    town = np.array(["a", "b", None, "c", "a"], dtype=object)
    kind = np.array(["x", "y", "x", "y", "x"], dtype=object)
    (looked, _) = sx.look(Table({"town": town, "kind": kind})).columns
    assert (looked.decision.n_distinct, looked.decision.n_missing) == (3, 1)
    encoder = TableEncoder((LevelCode.fit(town, "town", 9), LevelCode.fit(kind, "kind", 9)))
    assert dict(column_lines(encoder)) == {
        "Text": "2 columns, an input for each value, and what it says of the target: town (3), kind (2)",
        "Missing": "a value of its own in text: town",
    }


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "adam, rate 0.01, batches of 50, seed 3"),
        ({"batch_size": 20}, "adam, rate 0.01, batches of 20, seed 3"),
        ({"learning_rate": "cosine"}, "adam, rate 0.01 (cosine), batches of 50, seed 3"),
        ({"early_stopping": True}, "adam, rate 0.01, batches of 50, early stopping, seed 3"),
        ({"solver": "lbfgs"}, "lbfgs, seed 3"),
    ],
)
def test_how_a_network_was_trained(changes, words):
    assert solver_text({**SETTINGS, **changes}, 50) == words


def test_a_table_is_looked_at(run, tmp_path):
    path = tmp_path / "people.csv"
    path.write_text("age,town\n31,Bonn\n", encoding="utf-8")
    result = run("inspect", str(path))
    assert result.exit_code == 2
    assert f"is a table, not a model; what is in it is shown by: separatrix look {path}" in result.stderr


def test_the_kept_decision_is_shown(run):
    network = sx.Network.mlp(1, (), 1, head="binary")
    decision = Decision(temperature=2.0, threshold=0.125, positive=0)
    sx.save(sx.Model(network, [1.0, 0.0], classes=["no", "yes"], decision=decision), "cut.safetensors")
    shown = run("inspect", "cut.safetensors").stdout
    assert "Decision  'no' from a probability of 0.125 on, else 'yes'; probabilities calibrated" in shown
