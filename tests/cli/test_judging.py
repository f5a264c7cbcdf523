from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import separatrix as sx

pytestmark = pytest.mark.slow

NETWORK = ("--model", "network", "--hidden", "none", "--solver", "lbfgs", "--no-trees")


@pytest.fixture
def rare(tmp_path: Path) -> Path:
    """400 rows, of which about a tenth is 'yes', by age and town."""
    random = np.random.RandomState(0)
    age, town = random.uniform(18, 80, 400), random.choice(["Ulm", "Bonn"], 400)
    p = 1 / (1 + np.exp(-(0.12 * (age - 75) + 1.5 * (town == "Ulm"))))
    y = np.where(random.uniform(size=400) < p, "yes", "no")
    path = tmp_path / "rare.csv"
    pl.DataFrame({"age": age, "town": town, "target": y}).write_csv(path)
    return path


def test_fit_writes_a_page(run, rare):
    result = run("fit", str(rare), *NETWORK, "--report", "page.html", "--cost", "fn=10,fp=1")
    assert result.exit_code == 0, result.output
    assert "Report written to 'page.html'." in result.stdout
    text = Path("page.html").read_text(encoding="utf-8")
    assert "<h1>Predicting target</h1>" in text
    assert "a missed row costs 10" in text
    assert "given 2 columns of rare.csv" in text
    assert "The model has kept the cut" in text
    assert "separatrix predict model.safetensors new.csv" in text
    assert "The first column is the line of &#x27;rare.csv&#x27;." in text
    lines = rare.read_text(encoding="utf-8").splitlines()
    shown = re.findall(r'<tr><th scope="row">(\d+)</th><td>(yes|no)</td><td>(?:yes|no) \(.*?</td>', text)
    assert len(shown) > 8
    assert all(lines[int(line) - 1].endswith(f",{truth}") for line, truth in shown)


def test_a_cost_chooses_a_threshold_on_training_rows(run, rare):
    result = run("fit", str(rare), *NETWORK, "--cost", "fn=10,fp=1")
    model = sx.load("model.safetensors")
    assert 0.02 < model.threshold < 0.4
    line = next(line for line in result.stdout.splitlines() if line.startswith("Decision"))
    assert line.endswith("on, the cheapest on training rows (a miss costs 10, a false alarm 1)")
    scored = run("predict", "model.safetensors", str(rare))
    assert f"from a probability of {model.threshold:g} on, as kept in the model" in scored.stderr


def test_the_test_rows_do_not_choose_the_threshold(run, rare):
    """The same training rows beside other test rows give the same threshold."""
    table = pl.read_csv(rare)
    table[:300].write_csv("train.csv")
    found = set()
    for name, rows in (("a.csv", table[300:350]), ("b.csv", table[350:])):
        rows.write_csv(name)
        run("fit", "train.csv", *NETWORK, "--test", name, "--cost", "fn=10,fp=1", "-o", "m.safetensors")
        found.add(sx.load("m.safetensors").threshold)
    assert len(found) == 1


def test_the_positive_class_is_said_with_the_option_for_the_other_one(run, rare):
    def said(*options: str) -> list[str]:
        stdout = run("fit", str(rare), *NETWORK, "--folds", "0", "--report", "page.html", *options).stdout
        return [line.split(maxsplit=1)[1] for line in stdout.splitlines() if line.startswith("Positive")]

    about = "thresholds, costs and average precision are about it"
    assert said() == [
        f"'yes', the rarer one in training rows: {about}; --positive no makes 'no' the positive class"
    ]
    assert "The positive class is yes: cuts and costs are about it." in Path("page.html").read_text("utf-8")
    assert said("--positive", "no", "--threshold", "0.6") == [f"'no', as asked with --positive: {about}"]
    page = Path("page.html").read_text("utf-8")
    assert "new.csv --output scored.csv --threshold 0.6 --positive no" in page
    assert "the second answers no from 0.6 on:" in page


def test_a_threshold_is_kept_as_given(run, rare):
    run("fit", str(rare), *NETWORK, "--threshold", "0.2")
    assert sx.load("model.safetensors").threshold == 0.2


