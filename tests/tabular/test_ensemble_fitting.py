from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

import separatrix as sx
from separatrix.data import Table
from separatrix.engine.numpy_engine import NumpyEngine
from separatrix.errors import DataError, ParameterError
from separatrix.tabular.ensemble_fitting import fit_table

DRAW = np.random.RandomState(0)
N = 120
AGE, TOWN = DRAW.uniform(20, 80, N), DRAW.choice(["Bonn", "Ulm"], N)
RISK = 0.1 * (AGE - 50) + (TOWN == "Ulm") + DRAW.logistic(size=N)
FRAME = pl.DataFrame(
    {"age": AGE, "town": TOWN, "home": np.arange(N) // 3, "ill": np.where(RISK > 0, "yes", "no")}
)
FAST: dict[str, Any] = {"presets": "fast", "cv": 2}


@pytest.fixture(scope="module")
def plain() -> sx.TabularClassifier:
    """Fitted on features and target apart."""
    return sx.TabularClassifier(**FAST).fit(FRAME.drop("ill"), FRAME["ill"].to_numpy())


@pytest.mark.parametrize(
    "source",
    [
        pytest.param(FRAME, id="polars"),
        pytest.param(FRAME.to_pandas(), id="pandas"),
        pytest.param(FRAME.to_arrow(), id="pyarrow"),
        pytest.param(FRAME.lazy(), id="lazy"),
        pytest.param(Table({name: FRAME[name].to_numpy() for name in FRAME.columns}), id="Table"),
    ],
)
def test_a_table_is_fitted_as_its_columns_are(source: Any, plain: sx.TabularClassifier) -> None:
    clf = sx.TabularClassifier(**FAST).fit_table(source, "ill")
    np.testing.assert_array_equal(clf.oof_, plain.oof_)
    model = clf.to_model()
    assert model.target_name == "ill"
    assert model.training is not None
    assert model.training["target"] == {
        "class_counts": np.unique(FRAME["ill"], return_counts=True)[1].tolist()
    }
    assert model.training["stop"]["reason"] == "finished"
    assert clf.predict(source if source is not FRAME else FRAME.drop("ill")).shape == (N,)


@pytest.mark.slow
def test_a_file_and_several_files(tmp_path: Path, plain: sx.TabularClassifier) -> None:
    FRAME.write_csv(tmp_path / "all.csv")
    FRAME[:50].write_csv(tmp_path / "part-1.csv")
    FRAME[50:].write_csv(tmp_path / "part-2.csv")
    for source in (tmp_path / "all.csv", str(tmp_path / "part-*.csv")):
        clf = sx.TabularClassifier(**FAST).fit_table(source, "ill")
        np.testing.assert_array_equal(clf.oof_, plain.oof_)


def test_an_array_has_numbered_columns() -> None:
    array = np.column_stack([AGE, RISK])
    reg = sx.TabularRegressor(**FAST).fit_table(array, 1)
    assert reg.to_model().target_name == "1"
    assert reg.feature_names_in_.tolist() == ["0"]


def test_test_rows_are_those_of_one_network() -> None:
    from separatrix.estimators import table_training

    ours = fit_table(sx.TabularClassifier(**FAST), FRAME, "ill", test_size=0.25)
    one = sx.MLPClassifier((2,), max_iter=1, engine="numpy", random_state=0)
    with pytest.warns(UserWarning, match="before it converged"):
        theirs = table_training.fit_table(one, FRAME, "ill", test_size=0.25)
    np.testing.assert_array_equal(ours.y_test, theirs.y_test)
    np.testing.assert_allclose(ours.X_test, theirs.X_test)
    assert (ours.n_rows, ours.split) == (90, "stratified, seed 0")
    assert ours.target.statistics == theirs.target.statistics


def test_groups_are_no_input_and_are_not_split() -> None:
    fit = fit_table(sx.TabularClassifier(**FAST), FRAME, "ill", test_size=0.25, groups="home")
    assert fit.features.column_names == ["age", "town"]
    assert fit.split == "no 'home' in both, seed 0"
    homes = set(fit.test_rows.columns["home"])
    assert len(homes) * 3 == len(fit.y_test)
    with pytest.raises(DataError, match="there is no column 'house'"):
        fit_table(sx.TabularClassifier(**FAST), FRAME, "ill", groups="house")


def test_a_class_weight_by_text_and_a_wrong_one() -> None:
    sx.TabularClassifier(**FAST, class_weight={"yes": 2}).fit_table(FRAME, "ill")
    with pytest.raises(ParameterError, match="must name classes, which are no, yes"):
        sx.TabularClassifier(**FAST, class_weight={"ja": 2}).fit_table(FRAME, "ill")


def test_ctrl_c_keeps_what_is_trained() -> None:
    def press(progress: Any) -> None:
        if progress.n_trained == 3:
            raise KeyboardInterrupt

    clf = sx.TabularClassifier(**FAST)
    with pytest.warns(UserWarning, match="interrupted when 3 of 8 networks were trained"):
        fit_table(clf, FRAME, "ill", on_progress=press)
    assert clf.stop_.reason == "interrupted"
    assert clf.predict(FRAME).shape == (N,)


def send_ctrl_c() -> None:
    """Send SIGINT from another thread, and give the main thread time to handle it, also on a busy machine."""
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(0.3)


@pytest.mark.slow
@pytest.mark.promise("Ctrl-C in the first networks of a tabular fit leaves a usable model")
@pytest.mark.parametrize("press", ["at the line", "at the first span", "in a network", "after a network"])
@pytest.mark.parametrize("target", ["ill", "age"])
def test_ctrl_c_in_the_first_networks_leaves_a_model(
    monkeypatch: pytest.MonkeyPatch, press: str, target: str
) -> None:
    spans: list[int] = []

    class Engine(NumpyEngine):
        def advance(self, tasks: Any, n_threads: int = 1) -> Any:
            spans.append(1)
            if len(spans) == {"at the first span": 1, "in a network": 4}.get(press):
                send_ctrl_c()
            return super().advance(tasks, n_threads)

    def interrupt(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("separatrix.tabular.parallel.get_engine", lambda _: Engine())
    if press == "at the line":
        monkeypatch.setattr("separatrix.tabular.base.fit_line", interrupt)
    kind = sx.TabularClassifier if target == "ill" else sx.TabularRegressor
    estimator = kind(**FAST)
    with pytest.warns(UserWarning, match="interrupted when . of 8 networks were trained; the model is "):
        fit_table(estimator, FRAME, target, on_progress=interrupt if press == "after a network" else None)
    assert estimator.stop_.reason == "interrupted"
    answers = estimator.predict_proba(FRAME) if target == "ill" else estimator.predict(FRAME)
    assert np.isfinite(answers).all()
    assert len(answers) == N
    model = estimator.to_model()
    assert len(model.predict(FRAME)) == N
    assert str(estimator.report_)
    expected = {
        "at the line": "the model is the same answer for every row.",
        "after a network": "the model is made of 1 network for 2 folds.",
    }
    cut = "the model is made of 1 network for 2 folds, 1 of which Ctrl-C ended early."
    assert estimator.stop_.message.endswith(expected.get(press, cut))
    if press == "at the line" and target == "ill":
        frequencies = [(FRAME["ill"] == label).mean() for label in ("no", "yes")]
        assert answers[0] == pytest.approx(frequencies, abs=1e-3)


@pytest.mark.slow
def test_ctrl_c_twice_in_a_tabular_fit_is_an_interrupt(monkeypatch: pytest.MonkeyPatch) -> None:
    class Engine(NumpyEngine):
        def advance(self, tasks: Any, n_threads: int = 1) -> Any:
            for _ in range(2):
                send_ctrl_c()
            return super().advance(tasks, n_threads)

    monkeypatch.setattr("separatrix.tabular.parallel.get_engine", lambda _: Engine())
    estimator = sx.TabularClassifier(**FAST)
    with pytest.raises(KeyboardInterrupt):
        fit_table(estimator, FRAME, "ill")
    assert not hasattr(estimator, "ensemble_")


@pytest.mark.slow
def test_the_score_so_far_ends_at_that_of_the_ensemble(capsys: pytest.CaptureFixture[str]) -> None:
    seen: list[Any] = []
    fit_table(
        sx.TabularRegressor(**FAST),
        FRAME.drop("ill").with_columns(risk=RISK),
        "risk",
        on_progress=seen.append,
    )
    assert [progress.n_trained for progress in seen] == list(range(1, 9))
    assert seen[0].score is None
    assert seen[-1].metric == "RMSE"
    reg = sx.TabularRegressor(**FAST, verbose=True).fit(FRAME.drop("ill"), RISK)
    # Not quite the same: the score so far is that of the snapshots, before they are averaged.
    assert seen[-1].score == pytest.approx(float(np.sqrt(np.mean((reg.oof_ - RISK) ** 2))), rel=1e-2)
    assert "8 of 8 networks in " in capsys.readouterr().out
