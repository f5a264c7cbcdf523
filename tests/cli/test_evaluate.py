from __future__ import annotations

import json
from pathlib import Path

import pytest

import separatrix as sx


@pytest.mark.slow
def test_the_same_report_as_fit_on_the_same_rows(run, people):
    lines = people.read_text(encoding="utf-8").splitlines()
    Path("train.csv").write_text("\n".join(lines[:1] + lines[1::2]), encoding="utf-8")
    Path("test.csv").write_text("\n".join(lines[:1] + lines[2::2]), encoding="utf-8")
    fitted = run("fit", "train.csv", "--test", "test.csv", "--model", "network", "--json")
    judged = run("evaluate", "model.safetensors", "test.csv", "--json")
    assert judged.exit_code == 0, judged.output
    reports = json.loads(judged.stdout)["test"]["reports"]
    expected = json.loads(fitted.stdout)["test"]["reports"]
    assert reports == {name: expected[name] for name in ("network", "dummy")}


def test_text(run, people, model):
    result = run("evaluate", str(model), str(people))
    assert result.exit_code == 0, result.output
    assert "On 40 rows, with 95 % intervals:" in result.stdout
    assert "The network is " in result.stdout


@pytest.mark.slow
def test_an_ensemble(run, people, ensemble):
    result = run("evaluate", str(ensemble), str(people))
    assert result.exit_code == 0, result.output
    assert "On 40 rows, with 95 % intervals:" in result.stdout
    assert "dummy" in result.stdout  # the members were trained on the same rows, and say so


def test_unseen_values_and_unused_columns_are_reported(run, people, model):
    text = (
        people.read_text(encoding="utf-8")
        .replace("Ulm", "Köln")
        .replace("id,", "id,extra,")
        .replace(".00,", ".00,0,")
    )
    Path("new.csv").write_text(text, encoding="utf-8")
    result = run("evaluate", str(model), "new.csv")
    assert result.stderr.splitlines() == [
        "note: columns that the model does not use: extra.",
        "note: 'town' has values that training did not have, such as 'Köln', in 14 of 40 rows.",
    ]


def test_a_target_of_another_name(run, people, model):
    text = people.read_text(encoding="utf-8").replace("target", "truth")
    Path("new.csv").write_text(text, encoding="utf-8")
    refused = run("evaluate", str(model), "new.csv").stderr
    assert "there is no column 'target', the target of the model, which its answers are compared" in refused
    assert f"or use separatrix predict {model} TABLE, which is for tables without the target" in refused
    assert "no column 'turth'; the" in run("evaluate", str(model), "new.csv", "--target", "turth").stderr
    assert run("evaluate", str(model), "new.csv", "--target", "truth").exit_code == 0


@pytest.mark.slow
def test_numbers(run):
    run("fit", "diabetes", "--engine", "numpy", "--hidden", "2", "--max-iter", "2")
    result = run("evaluate", "model.safetensors", "diabetes")
    assert result.exit_code == 0, result.output
    assert "RMSE" in result.stdout
    assert "dummy" in result.stdout


def test_a_model_without_training_metadata(run):
    sx.save(sx.Model(sx.Network.mlp(1, (), 1), [1.0, 0.0], classes=["no", "yes"]), "plain.safetensors")
    Path("x.csv").write_text("x,y\n2,yes\n-1,no\n", encoding="utf-8")
    assert "--target must name" in run("evaluate", "plain.safetensors", "x.csv").stderr
    result = run("evaluate", "plain.safetensors", "x.csv", "-t", "y")
    assert result.exit_code == 0, result.output
    assert "accuracy" in result.stdout
    assert "dummy" not in result.stdout