@pytest.mark.parametrize("folds", [False, True])
def test_scores_are_those_of_the_answer_that_the_model_gives(run, rare, folds):
    table = pl.read_csv(rare)
    table[:300].write_csv("train.csv")
    table[300:].write_csv("test.csv")
    judging = ("--folds", "2") if folds else ("--test", "test.csv")
    options = (*NETWORK, "--threshold", "0.05", *judging)
    result = run("fit", "train.csv", *options, "--report", "page.html")
    said = "'yes' is the answer from a probability of 0.05 on, of the linear model and of the baselines."
    assert said in result.stdout
    assert said.replace("'", "&#x27;") in Path("page.html").read_text(encoding="utf-8")
    page = Path("page.html").read_text(encoding="utf-8")
    assert "(top): &#x27;yes&#x27; is the answer from a probability of 0.05 on." in page
    values = json.loads(run("fit", "train.csv", *options, "--json").stdout)["test"]["reports"]
    assert (values["linear model"]["threshold"], values["dummy"]["threshold"]) == (0.05, 0.05)
    if not folds:
        predicted = sx.load("model.safetensors").predict(sx.data.read_table("test.csv"))
        right = (predicted == table[300:]["target"].to_numpy()).mean()
        assert values["linear model"]["accuracy"]["value"] == pytest.approx(right)
        evaluated = json.loads(run("evaluate", "model.safetensors", "test.csv", "--json").stdout)
        assert (
            evaluated["test"]["reports"]["linear model"]["confusion"] == values["linear model"]["confusion"]
        )
    assert values["linear model"]["per_class"][1]["recall"]["value"] > 0.9
    assert values["logistic regression"]["per_class"][1]["recall"]["value"] > 0.9


def test_folds_say_that_their_rows_chose_the_threshold(run, rare):
    result = run("fit", str(rare), *NETWORK, "--cost", "fn=10,fp=1", "--folds", "5")
    assert "The calibration or the threshold was chosen on training rows" in " ".join(result.stdout.split())
    threshold = sx.load("model.safetensors").threshold
    said = " ".join(result.stdout.split())
    assert f"from a probability of {threshold:.4g} on of the linear model, 0." in said
    assert "0.09091 of the dummy." in said
    assert (
        f"The linear model cuts at {threshold:.4g}, each of the others where it is cheapest on these" in said
    )
    costs = next(line for line in result.stdout.splitlines() if line.lstrip().startswith("cost of a row"))
    own, line, *_ = map(float, re.findall(r"([\d.]+) \[", costs))
    assert own == pytest.approx(line, rel=0.3)  # both are lines, and each has its own cut


def test_weights_are_said_and_calibration_mends_them(run, rare):
    result = run("fit", str(rare), *NETWORK, "--class-weight", "balanced", "-o", "weighted.safetensors")
    assert "Classes were weighted, also for the baselines: probabilities are then no frequ" in result.stdout
    assert "average precision" in result.stdout
    scored = run("predict", "weighted.safetensors", str(rare))
    assert "classes were weighted in the training: the probabilities are not frequencies." in scored.stderr
    calibrated = (*NETWORK, "--class-weight", "balanced", "--calibrate", "-o", "mended.safetensors")
    result = run("fit", str(rare), *calibrated)
    assert "the probabilities of all were calibrated" in result.stdout
    assert "(log-loss lower by" in result.stdout
    assert "frequencies" not in run("predict", "mended.safetensors", str(rare)).stderr
    table = sx.data.read_table(rare)
    weighted, mended = (
        sx.load(f"{name}.safetensors").predict_proba(table)[:, 1].mean() for name in ("weighted", "mended")
    )
    rate = (table.columns["target"] == "yes").mean()
    assert weighted > 1.4 * rate
    assert mended == pytest.approx(rate, abs=0.05)


def test_evaluate_writes_a_page(run, rare):
    run("fit", str(rare), *NETWORK)
    result = run(
        "evaluate", "model.safetensors", str(rare), "--report", "e.html", "--train", str(rare), "--no-trees"
    )
    assert result.exit_code == 0, result.output
    assert "logistic regression" in Path("e.html").read_text(encoding="utf-8")


