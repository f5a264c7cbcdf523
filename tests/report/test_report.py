from __future__ import annotations

import html.parser
import re
import shlex
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import polars as pl
import pytest
from sklearn.datasets import load_diabetes
from sklearn.linear_model import LinearRegression, LogisticRegression

import separatrix as sx
from separatrix.data.table import Table
from separatrix.errors import OutputError, ParameterError
from separatrix.estimators import MLPClassifier
from separatrix.report import Folding, Report, cross_assess
from separatrix.report.page import _counted_on

EVIL = "</script><script>alert(1)</script>"


def rows(n: int = 240, seed: int = 0, name: str = "age") -> tuple[Table, np.ndarray]:
    random = np.random.RandomState(seed)
    age, town = random.uniform(18, 80, n), random.choice(["Ulm", EVIL], n).astype(object)
    age[::9] = np.nan
    y = np.where(
        np.nan_to_num(age, nan=40.0) + 25 * (town == "Ulm") + random.normal(0, 9, n) > 62, "yes", "no"
    )
    return Table({name: age, "town": town}), y.astype(object)


def fitted(name: str = "age", **settings: object) -> MLPClassifier:
    table, y = rows(name=name)
    clf = MLPClassifier((), solver="lbfgs", alpha=0.1, random_state=0, **settings)  # type: ignore[arg-type]
    return clf.fit_table(Table({**table.columns, "member": y}), "member")


@pytest.fixture(scope="module")
def report() -> Report:
    return Report.from_estimator(
        fitted(), *rows(150, 1), train=rows(), source=f"{EVIL}.csv", cost={"fn": 10, "fp": 1}
    )