def test_a_label_that_is_no_class_of_the_model(run, people, model):
    text = people.read_text(encoding="utf-8").replace("00,20.50,Ulm,false,no", "00,20.50,Ulm,false,maybe")
    Path("new.csv").write_text(
        text.replace("000,20.50,Ulm,false,no", "000,20.50,Ulm,false,maybe"), encoding="utf-8"
    )
    result = run("evaluate", str(model), "new.csv")
    assert result.exit_code == 2
    assert "has 'maybe' in row 1, which is none of the classes: no, yes" in result.stderr


@pytest.mark.parametrize("head", ["multilabel", "regression"])
def test_a_model_of_several_targets_is_an_error(run, head):
    sx.save(sx.Model(sx.Network.mlp(1, (), 2, head=head), [1.0, 0.0, 0.0, 0.0]), "several.safetensors")
    result = run("evaluate", "several.safetensors", "iris")
    assert result.exit_code == 2
    assert "model must have one target, got several" in result.stderr


def test_a_model_of_numbers_is_judged_on_one_row(run):
    rows = [f"{x},{3 * x}" for x in range(40)]
    Path("t.csv").write_text("\n".join(["x,target", *rows]) + "\n", encoding="utf-8")
    run(
        "fit", "t.csv", "--task", "regression", "--engine", "numpy", "--hidden", "none", "-o", "m.safetensors"
    )
    Path("one.csv").write_text("x,target\n2,7.5\n", encoding="utf-8")
    result = run("evaluate", "m.safetensors", "one.csv")
    assert result.exit_code == 0, result.output
    assert "R² is undefined: the target is the same on every row." in result.stdout
    judged = json.loads(run("evaluate", "m.safetensors", "one.csv", "--json").stdout)["test"]
    row = judged["reports"]["network"]["per_target"][0]
    error = abs(sx.load("m.safetensors").predict(sx.data.Table({"x": [2]}))[0] - 7.5)
    assert row["r2"]["value"] is None
    assert (row["mae"]["value"], row["rmse"]["value"]) == (pytest.approx(error), pytest.approx(error))


@pytest.mark.parametrize("option", [("--train", "people.csv"), ("--no-trees",)])
def test_options_of_the_page_need_a_page(run, people, model, option):
    result = run("evaluate", str(model), str(people), *option)
    assert result.exit_code == 2
    assert (
        f"{option[0].replace('no-', '')} is for the page about the model; give --report, too."
        in result.stderr
    )


def test_a_threshold_of_the_model_is_shown_and_another_is_judged(run, people):
    fitted = run(
        "fit", str(people), "--model", "network", "--hidden", "none", "--solver", "lbfgs", "--no-trees",
        "--folds", "0", "--threshold", "0.25", "-o", "m.safetensors",
    )  # fmt: skip
    assert fitted.exit_code == 0, fitted.output
    result = run("evaluate", "m.safetensors", str(people))
    assert " is predicted from a probability of 0.25 on, as kept in the model" in result.stdout
    result = run("evaluate", "m.safetensors", str(people), "--threshold", "0.999999")
    assert " is predicted from a probability of 0.999999 on, as asked" in result.stdout
    values = json.loads(run("evaluate", "m.safetensors", str(people), "--threshold", "0.4", "--json").stdout)
    assert values["threshold"] == 0.4


def test_costs_are_said_without_a_page(run, people):
    run(
        "fit", str(people), "--model", "network", "--hidden", "none", "--solver", "lbfgs", "--no-trees",
        "--folds", "0", "--cost", "fn=5,fp=1", "-o", "m.safetensors",
    )  # fmt: skip
    result = run("evaluate", "m.safetensors", str(people), "--cost", "fn=5,fp=1")
    assert result.exit_code == 0, result.output
    said = " ".join(result.stdout.split())
    assert "a row (a miss costs 5, a false alarm 1); chosen on them, it looks a little too good." in said
    values = json.loads(
        run("evaluate", "m.safetensors", str(people), "--cost", "fn=5,fp=1", "--json").stdout
    )["test"]
    cuts = {cut["threshold"]: cut["cost"] for cut in values["thresholds"]["cuts"]}
    threshold = sx.load("m.safetensors").threshold
    assert values["reports"]["linear model"]["cost"]["value"] == pytest.approx(cuts[threshold])
    assert cuts[values["thresholds"]["cheapest"]] <= cuts[threshold]
    assert values["reports"]["dummy"]["threshold"] == pytest.approx(1 / 6)