def test_json_stays_json(run, rare):
    result = run("fit", str(rare), *NETWORK, "--report", "page.html", "--json")
    assert json.loads(result.stdout)["test"]["reports"]["linear model"]["average_precision"]["value"] > 0


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (("--report", "page.pdf"), "a report ends in .html"),
        (("--cost", "fn=much"), "fn=10,fp=1"),
        (("--cost", "miss=3"), "got 'miss'"),
        (("--cost", "fn=3", "--threshold", "0.2"), "give one of them"),
        (("--threshold", "2"), "threshold"),
    ],
)
def test_bad_options_are_refused_before_the_training(run, rare, options, problem):
    result = run("fit", str(rare), *NETWORK, *options)
    assert result.exit_code != 0
    assert problem in result.stderr
    assert not Path("model.safetensors").exists()


def test_numbers_have_no_threshold(run):
    result = run("fit", "diabetes", *NETWORK, "--cost", "fn=2")
    assert result.exit_code != 0
    assert "needs classes" in result.stderr


def test_folds_are_not_advised_where_a_class_has_one_row(run, tmp_path):
    path = tmp_path / "t.csv"
    rows = [f"{i % 7}.5,{'ab'[i % 2]}" for i in range(39)]
    path.write_text("\n".join(["x,y", *rows, "3.5,c"]) + "\n", encoding="utf-8")
    result = run("fit", str(path), "-t", "y", *NETWORK, "--no-trees")
    assert "10 test rows say little, and --folds 5 is no way out: class 'c' has 1 row" in result.stdout


@pytest.mark.judged_by_folds
def test_a_small_table_is_judged_by_folds(run, rare):
    result = run("fit", str(rare), *NETWORK, "--test-size", "0.25")
    assert "100 test rows say little; --folds 5 judges by cross-validation over all rows." in result.stdout
    result = run("fit", str(rare), *NETWORK, "--report", "page.html", "-o", "m.safetensors")
    assert result.exit_code == 0, result.output
    sentence = "5 folds, drawn 2 times: each of 400 rows is predicted without training on it"
    stdout = " ".join(result.stdout.split())
    assert f"Judged by {sentence} (10 more trainings in " in stdout
    assert "The model is trained on all rows." in stdout
    assert "On 400 rows, with 95 % intervals:" in result.stdout
    assert "Split" not in result.stdout
    assert sentence in Path("page.html").read_text(encoding="utf-8")
    assert sx.load("m.safetensors").training["n_rows"] == 400


@pytest.mark.judged_by_folds
@pytest.mark.parametrize(("n_rows", "n_folds"), [(9, 0), (400, 5)])
def test_folds_judge_where_there_are_enough_rows(run, rare, n_rows, n_folds):
    pl.read_csv(rare).sort("target")[-n_rows:].with_columns(pl.col("age").alias("target")).write_csv("n.csv")
    result = run("fit", "n.csv", *NETWORK, "--json")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["test"]["rows"].startswith("5 folds") is bool(n_folds)


@pytest.mark.judged_by_folds
@pytest.mark.parametrize("option", [("--folds", "0"), ("--test-size", "0.3"), ("--memory", "1GB")])
def test_test_rows_judge_a_small_table_if_asked(run, rare, option):
    result = run("fit", str(rare), *NETWORK, *option)
    assert "test rows" in result.stdout
    assert "Judged by" not in result.stdout


@pytest.mark.judged_by_folds
def test_a_rare_class_is_judged_by_test_rows_as_folds_cannot_hold_it(run, rare):
    table = pl.read_csv(rare)
    once = table[:1].with_columns(pl.lit("maybe").alias("target"))
    pl.concat([table, once]).write_csv("once.csv")
    result = run("fit", "once.csv", *NETWORK)
    assert result.exit_code == 0, result.output
    assert "test rows" in result.stdout
    assert "Judged by" not in result.stdout


@pytest.mark.parametrize("option", [("--test-size", "0.2"), ("--test", "other.csv")])
def test_test_rows_and_folds_do_not_go_together(run, rare, option):
    result = run("fit", str(rare), *NETWORK, "--folds", "5", *option)
    assert result.exit_code == 2
    assert f"{option[0]} holds out test rows, and folds judges by cross-validation" in result.stderr