class Page(html.parser.HTMLParser):
    """What a browser would find: tags, addresses, and whether they are closed."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.open: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.addresses += [v or "" for k, v in attrs if k in {"href", "src", "xlink:href", "action", "data"}]
        if tag not in {"meta", "link", "img", "br"}:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.addresses += [v or "" for k, v in attrs if k in {"href", "src", "xlink:href"}]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def parsed(text: str) -> Page:
    page = Page()
    page.feed(text)
    page.close()
    assert page.open == []
    return page


@pytest.mark.slow
def test_the_page_asks_the_network_for_nothing(report: Report) -> None:
    text = report.to_html()
    page = parsed(text)
    assert {"script", "link", "iframe", "object", "form", "base"}.isdisjoint(page.tags)
    assert all(address.startswith(("#", "data:")) for address in page.addresses)
    assert not re.search(r"url\(\s*['\"]?(?!#)", text)
    assert "@import" not in text
    outer = set(re.findall(r"https?://[^\"' <)]+", text))
    assert outer <= {"http://www.w3.org/1999/xlink", "http://www.w3.org/2000/svg"}
    assert "default-src 'none'" in text


@pytest.mark.slow
@pytest.mark.parametrize("where", ["level", "column", "class", "target"])
def test_names_are_escaped(where: str) -> None:
    table, y = rows(name=EVIL if where == "column" else "age")
    if where == "class":
        y = np.where(y == "yes", EVIL, y).astype(object)
    target = EVIL if where == "target" else "member"
    clf = MLPClassifier((), solver="lbfgs", alpha=0.1, random_state=0)
    clf.fit_table(Table({**table.columns, target: y}), target)
    text = Report.from_estimator(clf, table, y, train=(table, y), trees=False).to_html()
    page = parsed(text)
    assert "script" not in page.tags
    assert "alert(1)" in "".join(page.text)


@pytest.mark.slow
def test_the_page_has_every_section(report: Report) -> None:
    titles = re.findall(r"<h2>(.*?)</h2>", report.to_html())
    assert titles[:8] == [
        "Is it worth it?",
        "How good is it?",
        "Where is it right?",
        "Which columns matter?",
        "Where to cut?",
        "Which rows stand out?",
        "The data as understood",
        "How it was trained",
    ]
    assert titles[-1] == "How to use the model"


def test_values_are_there_by_name(report: Report) -> None:
    assert list(report.assessment.reports) == [
        "linear model",
        "logistic regression",
        "gradient boosting",
        "dummy",
    ]
    assert {group.name for group in report.importance.groups} == {"age", "town"}
    assert report.n_train == 240
    age = report.columns[0]
    assert (age.name, age.kind, age.n_missing, age.n_rows) == ("age", "number", 27, 240)
    assert report.thresholds is not None
    assert report.thresholds.cost.fn == 10
    assert report.thresholds.label == "yes"
    assert list(report.roc) == ["linear model", "logistic regression", "gradient boosting"]
    assert [each.column for each in report.dependence] == [
        group.name for group in report.importance.groups if group.is_clear
    ]


@pytest.mark.slow
def test_the_same_model_gives_the_same_page(report: Report) -> None:
    again = Report.from_estimator(
        fitted(), *rows(150, 1), train=rows(), source=f"{EVIL}.csv", cost={"fn": 10, "fp": 1}
    )
    assert again.to_html() == report.to_html()


@pytest.mark.slow
def test_a_model_file_is_reported_as_its_estimator_is(report: Report, tmp_path: Path) -> None:
    sx.save(fitted(), tmp_path / "m.safetensors")
    loaded = sx.load(tmp_path / "m.safetensors")
    other = Report.from_estimator(loaded, *rows(150, 1), train=rows(), cost={"fn": 10, "fp": 1})
    assert other.target == "member"
    assert other.assessment.model == report.assessment.model
    assert other.learning is not None
    alone = Report.from_estimator(loaded, *rows(150, 1))
    assert list(alone.assessment.reports) == ["linear model", "dummy"]
    assert "no line and no trees were fitted" in alone.to_html()


@pytest.mark.slow
def test_numbers_have_no_thresholds() -> None:
    X, y = load_diabetes(return_X_y=True, as_frame=True)
    model = LinearRegression().fit(X[:300], y[:300])
    report = Report.from_estimator(model, X[300:], y[300:], train=(X[:300], y[:300]), trees=False)
    text = report.to_html()
    parsed(text)
    assert report.thresholds is None
    assert report.target == "target"
    assert "Where to cut?" not in text
    assert "bmi" in text
    assert "not one of Separatrix" in text


@pytest.mark.slow
def test_many_classes() -> None:
    random = np.random.RandomState(0)
    X = random.normal(size=(300, 2))
    y = (np.arctan2(X[:, 0], X[:, 1]) * 4).round().astype(int)
    model = LogisticRegression(max_iter=1000).fit(X, y)
    text = Report.from_estimator(model, X, y, train=(X, y), trees=False).to_html()
    parsed(text)
    assert "confusion matrix of 25 classes is not shown" in text or text.count('class="hit"') == len(set(y))


@pytest.mark.slow
def test_folds_explain_with_the_models_that_did_not_see_the_row() -> None:
    table, y = rows(90)
    clf = MLPClassifier((), solver="lbfgs", alpha=0.1, random_state=0)
    folds = cross_assess(clf, table, y, target="member", trees=False, folding=Folding(3, 1))
    clf.fit_table(Table({**table.columns, "member": y}), "member")
    report = Report.from_estimator(clf, folds=folds)
    assert "3 folds: each of 90 rows is predicted without training on it" in report.to_html()
    np.testing.assert_array_equal(report.answers, folds.answers)
    np.testing.assert_allclose(folds.subject.answers(), folds.answers, rtol=1e-6)
    assert report.importance.n_rows == 90


@pytest.mark.slow
def test_what_the_page_says_to_type_works(tmp_path: Path) -> None:
    model, table = fitted(), rows(20, 3)[0]
    file = tmp_path / "the model.safetensors"
    sx.save(model, file)
    report = Report.from_estimator(model, *rows(150, 1), model_file=file, trees=False)
    lines = "\n".join(parsed(report.to_html()).text).splitlines()
    command = next(line for line in lines if "separatrix predict" in line and "--threshold" in line)
    start = lines.index("import separatrix as sx")
    stop = next(i for i, line in enumerate(lines) if "with_threshold" in line) + 1
    cells = {name: column.tolist() for name, column in table.columns.items()}
    pl.DataFrame(cells).write_csv(tmp_path / "new.csv")
    for argv in (["-c", "\n".join(lines[start:stop])], ["-m", *shlex.split(command)]):
        done = subprocess.run([sys.executable, *argv], cwd=tmp_path, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
    assert (tmp_path / "scored.csv").is_file()


@pytest.mark.slow
def test_it_is_written_whole(report: Report, tmp_path: Path) -> None:
    path = report.save(tmp_path / "report.html")
    assert path.read_text(encoding="utf-8") == report.to_html()
    with pytest.raises(OutputError, match=r"ends in \.html; name it '.*report\.html'"):
        report.save(tmp_path / "report.pdf")


@pytest.mark.slow
def test_a_notebook_shows_it_in_a_frame(report: Report) -> None:
    shown = parsed(report._repr_html_())
    assert shown.tags == ["iframe"]
    assert "scores" not in shown.text
    assert repr(report).startswith("The linear model is ")


def test_several_targets_are_refused() -> None:
    X = np.random.RandomState(0).normal(size=(30, 2))
    clf = MLPClassifier((), solver="lbfgs", alpha=1.0).fit(X, X > 0)
    with pytest.raises(ParameterError, match="one target"):
        Report.from_estimator(clf, X, X[:, 0] > 0)


@pytest.mark.slow
def test_threshold_of_the_model_is_shown() -> None:
    model = fitted().to_model().with_threshold(0.25)
    assert "kept the cut 0.25" in Report.from_estimator(model, *rows(150, 1)).to_html()


def test_estimators_make_their_report() -> None:
    made = fitted().report(*rows(150, 1), train=rows(), trees=False)
    assert list(made.assessment.reports) == ["linear model", "logistic regression", "dummy"]
    assert made.target == "member"


def dated(n: int = 120) -> pl.DataFrame:
    random = np.random.RandomState(0)
    age = random.normal(size=n)
    days = [f"{1 + i % 28:02}.{1 + i // 28:02}.2024" for i in range(n)]
    return pl.DataFrame(
        {"age": age, "day": days, "y": np.where(age + random.normal(size=n) > 0, "yes", "no")}
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    "estimator",
    [MLPClassifier((2,), solver="lbfgs", random_state=0), sx.TabularClassifier("fast", cv=2, random_state=0)],
    ids=["network", "ensemble"],
)
def test_a_table_with_dates(estimator: MLPClassifier | sx.TabularClassifier) -> None:
    table = dated()
    estimator.fit_table(table, "y")
    X, y = table.drop("y"), table["y"].to_numpy()
    reports = [Report.from_estimator(model, X, y) for model in (estimator, estimator.to_model())]
    for report in reports:
        assert report.importance.groups[0].name == "age"
        assert [group.name for group in report.importance.groups] == ["age", "day"]
        assert [(facts.name, facts.kind) for facts in report.columns] == [("age", "number"), ("day", "date")]
        assert report.columns[1].values == "2024-01-01 to 2024-05-08"
        at = report.rows.columns.index("day")
        assert {row.cells[at] for row in report.rows.wrong} <= {
            f"2024-{month:02}-{day:02}" for month in range(1, 6) for day in range(1, 29)
        }
        assert not {name for name in report.rows.columns if name.startswith("day (")}
    assert reports[0].answers == pytest.approx(reports[1].answers, abs=1e-5)
    assert reports[0].answers == pytest.approx(estimator.predict_proba(X), abs=1e-5)


@pytest.mark.parametrize(
    ("n_rows", "n_train", "has_rows", "sentence"),
    [
        (1200, 900, True, "Counted on 1,200 rows; the values are those of the 900 training rows among them."),
        (900, 900, False, "Counted on 900 training rows."),
        (900, 900, True, "Counted on 900 rows."),
        (900, None, True, "Counted on 900 rows."),
    ],
)
def test_it_is_said_which_rows_are_counted(
    n_rows: int, n_train: int | None, has_rows: bool, sentence: str
) -> None:
    columns = [SimpleNamespace(n_rows=n_rows)]
    assessment = SimpleNamespace(rows="all" if has_rows else "")
    assert _counted_on(SimpleNamespace(columns=columns, n_train=n_train, assessment=assessment)) == sentence


def said(report: Report) -> str:
    return " ".join("".join(parsed(report.to_html()).text).split())


def rare_line(shift: float = 0.0) -> tuple[sx.Model, Table, np.ndarray]:
    """A model whose probabilities of the rare class are all below 0.2, and rows of which 8 % are of it."""
    random = np.random.RandomState(0)
    x = random.normal(size=200)
    y = np.where(np.argsort(np.argsort(x + random.normal(0, 9, 200))) >= 184, "yes", "no").astype(object)
    model = sx.Model(
        sx.Network.mlp(1, (), 1), [0.3, -2.5 + shift], classes=["no", "yes"], feature_names=["x"],
        training={"target": {"class_counts": [184, 16]}, "n_rows": 150},
    )  # fmt: skip
    return model, Table({"x": x}), y


@pytest.mark.slow
def test_where_no_cut_pays_the_page_says_so_and_has_no_command_for_one() -> None:
    model, table, y = rare_line()
    report = Report.from_estimator(model, table, y)
    assert report.thresholds is not None
    assert not report.thresholds.pays
    text = said(report)
    assert "on these rows no cut pays: flagging none is cheapest" in text
    assert "No costs were given, so that here a missed row costs 1 and a false alarm 1 (give yours" in text
    assert "the cheapest cut is" not in text
    assert "--threshold" not in text
    assert "with_threshold" not in text


@pytest.mark.slow
def test_the_kept_cut_is_the_one_to_copy() -> None:
    model, table, y = rare_line()
    report = Report.from_estimator(model.with_threshold(0.1259), table, y, cost={"fn": 20, "fp": 1})
    assert report.thresholds is not None
    assert report.thresholds.pays
    text = said(report)
    assert "--threshold 0.1259 --positive yes" in text
    assert "The positive class is yes: cuts and costs are about it." in text
    assert "--positive no makes no the positive one" in text
    assert "model.with_threshold(0.1259)" in text
    assert text.count("--threshold") == 1


@pytest.mark.slow
def test_rows_that_are_also_training_rows_are_counted() -> None:
    model, table, y = rare_line()
    first = np.arange(150)
    both = said(Report.from_estimator(model, table, y, train=(table, y), trees=False))
    assert "It was trained on 150 rows. It was judged on 200 rows, of which 200 have the same cells" in both
    assert "200 of 200 rows that judge have the same cells as a training row: if they are the same" in both
    assert "The baselines are fitted on 200 rows, and the model on 150." in both
    assert "that it has not seen" not in both
    train = (table.take(first), y[first])
    apart = said(
        Report.from_estimator(model, table.take(np.arange(150, 200)), y[150:], train=train, trees=False)
    )
    assert "It was judged on 50 rows that it has not seen." in apart
    assert "same cells" not in apart
    assert "The baselines are fitted on" not in apart
    alone = said(Report.from_estimator(model, table, y))
    assert "It was judged on 200 rows." in alone
    # It was trained on more rows than are given, so that it may have seen those that judge.
    some, others = np.arange(100), np.arange(150, 200)
    part = Report.from_estimator(
        model, table.take(others), y[others], train=(table.take(some), y[some]), trees=False
    )
    assert "It was judged on 50 rows." in said(part)


@pytest.mark.parametrize(
    "container", [lambda table: table, lambda table: np.column_stack([*table.columns.values()])]
)
def test_rows_without_a_target_are_left_out(container: Any) -> None:
    model, table, y = rare_line()
    gaps = y.copy()
    gaps[[3, 50]] = None
    known = np.setdiff1d(np.arange(200), [3, 50])
    found = Report.from_estimator(model, container(table), gaps, target="member")
    expected = Report.from_estimator(model, container(table.take(known)), y[known], target="member")
    assert found.assessment.notes == ("2 of 200 rows have no 'member', cannot be judged, and are left out.",)
    assert found.assessment.model == expected.assessment.model


def test_with_costs_the_verdict_says_what_a_row_costs() -> None:
    model, table, y = rare_line()
    assert "costs" not in Report.from_estimator(model, table, y).verdict
    report = Report.from_estimator(model, table, y, cost={"fn": 10, "fp": 1})
    test = report.assessment.cost_tests["dummy"]
    assert report.verdict.endswith(report.assessment.cost_verdict)
    assert f"At these costs a row costs {test.first:.3f} with the network: " in report.verdict
    assert " than with the dummy" in report.verdict
    assert report.assessment.cost_advice in report.advice
    assert report.to_dict()["assessment"]["cost_verdict"] == report.assessment.cost_verdict