def test_costs_need_two_classes(run):
    Path("t.csv").write_text("x,target\n" + "".join(f"{i},{i * 0.5}\n" for i in range(40)), encoding="utf-8")
    line = ("--task", "regression", "--engine", "numpy", "--hidden", "none", "-o", "m.safetensors")
    run("fit", "t.csv", *line, "--folds", "0")
    result = run("evaluate", "m.safetensors", "t.csv", "--cost", "fn=5")
    assert result.exit_code == 2
    assert "cost needs classes, and the task is regression; leave it out." in result.stderr


@pytest.mark.slow
def test_rows_without_a_target_are_left_out_and_counted(run, people, model):
    lines = people.read_text(encoding="utf-8").splitlines()
    emptied = [
        line.rsplit(",", 1)[0] + "," if number in (3, 8) else line for number, line in enumerate(lines)
    ]
    Path("gaps.csv").write_text("\n".join(emptied) + "\n", encoding="utf-8")
    kept = [line for number, line in enumerate(lines) if number not in (3, 8)]
    Path("kept.csv").write_text("\n".join(kept) + "\n", encoding="utf-8")
    result = run("evaluate", str(model), "gaps.csv", "--json")
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)["test"]
    expected = json.loads(run("evaluate", str(model), "kept.csv", "--json").stdout)["test"]
    sentence = "2 of 40 rows have no 'target', cannot be judged, and are left out."
    assert found["notes"] == [sentence]
    assert found["reports"] == expected["reports"]
    page = run(
        "evaluate", str(model), "gaps.csv", "--report", "page.html", "--train", "gaps.csv", "--no-trees"
    )
    assert page.exit_code == 0, page.output
    assert sentence in page.stdout
    text = Path("page.html").read_text(encoding="utf-8").replace("&#x27;", "'")
    assert sentence in text
    assert "2 of 40 training rows without 'target' left out." in text
    assert "It was judged on 38 rows, of which 38 have the same cells as a training row." in text
    assert "38 of 38 rows that judge have the same cells as a training row: if they are the same" in text


def test_no_row_with_a_target_is_an_error(run, people, model):
    head, *lines = people.read_text(encoding="utf-8").splitlines()
    emptied = [line.rsplit(",", 1)[0] + "," for line in lines]
    Path("gaps.csv").write_text("\n".join([head, *emptied]) + "\n", encoding="utf-8")
    result = run("evaluate", str(model), "gaps.csv")
    assert result.exit_code == 2
    assert "the target column 'target' is empty in all of 40 rows" in result.stderr


def test_values_that_the_training_did_not_have_are_said_as_by_predict(run, people, model):
    cells = [line.split(",") for line in people.read_text(encoding="utf-8").splitlines()]
    cells[2][1], cells[4][2], cells[5][2] = "90000", "", "Köln"
    Path("new.csv").write_text("\n".join(map(",".join, cells)) + "\n", encoding="utf-8")
    result = run("evaluate", str(model), "new.csv")
    assert result.exit_code == 0, result.output
    said = result.stderr.splitlines()
    assert [line.split(" ")[:2] for line in said] == [
        ["note:", "'town'"],
        ["note:", "'age'"],
        ["note:", "'town'"],
    ]
    assert "'age' is far from " in said[1]
    assert "'town' has no value in 1 of 40 rows" in said[2]
    told = run("predict", str(model), "new.csv").stderr.splitlines()
    assert told[: len(said)] == said
    notes = json.loads(run("evaluate", str(model), "new.csv", "--json").stdout)["table_notes"]
    assert [f"note: {sentence}" for sentence in notes] == said