def test_a_positive_class_is_kept(run, rare):
    """What costs mean, thresholds and average precision are about the class that is named."""
    common = json.loads(run("fit", str(rare), *NETWORK, "--positive", "no", "--json").stdout)["test"]
    rarer = json.loads(run("fit", str(rare), *NETWORK, "--json", "-o", "r.safetensors").stdout)["test"]
    assert sx.load("model.safetensors").decision.positive == 0
    assert sx.load("r.safetensors").decision is None  # the second is the rarer one
    one, other = (test["reports"]["linear model"]["average_precision"]["value"] for test in (common, rarer))
    assert one > 0.9 > other
    scored = run("predict", "model.safetensors", str(rare), "--threshold", "0.9", "-o", "s.csv")
    assert "'no' is predicted from a probability of 0.9 on, as asked" in scored.stderr
    table = pl.read_csv("s.csv")
    assert ((table["prediction"] == "no") == (table["probability no"] >= 0.9)).all()
    run("predict", "model.safetensors", str(rare), "--threshold", "0.9", "--positive", "yes", "-o", "t.csv")
    table = pl.read_csv("t.csv")
    assert ((table["prediction"] == "yes") == (table["probability yes"] >= 0.9)).all()
    values = json.loads(run("evaluate", "model.safetensors", str(rare), "--positive", "yes", "--json").stdout)
    assert values["test"]["reports"]["linear model"]["positive"] == 1


def test_the_rarer_class_is_positive_wherever_it_is(run, rare):
    table = pl.read_csv(rare).with_columns(pl.col("target").replace("yes", "a yes"))
    table.write_csv("turned.csv")
    result = run("fit", "turned.csv", *NETWORK, "--cost", "fn=10,fp=1")
    assert "'a yes' from a probability of" in result.stdout
    turned = sx.load("model.safetensors")
    run("fit", str(rare), *NETWORK, "--cost", "fn=10,fp=1", "-o", "plain.safetensors")
    plain = sx.load("plain.safetensors")
    assert turned.threshold == pytest.approx(plain.threshold, abs=0.03)
    assert (turned.predict(table) == "a yes").sum() == pytest.approx(
        (plain.predict(table) == "yes").sum(), rel=0.3
    )


@pytest.mark.parametrize("option", [("--cost", "fn=3"), ("--threshold", "0.2"), ("--positive", "a")])
def test_two_classes_are_needed_for_a_decision(run, option):
    result = run("fit", "iris", *NETWORK, *option)
    assert result.exit_code == 2
    assert f"{option[0]} needs two classes, and the target has 3; leave it out." in result.stderr
    assert not Path("model.safetensors").exists()


def test_a_positive_class_that_is_none_is_refused_before_the_training(run, rare):
    result = run("fit", str(rare), *NETWORK, "--positive", "maybe")
    assert result.exit_code == 2
    assert "--positive must be one of the classes 'no' and 'yes', got 'maybe'." in result.stderr
    assert not Path("model.safetensors").exists()


def test_folds_keep_groups_together(run, tmp_path):
    """The class depends on the patient alone, whose rows have nearly the same number."""
    random = np.random.RandomState(0)
    patient = np.repeat(np.arange(30), 5)
    x = random.normal(size=30)[patient] + 1e-3 * random.normal(size=150)
    y = np.where(random.randint(0, 2, 30)[patient], "yes", "no")
    names = np.array([f"p{each}" for each in patient])
    order = random.permutation(150)
    pl.DataFrame({"x": x[order], "patient": names[order], "y": y[order]}).write_csv(tmp_path / "g.csv")
    options = ("-t", "y", "--presets", "fast", "--folds", "3", "--no-trees", "--groups", "patient", "--json")
    result = run("fit", str(tmp_path / "g.csv"), *options)
    assert result.exit_code == 0, result.output
    test = json.loads(result.stdout)["test"]
    assert test["rows"].endswith("without training on a row of its group")
    assert test["reports"]["ensemble"]["accuracy"]["value"] < 0.8


def test_too_few_groups_for_folds_are_refused_before_the_training(run, rare):
    table = pl.read_csv(rare).with_row_index("row").with_columns(home=pl.col("row") % 3)
    table.write_csv("train.csv")
    result = run("fit", "train.csv", "--groups", "home", "--folds", "5", "--presets", "fast")
    assert result.exit_code != 0
    assert "3 groups cannot be split into 5 folds" in result.stderr
    assert not Path("model.safetensors").exists()


