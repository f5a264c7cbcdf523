from __future__ import annotations

import json
import signal
from contextlib import contextmanager
from pathlib import Path

import pytest

import separatrix as sx

TREES = ("--engine", "numpy", "--model", "network", "--n-init", "1")
NUMPY = (*TREES, "--no-trees")  # one training, judged beside a line: what is tested is no better with more


def write(name: str, *lines: str) -> str:
    Path(name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return name


@pytest.mark.slow
def test_a_data_set_by_name(run):
    result = run("fit", "breast-cancer", *NUMPY, "--hidden", "8", "--max-iter", "30", "--no-early-stopping")
    assert result.exit_code == 0, result.output
    assert result.stderr == ""
    assert "569 rows, 30 columns" in result.stdout
    assert "benign: 357 (62.7%), malignant: 212 (37.3%)" in result.stdout
    assert "426 rows to train, 143 to test (stratified, seed 0)" in result.stdout
    assert "30 inputs → 8 relu → 1 logistic output (257 parameters, float32)" in result.stdout
    assert "limit of 30 epochs before it converged; raise --max-iter" in result.stdout
    for word in (
        "precision",
        "recall",
        "F1",
        "accuracy",
        "ROC AUC",
        "log-loss",
        "dummy",
        "logistic regression",
    ):
        assert word in result.stdout
    assert "The network is better than dummy" in result.stdout
    assert "Model written to 'model.safetensors'" in result.stdout
    model = sx.load("model.safetensors")
    assert model.classes.tolist() == ["benign", "malignant"]
    assert model.target_name == "target"
    assert model.training["settings"]["max_iter"] == 30
    assert model.training["stop"]["reason"] == "max_iter"
    assert model.training["target"] == {"class_counts": [267, 159]}


def test_no_line_ends_in_blanks(run):
    result = run("fit", "iris", *NUMPY, "--hidden", "4", "--max-iter", "5")
    assert all(line == line.rstrip() for line in result.stdout.splitlines())


def test_the_encoding_of_the_columns_is_reported(run, people):
    result = run("fit", str(people), *NUMPY, "--hidden", "none")
    assert result.exit_code == 0, result.output
    assert "Numbers   2 columns, standardised" in result.stdout
    assert "Filled    missing replaced by the median and marked: age (" in result.stdout
    assert "Text      1 column, an input for each value: town (2)" in result.stdout
    assert "Left out  id counts the rows, from the first to the last" in result.stdout
    assert "5 inputs → 1 logistic output" in result.stdout


def test_numbers(run):
    result = run("fit", "diabetes", *NUMPY, "--hidden", "none", "--solver", "lbfgs", "--alpha", "0")
    assert result.exit_code == 0, result.output
    assert "regression (214 different whole numbers): 25 to 346" in result.stdout
    for word in ("R²", "RMSE", "MAE", "dummy", "ridge regression"):
        assert word in result.stdout
    model = sx.load("model.safetensors")
    assert model.classes is None
    table = sx.data.load_dataset("diabetes")
    errors = model.predict(table.drop("target")) - table.columns["target"]
    assert abs(errors.mean()) < 5  # in the target's own unit


@pytest.mark.slow
def test_json(run):
    result = run("fit", "iris", *TREES, "--hidden", "4", "--json", "-o", "iris.safetensors")
    report = json.loads(result.stdout)
    assert report["data"]["task"] == "classification"
    assert report["data"]["n_train"] + report["data"]["n_test"] == 150
    assert report["network"]["classes"] == ["setosa", "versicolor", "virginica"]
    assert report["training"]["stop"]["reason"] == "max_iter"
    assert report["diagnosis"] == []
    others = ["logistic regression", "gradient boosting", "dummy"]
    assert set(report["test"]["reports"]) == {"network", *others}
    assert [comparison["names"][1] for comparison in report["test"]["comparisons"]] == others
    assert report["model"] == "iris.safetensors"


@pytest.mark.slow
def test_the_same_command_gives_the_same_network(run):
    for name in ("a", "b"):
        run("fit", "moons", *NUMPY, "--hidden", "4", "--max-iter", "5", "-o", f"{name}.safetensors")
    assert (sx.load("a.safetensors").theta == sx.load("b.safetensors").theta).all()


@pytest.mark.slow
def test_a_task_that_is_given(run):
    path = write("t.csv", "a,target", *(f"{i},{i % 3}" for i in range(60)))
    assert "classification (3 different whole numbers)" in run("fit", path, *NUMPY).stdout
    result = run("fit", path, *NUMPY, "--task", "regression")
    assert "regression (as asked)" in result.stdout


def test_test_rows_from_another_file_with_values_that_training_did_not_see(run):
    train = write("train.csv", "town,code,target", *(f"{'AB'[i % 2]},{i % 3},{i % 2}" for i in range(40)))
    test = write("test.csv", "target,code,town", *(f"{i % 2},{i % 3},{'ABC'[i % 3]}" for i in range(9)))
    result = run("fit", train, "--test", test, *NUMPY, "--hidden", "2")
    assert result.exit_code == 0, result.output
    assert "40 rows to train, 9 to test (from test.csv)" in result.stdout
    assert "Unseen    3 values of 'town' not seen in training" in result.stdout


def test_labels_that_a_test_file_spells_as_numbers(run):
    train = write("train.csv", "a,target", *(f"{i},{'12x'[i % 3]}" for i in range(30)))
    test = write("test.csv", "a,target", *(f"{i},{'12'[i % 2]}" for i in range(10)))
    result = run("fit", train, "--test", test, *NUMPY)
    assert result.exit_code == 0, result.output


def test_standard_input(run, people):
    result = run("fit", "-", *NUMPY, "--hidden", "2", input=people.read_text(encoding="utf-8"))
    assert result.exit_code == 0, result.output
    assert "standard input: 40 rows" in result.stdout


@pytest.mark.slow
def test_a_named_file_is_replaced_but_none_is_without_a_name(run):
    fast = (*NUMPY, "--hidden", "2", "--max-iter", "2")
    assert run("fit", "iris", *fast).exit_code == 0
    before = sx.load("model.safetensors").theta
    for number in (2, 3):
        result = run("fit", "moons", *fast)
        assert result.exit_code == 0, result.output
        assert f"Model written to 'model-{number}.safetensors'" in result.stdout
        assert sx.load(f"model-{number}.safetensors").network.n_in == 2
    assert (sx.load("model.safetensors").theta == before).all()
    assert run("fit", "moons", *fast, "-o", "model.safetensors").exit_code == 0
    assert sx.load("model.safetensors").network.n_in == 2


def test_class_weight_by_name(run, people):
    result = run("fit", str(people), *NUMPY, "--class-weight", "yes=5", "--hidden", "2")
    assert result.exit_code == 0, result.output
    assert sx.load("model.safetensors").training["settings"]["class_weight"] == {"yes": 5.0}


@pytest.mark.slow
def test_early_stopping_is_reported(run):
    result = run("fit", "moons", *NUMPY, "--early-stopping", "--n-iter-no-change", "2", "--max-iter", "500")
    assert (
        "The validation loss did not improve by --tol=0.0001 for more than --n-iter-no-change=2"
        in result.stdout
    )


@pytest.mark.slow
def test_a_batch_larger_than_the_rows_is_a_note(run):
    result = run("fit", "iris", *NUMPY, "--batch-size", "1000", "--no-early-stopping")
    assert result.exit_code == 0
    assert result.stderr.startswith("note: --batch-size=1000 is more than the 112 training rows")


def test_divergence_with_a_network_to_keep_is_a_warning(run):
    result = run(
        "fit",
        "diabetes",
        *NUMPY,
        "--solver",
        "sgd",
        "--rate",
        "0.09",
        "--hidden",
        "20,20",
        "--activation",
        "identity",
    )
    assert result.exit_code == 0, result.output
    assert result.stderr.startswith("warning: Training diverged in epoch ")
    assert "divide the learning rate by 10" in result.stderr
    assert sx.load("model.safetensors").training["stop"]["reason"] == "diverged"


def test_divergence_at_once_writes_nothing(run):
    result = run("fit", "diabetes", *NUMPY, "--solver", "sgd", "--rate", "1e30")
    assert result.exit_code == 2
    assert "Training diverged in epoch 1" in result.stderr
    assert result.stderr.endswith("; no model was written.\n")
    assert not Path("model.safetensors").exists()


@pytest.mark.slow
def test_ctrl_c_keeps_the_network_so_far(run, monkeypatch):
    @contextmanager
    def interrupted():
        def press(event):
            if event.epoch >= 3:
                signal.raise_signal(signal.SIGINT)

        yield [press], None

    monkeypatch.setattr("separatrix.cli.fitting.training_progress", interrupted)
    result = run("fit", "moons", *NUMPY, "--max-iter", "100000000", "--n-iter-no-change", "inf")
    assert result.exit_code == 130
    assert "log-loss" in result.stdout
    assert result.stderr.startswith("warning: Training was interrupted after epoch ")
    assert result.stderr.endswith("; the model so far is saved to 'model.safetensors'.\n")
    assert sx.load("model.safetensors").training["stop"]["reason"] == "interrupted"


ROWS = [f"{i},{'xy'[i % 2]}" for i in range(16)]


@pytest.mark.parametrize(
    ("lines", "arguments", "sentence"),
    [
        ([""], [], "is empty"),
        (["a,target"], [], "has column names but no rows"),
        (["a,target", "1,x", "2,x", "3,x"], [], "the target column 'target' is x in every row"),
        (["a,target", "1,x", "2,y", "3,z"], [], "different value in each of the 3 rows: it is an identifier"),
        (["a,target", "1,x", "2,x", "3,y", "4,x"], [], "no rows are left to test on"),
        (["a,target", "1,x", "2,", "3,y"], [], "is empty in 1 of 3 rows (first: row 2)"),
        (["target", "x", "y", "x", "y"], [], "there is no column besides the target 'target'"),
        (["outcome,a", "1,2"], [], "none is called 'target'; the columns are: outcome, a."),
        (["outcome,a", "1,2"], ["--target", "outcom"], "Did you mean 'outcome'?"),
        (["a,target", "1,2.5", "2,2.5"], [], "the target column 'target' is 2.5 in every row"),
        (["a,target", *ROWS[:-1], "inf,y"], [], "column 'a' has the infinite value inf in row "),
        (
            ["a,target", *ROWS],
            ["--task", "regression"],
            "the target column 'target' has text where numbers are needed",
        ),
        (["a,target", *ROWS], ["--task", "regresion"], "Did you mean 'regression'?"),
        (["a,target", *ROWS], ["--activation", "rely"], "Did you mean 'relu'?"),
        (["a,target", *ROWS], ["--solver", "adan"], "Did you mean 'adam'?"),
        (["a,target", *ROWS], ["--test-size", "1"], "--test-size must be a number in (0, 1), got 1."),
        (["a,target", *ROWS], ["--engine", "numby"], "--engine must be one of"),
        (
            ["a,target", *ROWS],
            ["--class-weight", "z=2"],
            "--class-weight must name classes, which are x, y, got 'z'.",
        ),
        (
            ["a,target", *ROWS],
            ["--metrics", "roc_auc"],
            "needs validation rows; hold some out of the table with --early-stopping.",
        ),
        (
            ["a,target", *ROWS],
            ["--early-stopping", "--validation-fraction", "0.01"],
            "--validation-fraction must hold out at least 2 of the 12 rows, got 0.01, which is 1: ",
        ),
        (
            ["a,target", *ROWS],
            ["--scoring", "rocauc"],
            "--scoring must be loss, accuracy, balanced_accuracy, f1, roc_auc, neg_log_loss or another "
            "scorer of scikit-learn, got 'rocauc'. Did you mean 'roc_auc'?",
        ),
        (["a,target", *ROWS], ["--scoring", "nonsense"], "scikit-learn, got 'nonsense'."),
        (["a,target", *ROWS], ["--metrics", "f1,loss"], "--metrics must be accuracy, "),
        (
            ["a,target", *ROWS],
            ["--class-weight", "x=nan"],
            "--class-weight of class 'x' must be a number in [0, infinity), got nan.",
        ),
        (
            ["a,target", *ROWS],
            ["--memory", "1GB", "--checkpoint", "c", "--checkpoint-every", "-1"],
            "--checkpoint-every must be a number in [0, infinity), got -1",
        ),
        (["a,target", *ROWS], ["-o", "none/m.safetensors"], "the folder 'none' does not exist"),
        (["a,target", *ROWS], ["-o", "m.bin"], "name it 'm.safetensors'"),
        (["a,target", *ROWS], ["--test", "t.csv", "--target", "b"], "there is no column 'b'"),
    ],
)
def test_an_error_is_one_sentence(run, lines, arguments, sentence):
    result = run("fit", write("t.csv", *lines), *NUMPY, *arguments)
    assert result.exit_code == 2
    assert result.stderr.startswith("separatrix: error: ")
    assert sentence in result.stderr
    assert result.stderr.count("\n") == 1
    assert result.stdout == ""
    assert not list(Path().glob("*.safetensors"))


def test_numbers_have_no_class_weight(run):
    result = run("fit", "diabetes", "--class-weight", "balanced")
    assert result.exit_code == 2
    assert "--class-weight needs classes" in result.stderr


def test_a_test_file_with_a_class_that_training_did_not_have(run):
    train = write("train.csv", "a,target", *ROWS)
    test = write("test.csv", "a,target", "1,x", "2,z")
    result = run("fit", train, "--test", test, *NUMPY)
    assert result.exit_code == 2
    assert "the target column 'target' has 'z' in row 2, which is none of the classes: x, y" in result.stderr


def test_the_table_is_judged_before_the_output(run):
    assert "is empty" in run("fit", write("t.csv", ""), "-o", "none/m.safetensors").stderr


def no_training(*rows, **settings):
    raise AssertionError("trained")


def test_an_output_that_cannot_be_written_is_an_error_before_training(run, monkeypatch):
    monkeypatch.setattr("separatrix.tabular.ensemble_fitting.fit_table", no_training)
    assert "the folder 'none' does not exist" in run("fit", "iris", "-o", "none/m.safetensors").stderr


@pytest.mark.slow
@pytest.mark.parametrize(
    ("option", "scorer", "labels", "cure"),
    [
        ("--metrics", "f1", "xy", "classes x, y; name f1_macro, balanced_accuracy or roc_auc."),
        ("--scoring", "f1", "xy", "classes x, y; name f1_macro, balanced_accuracy or roc_auc."),
        ("--scoring", "roc_auc", "xyz", "classes x, y, z; name f1_macro, balanced_accuracy or roc_auc_ovr."),
    ],
)
def test_a_scorer_that_cannot_judge_the_classes(run, monkeypatch, option, scorer, labels, cure):
    path = write("t.csv", "a,target", *(f"{i},{labels[i % len(labels)]}" for i in range(60)))
    with monkeypatch.context() as patched:
        patched.setattr("separatrix.estimators.mlp.train", no_training)
        result = run("fit", path, *NUMPY, "--early-stopping", option, scorer)
    assert result.exit_code == 2
    assert result.stderr == f"separatrix: error: {option} {scorer} cannot judge the {cure}\n"
    named = cure.split("name ")[1].rstrip(".").replace(" or ", ", ").split(", ")
    assert (
        run("fit", path, *NUMPY, "--early-stopping", "--metrics", ",".join(named), "--epochs", "2").exit_code
        == 0
    )


def test_lbfgs_has_no_epochs_to_follow(run):
    result = run("fit", "iris", "--solver", "lbfgs", "--early-stopping", "--metrics", "accuracy")
    assert "--metrics needs epochs, which lbfgs does not have; choose another solver." in result.stderr


def test_ctrl_c_before_the_first_epoch_is_reported(run, monkeypatch):
    def interrupted(*arguments, **settings):
        raise KeyboardInterrupt

    monkeypatch.setattr("separatrix.estimators.table_training.fit_table", interrupted)
    result = run("fit", "moons", *NUMPY)
    assert result.exit_code == 130
    assert result.stderr == (
        "separatrix: interrupted before the first epoch, or twice; no model was written.\n"
    )
    assert not list(Path().glob("*.safetensors"))


@pytest.mark.slow
def test_advice_for_probabilities_that_are_too_sure(run):
    noise = [f"{(i * 37) % 101},{(i * 53) % 97},{(i * 71) % 89},{'yn'[(i * i // 7) % 2]}" for i in range(200)]
    result = run(
        "fit", write("t.csv", "a,b,c,target", *noise), *NUMPY, "--solver", "lbfgs", "--max-iter", "2000"
    )
    assert "The network is worse than dummy" in result.stdout
    assert (
        "The network's probabilities are too sure of themselves; try --early-stopping or a larger --alpha."
        in (result.stdout)
    )
    assert "; raise " not in result.stdout


def test_advice_for_too_few_epochs_is_not_a_higher_rate(run):
    result = run("fit", "iris", *NUMPY, "--max-iter", "1", "--rate", "1e-6", "--init", "uniform01")
    assert "The network is worse than dummy" in result.stdout
    assert "learning rate" not in result.stdout
    assert "The network has learned too little; raise --max-iter." in result.stdout


def test_a_loss_that_rose_is_no_reason_for_a_higher_rate(run):
    options = ("--solver", "sgd", "--rate", "0.15", "--activation", "identity", "--max-iter", "3")
    endless = ("--n-iter-no-change", "inf", "--no-early-stopping")
    result = run("fit", "diabetes", *NUMPY, *options, *endless)
    assert result.exit_code == 2
    assert "no better than at the start" in result.stderr
    assert "divide the learning rate by 10, to 0.015" in result.stderr
    assert "raise" not in result.stderr


@pytest.mark.slow
def test_advice_for_a_network_that_fits_the_training_rows_too_well(run):
    options = ("--solver", "lbfgs", "--max-iter", "1000")
    result = run("fit", "diabetes", *NUMPY, *options)
    assert (
        "The network fits the training rows far better than the test rows; try --early-stopping or a larger"
        in result.stdout
    )


def test_a_missing_file(run):
    write("mydata.csv", "a")
    assert "there is no file 'mydat.csv'. Did you mean 'mydata.csv'?" in run("fit", "mydat.csv").stderr
    assert "there is no file or data set 'irs'" in run("fit", "irs").stderr


@pytest.mark.slow
def test_a_film_of_the_training(run):
    result = run(
        "fit", "circles", *NUMPY, "--hidden", "3", "--epochs", "4", "--film", "c.gif", "-o", "c.safetensors"
    )
    assert result.exit_code == 0, result.output
    assert "note: wrote a film of 5 frames to c.gif." in result.stderr
    assert Path("c.gif").read_bytes().startswith(b"GIF8")
    assert "--film must end in" in run("fit", "circles", "--film", "c.txt").stderr
    assert "belongs to one network" in run("fit", "circles", "--film", "c.gif", "--presets", "fast").stderr


def test_a_leak_is_said_beside_the_verdict(run, tmp_path):
    rows = [f"{i * 37 % 50},{'x' if i % 2 else 'y'},{'no' if i % 2 else 'yes'}" for i in range(100)]
    Path("leak.csv").write_text("\n".join(["age,gone,target", *rows]) + "\n")
    result = run("fit", "leak.csv", *NUMPY, "--hidden", "none", "--solver", "lbfgs", "--folds", "0")
    *_, leak, _, written = result.stdout.splitlines()
    assert written.startswith("Model written")
    assert leak.startswith("Leak: 'gone' gives the target away")
    assert leak.endswith("fit with --drop gone.")


@pytest.mark.parametrize(("name", "is_said"), [("ID", True), ("price", False)])
def test_an_identifier_as_the_target_is_said_before_the_training(run, name, is_said):
    write("t.csv", f"{name},x", *(f"{7 * i},{i * 37 % 50}" for i in range(40)))
    result = run("fit", "t.csv", "-t", name, *NUMPY, "--hidden", "none", "--epochs", "2", "--folds", "0")
    assert result.exit_code == 0, result.output
    note = (
        f"note: the target column '{name}' has a different whole number in each of 40 rows, as an identifier "
        "has: choose another column with --target, unless these are amounts.\n"
    )
    assert result.stderr.startswith(note) == is_said
    assert ("identifier" in result.stdout) == is_said


@pytest.mark.parametrize(
    "cells",
    [
        pytest.param([f"{i % 97:03d}" for i in range(150)], id="numbers with zeros in front"),
        pytest.param([f"{i}.5 kg" if i % 20 else f"{i}.5" for i in range(60)], id="some without a unit"),
    ],
)
def test_an_unclear_target_that_is_no_identifier_has_no_note_before_the_training(run, cells):
    write("t.csv", "y,x", *(f"{cell},{i * 37 % 50}" for i, cell in enumerate(cells)))
    result = run("fit", "t.csv", "-t", "y", *NUMPY, "--hidden", "none", "--epochs", "2", "--folds", "0")
    assert result.exit_code == 0, result.output
    assert "the target column" not in result.stderr