@pytest.mark.parametrize("option", [("--folds", "5"), ("--report", "page.html")])
def test_rows_that_are_not_kept_are_refused_before_the_training(run, rare, option):
    result = run("fit", str(rare), *NETWORK[:2], "--no-trees", "--memory", "512MB", *option)
    assert result.exit_code != 0
    assert f"{option[0]} needs a table that is read whole" in result.stderr
    assert not Path("model.safetensors").exists()


def test_a_search_writes_a_page_judged_by_folds(run, rare):
    options = ("--candidates", "2", "--depths", "0-1", "--widths", "2", "--max-iter", "5", "--no-trees")
    result = run("search", str(rare), "target", *options, "--report", "s.html")
    assert result.exit_code == 0, result.output
    text = Path("s.html").read_text(encoding="utf-8")
    assert "Its size was chosen on the same rows, so that its scores look a little too good" in text
    assert "logistic regression" in text
    words = ("is better than", "is no better than", "was better than")
    assert any(f"The network {each} logistic regression" in result.stdout for each in words)


def test_a_page_is_about_one_network(run, rare):
    result = run("search", str(rare), "target", "--ensemble", "--report", "s.html")
    assert result.exit_code != 0
    assert "report is about one network" in result.stderr


@pytest.mark.parametrize(
    "options", [NETWORK, ("--presets", "fast", "--cv", "2")], ids=["network", "ensemble"]
)
def test_pages_of_a_table_with_dates(run, rare, options):
    days = [f"{1 + i % 28:02}.{1 + i // 28 % 12:02}.2024" for i in range(400)]
    pl.read_csv(rare).with_columns(pl.Series("day", days)).write_csv("dated.csv")
    result = run("fit", "dated.csv", *options, "--report", "fit.html")
    assert result.exit_code == 0, result.output
    result = run("evaluate", "model.safetensors", "dated.csv", "--report", "evaluate.html")
    assert result.exit_code == 0, result.output
    for name in ("fit.html", "evaluate.html"):
        page = Path(name).read_text(encoding="utf-8")
        assert "2024-01-01 to 2024-12-28" in page
        assert "day (days)" not in page.partition("How the answer depends")[0]


def test_the_line_that_advice_names_can_be_fitted(run, rare):
    options = ("--no-trees", "--folds", "0", "--json")
    line = ("--hidden", "none", "--solver", "lbfgs", "--alpha", "1.00001")
    found = [
        json.loads(run("fit", str(rare), *model, *options).stdout)["test"]
        for model in (("--model", "line"), ("--model", "network", *line))
    ]
    itself, nearly = (each["reports"] for each in found)
    assert list(itself) == ["linear model", "dummy"]
    assert "The linear model is" in run("evaluate", "model.safetensors", str(rare)).stdout
    assert found[0]["notes"] == ["The model is a straight line itself, so that no other one is beside it."]
    own, other = (
        itself["linear model"]["log_loss"]["value"],
        nearly["logistic regression"]["log_loss"]["value"],
    )
    assert own == pytest.approx(other, rel=0.01)
    both = run("fit", str(rare), "--model", "line", "--presets", "fast")
    assert "--presets belongs to an ensemble of networks, and --model=line to one" in both.stderr


def test_the_cost_of_a_kept_cut_is_said(run, rare):
    result = run("fit", str(rare), *NETWORK, "--folds", "0", "--cost", "fn=10,fp=1", "--report", "page.html")
    line = next(line for line in result.stdout.splitlines() if line.startswith("Cost"))
    assert re.search(
        r"a row at this cut, [\d.]+ \[.*\] at 0.5 \(\d+ training rows, \d+ of them 'yes'\)$", line
    )
    assert re.search(r">0\.\d+ \(kept[^<]*\)<", Path("page.html").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("text", "cure"),
    [("0,3", "write 0.3."), ("30%", "write 0.3."), ("12,5 %", "write 0.125."), ("x", "0.3, for example")],
)
@pytest.mark.parametrize("command", [("fit", "t.csv"), ("predict", "m", "t.csv"), ("evaluate", "m", "t.csv")])
def test_a_threshold_that_is_no_number_has_a_cure(run, command, text, cure):
    result = run(*command, "--threshold", text)
    assert result.exit_code == 2
    said = " ".join(result.stderr.split())
    assert f"must be a probability from 0 to 1 with a decimal point, got '{text}'" in said
    assert cure in said
