"""`fit_table`: the network is that of `fit`, wherever the rows are from; a killed training continues."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import warnings

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.exceptions import ConvergenceWarning

import separatrix as sx
from separatrix.data import Table, load_dataset, write_table
from separatrix.data.memory import Budget
from separatrix.data.stream_sources import open_stream
from separatrix.errors import DataError, OutputError, ParameterError
from separatrix.estimators.table_rows import TRAIN, VALIDATION, EncodedStream, Learned, Roles, TableReader
from separatrix.estimators.table_source import TableSource
from separatrix.estimators.table_target import Target
from separatrix.estimators.table_training import fit_table
from separatrix.estimators.to_model import library_versions
from separatrix.evaluate.splits import holdout_rows
from separatrix.train.checkpoint import load_checkpoint

N = 1200
DRAW = np.random.RandomState(0)
COLUMNS = {
    "age": np.where(DRAW.rand(N) < 0.1, np.nan, DRAW.normal(40, 10, N)),
    "n": DRAW.randint(0, 9, N),
    "town": DRAW.choice(["Ulm", "Bonn", None], N),
}
SCORE = np.nan_to_num(COLUMNS["age"], nan=40.0) / 10 + (COLUMNS["town"] == "Ulm")
TARGETS = {
    "text": np.where(SCORE > 4.3, "yes", "no").astype(object),
    "truth": SCORE > 4.3,
    "three": np.digitize(SCORE, [3.5, 4.5]),
    "number": 1000 + 10 * SCORE,
}
FAST = {"hidden_layer_sizes": (4,), "max_iter": 3, "random_state": 0, "engine": "numpy"}


@pytest.fixture(autouse=True)
def _few_epochs():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        yield


@pytest.fixture
def small_buffers(monkeypatch):
    """Let a buffer hold some 300 rows, and a piece 100."""
    monkeypatch.setattr("separatrix.data.streams.MOST_ROWS", 100)
    monkeypatch.setattr(Budget, "buffer", 25_000)


def table(target):
    return Table({**COLUMNS, "target": TARGETS[target]})


@pytest.mark.parametrize(
    ("target", "settings"),
    [
        ("text", {}),
        ("truth", {"loss": "squared_error"}),
        ("three", {"dtype": "float32", "dropout": 0.2}),
        ("three", {"loss": "squared_error", "batch_size": 100}),
        ("text", {"class_weight": "balanced"}),
        ("text", {"class_weight": {"yes": 3.0}, "shuffle": False}),
        ("text", {"early_stopping": True, "metrics": ["roc_auc"]}),
        ("text", {"solver": "lbfgs"}),
        ("three", {"batch_size": "full"}),
        ("truth", {"shuffle": "replacement", "track_training": True}),
    ],
)
def test_a_table_that_fits_gives_the_network_of_fit(target, settings):
    clf = sx.MLPClassifier(**FAST, **settings).fit_table(table(target))
    X = clf.encoder_.transform(COLUMNS, np.dtype(settings.get("dtype", "float64")))
    y = TARGETS[target].astype(str) if target == "text" else TARGETS[target]
    ref = sx.MLPClassifier(**FAST, **settings).fit(X, y)
    assert clf.classes_.tolist() == ref.classes_.tolist()
    assert clf.classes_.dtype.kind == ref.classes_.dtype.kind
    assert clf.theta_.tobytes() == ref.theta_.tobytes()
    assert clf.loss_curve_ == ref.loss_curve_
    assert (clf.t_, clf.n_iter_, clf.n_outputs_) == (ref.t_, ref.n_iter_, ref.n_outputs_)


def test_a_warm_start_continues_with_the_bits_of_fit():
    clf, ref = (sx.MLPClassifier(**FAST, warm_start=True) for _ in range(2))
    for _ in range(2):
        clf.fit_table(table("three"))
        ref.fit(clf.encoder_.transform(COLUMNS), TARGETS["three"])
    assert clf.theta_.tobytes() == ref.theta_.tobytes()
    assert len(clf.loss_curve_) == 6
    with pytest.raises(DataError, match="the same classes as in the previous call"):
        clf.fit_table(table("truth"))


def test_a_warm_start_continues_in_the_unit_of_the_target():
    reg = sx.MLPRegressor(**FAST, warm_start=True).fit_table(table("number"))
    ends_at = reg.loss_
    reg.fit_table(table("number"))
    assert reg.loss_curve_[3] < ends_at * 1.05
    assert reg.score(Table(COLUMNS), TARGETS["number"]) > -1


def test_snapshots_are_in_the_unit_of_the_target():
    reg = sx.MLPRegressor(**FAST, record=1).fit_table(table("number"))
    assert reg.recording_.epochs.tolist() == [0, 1, 2, 3]
    np.testing.assert_array_equal(reg.recording_.thetas[-1], reg.theta_)
    y, X = TARGETS["number"], reg.encoder_.transform(COLUMNS)
    ref = sx.MLPRegressor(**FAST, record=1).fit(X, (y - y.mean()) / y.std())
    own_unit = sx.Model(reg.network_, reg.recording_.thetas[1]).predict(X)
    expected = sx.Model(ref.network_, ref.recording_.thetas[1]).predict(X) * y.std() + y.mean()
    np.testing.assert_allclose(own_unit, expected, rtol=1e-9)


def test_numbers_are_predicted_in_their_own_unit():
    reg = sx.MLPRegressor(**FAST).fit_table(table("number"))
    y = TARGETS["number"]
    X = reg.encoder_.transform(COLUMNS)
    ref = sx.MLPRegressor(**FAST).fit(X, (y - y.mean()) / y.std())
    np.testing.assert_allclose(reg.predict(X), ref.predict(X) * y.std() + y.mean(), rtol=1e-9)
    assert reg.to_model().training["target_scaling"]["mean"] == pytest.approx(y.mean())
    counts = sx.MLPRegressor(loss="poisson", **FAST).fit_table(table("three"))
    assert (counts.predict(X) > 0).all()


@pytest.mark.parametrize("form", ["csv", "parquet", "several", "lazy", "frame"])
def test_wherever_the_rows_come_from(tmp_path, form):
    expected = sx.MLPClassifier(**FAST).fit_table(table("text")).theta_
    path = tmp_path / f"t.{'csv' if form == 'csv' else 'parquet'}"
    write_table(table("text"), path)
    source = path
    if form == "several":
        for number, rows in enumerate(np.split(np.arange(N), 3)):
            write_table(table("text").take(rows), tmp_path / f"part-{number}.csv")
        source = str(tmp_path / "part-*.csv")
    elif form != "csv" and form != "parquet":
        source = pl.scan_parquet(path) if form == "lazy" else pl.read_parquet(path).to_pandas()
    clf = sx.MLPClassifier(**FAST).fit_table(source)
    np.testing.assert_allclose(clf.theta_, expected, rtol=1e-12)


@pytest.mark.slow
def test_several_buffers_learn_as_well_and_the_same_each_time(small_buffers):
    settings = {**FAST, "max_iter": 30, "batch_size": 100, "learning_rate_init": 0.01}
    first, again = (sx.MLPClassifier(**settings).fit_table(table("text")) for _ in range(2))
    assert first.theta_.tobytes() == again.theta_.tobytes()
    other = sx.MLPClassifier(**{**settings, "random_state": 1}).fit_table(table("text"))
    assert first.theta_.tobytes() != other.theta_.tobytes()
    y = TARGETS["text"].astype(str)
    assert first.score(Table(COLUMNS), y) > 0.95


@pytest.mark.slow
def test_early_stopping_holds_rows_out(small_buffers):
    clf = sx.MLPClassifier(**{**FAST, "max_iter": 200}, early_stopping=True, metrics=["neg_log_loss"])
    clf.set_params(n_iter_no_change=2, validation_fraction=0.2, learning_rate_init=0.01)
    clf.fit_table(table("text"))
    assert clf.stop_.reason == "early_stopped"
    assert 0.7 * N < clf.to_model().training["n_rows"] < 0.9 * N
    assert len(clf.validation_scores_) == clf.n_iter_
    assert len(clf.history_.metrics["validation_neg_log_loss"]) == clf.n_iter_
    assert clf.best_validation_score_ > 0.8


def test_tables_are_predicted_and_so_are_arrays_and_the_model_takes_tables():
    clf = sx.MLPClassifier(**FAST).fit_table(table("text"))
    rows, X = Table(COLUMNS), clf.encoder_.transform(COLUMNS)
    np.testing.assert_array_equal(clf.predict_proba(rows), clf.predict_proba(X))
    np.testing.assert_array_equal(clf.predict(pl.DataFrame(COLUMNS)), clf.predict(X))
    model = clf.to_model()
    np.testing.assert_array_equal(model.predict_proba(rows), clf.predict_proba(X))
    assert (model.target_name, model.training["task"]) == ("target", "classification")
    assert model.training["target"] == {
        "class_counts": [int((TARGETS["text"] == label).sum()) for label in ("no", "yes")]
    }
    json.dumps(model.training, allow_nan=False)


def test_a_later_fit_forgets_the_table():
    clf = sx.MLPClassifier(**FAST).fit_table(table("text"))
    clf.fit(np.eye(4), [0, 1, 0, 1])
    assert not hasattr(clf, "encoder_")
    assert clf.to_model().encoder is None
    clf.partial_fit(np.eye(4), [0, 1, 0, 1])


def test_partial_fit_continues_the_training():
    clf = sx.MLPClassifier(**FAST).fit_table(table("text"))
    before = clf.theta_.copy()
    clf.partial_fit(clf.encoder_.transform(COLUMNS), TARGETS["text"].astype(str))
    assert (clf.theta_ != before).any()


def test_callbacks_are_called():
    epochs = []

    def listen(event):
        epochs.append(event.epoch)

    listen.every_epoch = True
    sx.MLPClassifier(**FAST).set_callbacks(listen).fit_table(table("text"))
    assert epochs == [1, 2, 3]


def test_a_refused_fit_changes_nothing(tmp_path):
    clf = sx.MLPClassifier(**FAST).fit_table(table("text"))
    before = dict(clf.__dict__)
    with pytest.raises(DataError):
        clf.fit_table(table("text"), "no such column")
    assert clf.__dict__.keys() == before.keys()
    assert all(clf.__dict__[name] is value for name, value in before.items())


NEEDS_ALL_ROWS = [
    ({"solver": "lbfgs"}, "solver must not be 'lbfgs' for rows that are read in pieces"),
    ({"batch_size": "full"}, "batch_size must not be 'full'"),
    ({"shuffle": "replacement"}, "shuffle must not be 'replacement'"),
    ({"warm_start": True}, "warm_start must not be True"),
    ({"track_training": True}, "track_training must not be True"),
    ({"record": 1}, "record must not be 1"),
]


@pytest.mark.parametrize(("settings", "sentence"), NEEDS_ALL_ROWS)
def test_what_needs_all_rows_is_refused_by_name_if_they_do_not_fit(small_buffers, settings, sentence):
    with pytest.raises(ParameterError, match=sentence):
        sx.MLPClassifier(**FAST).set_params(**settings).fit_table(table("text"))


@pytest.mark.parametrize(("settings", "sentence"), NEEDS_ALL_ROWS)
def test_what_needs_all_rows_is_refused_with_a_checkpoint(tmp_path, settings, sentence):
    clf = sx.MLPClassifier(**FAST).set_params(**settings)
    with pytest.raises(ParameterError, match=sentence):
        clf.fit_table(table("text"), checkpoint=tmp_path / "fit.ckpt")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("is_streamed", [False, True])
@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"class_weight": {"maybe": 1.0}}, "class_weight must name classes, which are no, yes, got 'maybe'"),
        ({"metrics": ["accuracy"]}, "metrics needs validation rows"),
        (
            {"early_stopping": True, "validation_fraction": 0.0},
            "validation_fraction must hold out at least 2",
        ),
        ({"batch_size": 10**6}, None),
    ],
)
def test_what_is_wrong_is_reported_by_name(request, is_streamed, settings, sentence):
    clf = sx.MLPClassifier(**FAST).set_params(**settings)
    if sentence is None:
        with pytest.warns(UserWarning, match="is clipped to 1200"):
            clf.fit_table(table("text"))
        return
    if is_streamed:
        request.getfixturevalue("small_buffers")
    with pytest.raises(ParameterError, match=sentence):
        clf.fit_table(table("text"))


@pytest.mark.parametrize(
    ("estimator", "columns", "sentence"),
    [
        (
            sx.MLPClassifier,
            {"x": [1, 2], "goal": [0, 1]},
            "there is no column 'target'; the columns are: x, goal",
        ),
        (sx.MLPClassifier, {"x": [1, 2], "target": ["a", "a"]}, "'target' is a in every row"),
        (
            sx.MLPClassifier,
            {"x": [1, 2], "target": [0.5, 1.5]},
            "numbers with fractions, which are no classes",
        ),
        (sx.MLPClassifier, {"x": [1, 2, 3], "target": [1, 2, 3]}, "it is an identifier, not a class"),
        (sx.MLPRegressor, {"x": [1, 2], "target": ["a", "b"]}, "'target' has text where numbers are needed"),
        (sx.MLPRegressor, {"x": [1, 2], "target": [3, 3]}, "'target' is 3 in every row"),
    ],
)
def test_targets_that_cannot_be_learned(estimator, columns, sentence):
    with pytest.raises(DataError, match=sentence):
        estimator(**FAST).fit_table(Table(columns))


@pytest.mark.slow
def test_too_little_memory_names_the_least():
    with pytest.raises(ParameterError, match="memory must be at least 440MB, got 50MB"):
        sx.MLPClassifier(**FAST).fit_table(table("text"), memory="50MB")
    numbers = np.random.RandomState(0).normal(size=(300, 2000))
    wide = Table({**{f"x{i}": column for i, column in enumerate(numbers)}, "target": np.arange(2000) % 2})
    with pytest.raises(
        ParameterError, match=r"at least 4\d\dMB for batches of 1000 rows of 300 inputs, got 440MB"
    ):
        sx.MLPClassifier(**{**FAST, "batch_size": 1000}).fit_table(wide, memory="440MB")


def test_a_checkpoint_that_cannot_be_written_is_reported_before_training(tmp_path):
    with pytest.raises(OutputError, match="does not exist; create it first"):
        sx.MLPClassifier(**FAST).fit_table(table("text"), checkpoint=tmp_path / "none" / "fit.ckpt")


def test_a_finished_training_leaves_no_checkpoint(tmp_path):
    sx.MLPClassifier(**FAST).fit_table(table("text"), checkpoint=tmp_path / "fit.ckpt", checkpoint_minutes=0)
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c_leaves_a_checkpoint_to_continue_from(tmp_path, small_buffers):
    settings = {**FAST, "max_iter": 6, "batch_size": 100}
    whole = sx.MLPClassifier(**settings).fit_table(table("text"))

    def press(event):
        if event.epoch == 2:
            signal.raise_signal(signal.SIGINT)

    path = tmp_path / "fit.ckpt"
    clf = sx.MLPClassifier(**settings).set_callbacks(press)
    with pytest.warns(UserWarning, match="interrupted by user"):
        clf.fit_table(table("text"), checkpoint=path)
    assert clf.stop_.reason == "interrupted"
    assert clf.n_iter_ == 2
    with pytest.raises(ParameterError, match=r"is of one with alpha=0\.0001 instead of 0\.1; delete"):
        sx.MLPClassifier(**settings, alpha=0.1).fit_table(table("text"), checkpoint=path)
    with pytest.raises(ParameterError, match="is of another table: files of another size"):
        sx.MLPClassifier(**settings).fit_table(table("three"), checkpoint=path)
    epochs = []
    again = sx.MLPClassifier(**settings).set_callbacks(lambda event: epochs.append(event.epoch))
    again.fit_table(table("text"), checkpoint=path)
    assert epochs == [3, 4, 5, 6]
    assert again.theta_.tobytes() == whole.theta_.tobytes()
    assert again.loss_curve_ == whole.loss_curve_
    assert not path.exists()


KILLED = """
import warnings
import separatrix as sx
from separatrix.data.memory import Budget
warnings.simplefilter("ignore")
Budget.buffer = 15_000
clf = sx.MLPClassifier((4,), max_iter=40, random_state=0, engine="numpy", dropout=0.1, early_stopping=True,
                       scoring="loss", batch_size=50, n_iter_no_change=100)
clf.set_callbacks(lambda event: print(event.epoch))
clf.fit_table("t.parquet", checkpoint="fit.ckpt", checkpoint_minutes=0)
"""


@pytest.mark.process
@pytest.mark.skipif(os.name != "posix", reason="needs kill -9")
def test_after_kill_9_the_same_bits(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(Budget, "buffer", 15_000)
    write_table(table("text"), "t.parquet")
    checkpoint = tmp_path / "fit.ckpt"

    def train_here():
        names = {}
        exec(KILLED, names)
        return names["clf"].to_model()

    whole = train_here()
    process = subprocess.Popen([sys.executable, "-c", KILLED], stdout=subprocess.DEVNULL)
    done = 0
    while done < 2:
        assert process.poll() is None, "the training was over before it could be killed"
        time.sleep(0.01)
        if checkpoint.exists():
            done = load_checkpoint(checkpoint).position.history.n_epochs
    process.kill()
    assert process.wait() == -signal.SIGKILL
    done = load_checkpoint(checkpoint).position.history.n_epochs
    assert {file.name for file in tmp_path.iterdir()} <= {"t.parquet", "fit.ckpt", ".part.fit.ckpt"}
    capsys.readouterr()
    again = train_here()
    assert int(capsys.readouterr().out.split()[0]) == done + 1 > 1
    assert whole.theta.tobytes() == again.theta.tobytes()
    for name in ("loss", "learning_rate", "validation_loss", "validation_score"):
        assert whole.training["history"][name] == again.training["history"][name]
    assert whole.training["stop"] == again.training["stop"]
    assert not checkpoint.exists()


@pytest.mark.slow
@pytest.mark.parametrize("form", ["csv", "lazy"])
def test_continuing_from_files_and_lazy_frames(tmp_path, small_buffers, form):
    settings = {**FAST, "max_iter": 5, "batch_size": 100}
    path = tmp_path / ("t.csv" if form == "csv" else "t.parquet")
    write_table(table("text"), path)

    def source():
        return path if form == "csv" else pl.scan_parquet(path).with_columns(pl.col("age") * 2)

    whole = sx.MLPClassifier(**settings).fit_table(source())
    clf = sx.MLPClassifier(**settings).set_callbacks(
        lambda event: signal.raise_signal(signal.SIGINT) if event.epoch == 2 else None
    )
    with pytest.warns(UserWarning, match="interrupted by user"):
        clf.fit_table(source(), checkpoint=tmp_path / "fit.ckpt")
    epochs = []
    again = sx.MLPClassifier(**settings).set_callbacks(lambda event: epochs.append(event.epoch))
    again.fit_table(source(), checkpoint=tmp_path / "fit.ckpt")
    assert epochs == [3, 4, 5]
    assert again.theta_.tobytes() == whole.theta_.tobytes()


def test_a_checkpoint_of_another_generator_or_lazy_frame_is_refused(tmp_path, small_buffers):
    def begin(seed, factor):
        frame = pl.LazyFrame({**COLUMNS, "target": TARGETS["three"]}).with_columns(pl.col("n") * factor)
        clf = sx.MLPClassifier(**{**FAST, "random_state": np.random.RandomState(seed)})
        clf.set_callbacks(lambda event: signal.raise_signal(signal.SIGINT))
        return clf.fit_table(frame, checkpoint=tmp_path / "fit.ckpt")

    with pytest.warns(UserWarning, match="interrupted by user"):
        begin(0, 1)
    with pytest.raises(ParameterError, match=r"is of one with random_state='a generator in state"):
        begin(1, 1)
    with pytest.raises(ParameterError, match="is of another table: files of another size"):
        begin(0, 2)


def test_without_a_checkpoint_the_rows_are_not_digested(monkeypatch):
    def fail(stream):
        raise AssertionError("not needed")

    monkeypatch.setattr("separatrix.data.streams.TableStream.fingerprint", fail)
    sx.MLPClassifier(**FAST).fit_table(table("text"))


def test_pieces_are_encoded_in_parts_and_a_buffer_is_of_several():
    rows = table("three")
    clf = sx.MLPClassifier(**FAST).fit_table(rows)
    target = Target("target", "multiclass", 3, {"class_counts": [1, 1, 1]}, [0, 1, 2])
    learned = Learned(clf.encoder_, target, Roles(test=0.3), 0)
    with open_stream(rows, 2**30) as stream:
        assert len(stream.pieces) == 1
        once, parted = (EncodedStream(stream, learned, np.float64, size) for size in (2**30, 10_000))
    (whole,) = once.chunks(0, 5)
    parts = list(parted.chunks(0, 5))
    assert len(parts) > 3
    assert max(part.X.nbytes for part in parts) <= 10_000
    np.testing.assert_array_equal(np.concatenate([part.X for part in parts]), whole.X)
    np.testing.assert_array_equal(np.concatenate([part.T for part in parts]), whole.T)
    np.testing.assert_array_equal(parted.collect(TRAIN, 100).X, once.collect(TRAIN, 100).X)
    assert len(once.shuffled(300).stream.pieces) == 4


def test_validation_rows_are_as_many_as_fit_once_encoded(monkeypatch):
    draw = np.random.RandomState(0)
    words = [f"w{i}" for i in range(50)]
    wide = Table({f"t{j}": draw.choice(words, 9000) for j in range(4)} | {"target": draw.randint(0, 2, 9000)})
    clf = sx.MLPClassifier(**FAST, early_stopping=True, validation_fraction=0.5)
    clf.fit_table(wide, memory="440MB")
    n_validation = 9000 - clf.to_model().training["n_rows"]
    assert 500 < n_validation < 1.1 * 2_000_000 / (200 * 8)


# `fit_table` as a function: tables in memory, held-out rows, and what the model says of its training.

SMALL = {"size": [1.0, 2.0, None, 4.0] * 5, "kind": ["a", "b", "a", None] * 5}
LABELS = np.array(["no", "yes", "no", "yes"] * 5)
NUMBERS = np.array([1000.0, 1020.0, 1005.0, 1040.0] * 5)


def fit(y, kind=sx.MLPClassifier, **settings):
    estimator = kind(**{**FAST, "hidden_layer_sizes": (3,), "max_iter": 5, "dtype": "float64", **settings})
    return fit_table(estimator, Table({**SMALL, "y": y}), "y", keep_rows=True)


def test_the_model_takes_tables_and_knows_its_training():
    fitted = fit(LABELS)
    model = fitted.estimator.to_model()
    assert model.predict(Table(SMALL)).shape == (20,)
    assert model.target_name == "y"
    assert model.feature_names == ("size", "size (missing)", "kind=a", "kind=b", "kind=(missing)")
    np.testing.assert_array_equal(fitted.X, model.encoder.transform(SMALL))
    np.testing.assert_array_equal(fitted.y, LABELS)
    training = model.training
    assert training["settings"]["hidden_layer_sizes"] == [3]
    assert training["target"] == {"class_counts": [10, 10]}
    assert training["target_scaling"] is None
    assert training["n_rows"] == fitted.n_rows == 20
    assert training["stop"]["message"] == fitted.estimator.stop_.message
    assert len(training["history"]["loss"]) == training["n_iter"] == 5
    json.dumps(training, allow_nan=False)


def test_numbers_are_standardised_for_the_training_alone():
    fitted = fit(NUMBERS, sx.MLPRegressor)
    model = fitted.estimator.to_model()
    np.testing.assert_allclose(fitted.y, NUMBERS, rtol=1e-15)
    reference = sx.MLPRegressor(**{**FAST, "hidden_layer_sizes": (3,), "max_iter": 5, "dtype": "float64"})
    shift, scale = NUMBERS.mean(), NUMBERS.std()
    X = model.encoder.transform(SMALL)
    reference.fit(X, (NUMBERS - shift) / scale)
    np.testing.assert_allclose(model.predict(Table(SMALL)), reference.predict(X) * scale + shift, rtol=1e-12)
    assert model.training["target_scaling"] == {"mean": shift, "scale": scale}


def test_without_biases_the_mean_stays():
    model = fit(NUMBERS, sx.MLPRegressor, fit_intercept=False).estimator.to_model()
    assert model.training["target_scaling"]["mean"] == 0.0
    assert np.isfinite(model.predict(Table(SMALL))).all()


def test_counts_are_not_standardised():
    counts = np.array([0.0, 3.0, 1.0, 7.0] * 5)
    model = fit(counts, sx.MLPRegressor, loss="poisson").estimator.to_model()
    assert model.training["target_scaling"] is None
    assert (model.predict(Table(SMALL)) > 0).all()


def test_settings_that_json_cannot_hold_are_spelled_out():
    weights = {"no": 1.0, "yes": 2.0}
    training = fit(LABELS, n_iter_no_change=float("inf"), class_weight=weights).estimator.to_model().training
    assert training["settings"]["n_iter_no_change"] == "inf"
    assert training["settings"]["class_weight"] == weights


def test_a_broken_rule_is_a_parameter_error():
    with pytest.raises(ParameterError, match="alpha must be"):
        fit(LABELS, alpha=-1.0)


def test_rows_that_cannot_be_trained_on_are_a_data_error():
    counts = np.array([np.inf] + [1.0] * 19)
    with pytest.raises(DataError, match="column 'y' has the infinite value inf in row 1"):
        fit(counts, sx.MLPRegressor, loss="poisson")


def test_a_line_through_real_data_is_least_squares():
    table = load_dataset("diabetes")
    linear = sx.MLPRegressor(
        hidden_layer_sizes=(), solver="lbfgs", alpha=0.0, tol=1e-8, random_state=0, engine="numpy"
    )
    fitted = fit_table(linear, table, keep_rows=True)
    design = np.column_stack([fitted.X, np.ones(fitted.n_rows)])
    expected = design @ np.linalg.lstsq(design, fitted.y, rcond=None)[0]
    np.testing.assert_allclose(linear.to_model().predict(table.drop("target")), expected, rtol=1e-3)


def test_test_rows_of_a_table_in_memory_are_drawn_as_by_holdout_rows():
    rows = table("text")
    fitted = fit_table(sx.MLPClassifier(**FAST), rows, test_size=0.25, keep_rows=True)
    y = TARGETS["text"].astype(str)
    train, test = holdout_rows(N, 0.25, 0, labels=y)
    np.testing.assert_array_equal(fitted.y, y[train])
    np.testing.assert_array_equal(fitted.y_test, y[test])
    np.testing.assert_array_equal(fitted.X_test, fitted.encoder.transform(rows.take(test).columns))
    assert (fitted.n_rows, fitted.split) == (len(train), "stratified, seed 0")
    assert fit_table(sx.MLPRegressor(**FAST), table("number"), test_size=0.25).split == "seed 0"
    encoder = sx.data.TableEncoder.fit(rows.take(train).drop("target").columns)
    assert fitted.encoder.columns == encoder.columns  # learned from the training rows alone
    assert fitted.encoder.schema.n_rows == N  # what the columns are is decided from all rows


@pytest.mark.parametrize("form", ["path", "polars", "pandas"])
def test_a_table_that_is_read_whole(tmp_path, form):
    expected = fit_table(sx.MLPClassifier(**FAST), table("text"))
    frame = pl.DataFrame({name: list(values) for name, values in table("text").columns.items()})
    source = {"polars": lambda: frame, "pandas": frame.to_pandas, "path": lambda: tmp_path / "t.parquet"}[
        form
    ]()
    write_table(table("text"), tmp_path / "t.parquet")
    fitted = fit_table(sx.MLPClassifier(**FAST), source)
    np.testing.assert_allclose(fitted.estimator.theta_, expected.estimator.theta_, rtol=1e-12)
    if form != "path":
        split = fit_table(sx.MLPClassifier(**FAST), source, test_size=0.25)
        assert (split.n_rows, split.split) == (900, "stratified, seed 0")


def test_rows_that_were_not_kept_are_named():
    fitted = fit_table(sx.MLPClassifier(**FAST), table("text"))
    with pytest.raises(DataError, match="the training rows were not kept; fit with keep_rows=True"):
        fitted.X  # noqa: B018
    with pytest.raises(DataError, match="there are no test rows; fit with test or test_size"):
        fitted.y_test  # noqa: B018


def test_test_rows_of_a_bounded_table_are_drawn_by_a_hash(small_buffers):
    first, again = (
        fit_table(sx.MLPClassifier(**FAST), table("text"), test_size=0.25, memory="512MB", keep_rows=True)
        for _ in range(2)
    )
    assert first.split == "by a hash of their number, seed 0"
    assert first.n_rows + len(first.y_test) == N
    assert 0.2 * N < len(first.y_test) < 0.3 * N
    np.testing.assert_array_equal(first.X_test, again.X_test)
    assert len(first.y) <= first.n_rows


def test_test_rows_of_another_table_and_what_training_did_not_see():
    train, test = table("text").take(range(1000)), {name: values[:5] for name, values in COLUMNS.items()}
    test |= {"town": ["Ulm", "Rom", "Rom", None, "Bonn"], "target": ["yes", "no", "no", "yes", "no"]}
    fitted = fit_table(sx.MLPClassifier(**FAST), train, test=Table(test))
    assert fitted.split == ""
    assert fitted.y_test.tolist() == test["target"]
    assert fitted.unseen == fitted.encoder.count_unseen(test) == {"town": 2}
    with pytest.raises(DataError, match="has 'maybe' in row 2, which is none of the classes"):
        fit_table(
            sx.MLPClassifier(**FAST), train, test=Table({**test, "target": ["yes", "maybe"] + ["no"] * 3})
        )


def test_values_that_are_too_rare_for_a_level_count_as_unseen():
    words = [f"w{i % 60}" for i in range(240)]
    rows = {"word": words, "target": ["a", "b"] * 120}
    fitted = fit_table(sx.MLPClassifier(**FAST), Table(rows), test=Table(rows))
    assert fitted.unseen == fitted.encoder.count_unseen(rows) == {"word": 40}


def test_a_checkpoint_needs_a_bound_and_a_fraction_is_one(tmp_path):
    with pytest.raises(ParameterError, match="checkpoint needs a bound on the memory"):
        fit_table(sx.MLPClassifier(**FAST), table("text"), checkpoint=tmp_path / "fit.ckpt")
    with pytest.raises(ParameterError, match=r"test_size must be a number in \(0, 1\), got 1.5"):
        fit_table(sx.MLPClassifier(**FAST), table("text"), test_size=1.5)


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"metrics": ["accuracy"], "solver": "lbfgs"}, "metrics needs epochs"),
        ({"metrics": ["accuracy"]}, "metrics needs validation rows"),
        ({"metrics": ["f1"], "early_stopping": True}, "metrics f1 cannot judge the classes no, yes"),
        ({"scoring": "f1", "early_stopping": True}, "scoring f1 cannot judge the classes no, yes"),
    ],
)
def test_scorers_are_tried_before_the_training(monkeypatch, settings, problem):
    def fail(*arguments):
        raise AssertionError("trained")

    monkeypatch.setattr("separatrix.estimators.mlp.train", fail)
    with pytest.raises(ParameterError, match=problem):
        fit_table(sx.MLPClassifier(**FAST, **settings), table("text"))


def test_columns_named_by_numbers():
    frame = pd.DataFrame(np.column_stack([COLUMNS["n"], TARGETS["three"]]))
    frame.columns = [0, 3]
    clf = sx.MLPClassifier(**FAST).fit_table(frame, target=3)
    assert clf.target_name_ == "3"
    named = sx.MLPClassifier(**FAST).fit_table(frame.rename(columns=str), target="3")
    np.testing.assert_array_equal(clf.theta_, named.theta_)
    model = clf.to_model()
    np.testing.assert_array_equal(model.predict({0: frame[0].to_numpy()}), clf.predict(frame))
    assessment = sx.evaluate.assess(model, sx.data.table_from_frame(frame), 3)
    assert assessment.model.accuracy.value == np.mean(clf.predict(frame) == frame[3])


def test_versions():
    versions = library_versions()
    assert versions["separatrix"] == sx.__version__
    assert versions["numpy"] == np.__version__


@pytest.mark.promise("A target far from zero is fitted as one around zero, also in float32")
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("shift", "spread"), [(5.4e6, 1.0), (1.7e9, 60.0), (1e9, 60.0), (1e8, 1.0)])
def test_a_target_far_from_zero_is_fitted_as_one_around_zero(dtype, shift, spread, record_property):
    rng = np.random.default_rng(0)
    x, z, noise = rng.normal(size=400), rng.normal(size=400), 0.05 * rng.normal(size=400)
    around_zero = 2 * x - z + noise
    columns = {"x": x, "z": z, "near": 1e8 + x, "constant": np.full(400, 1e12)}
    table = Table({**columns, "y": shift + spread * around_zero})
    network = sx.MLPRegressor(hidden_layer_sizes=(8,), solver="lbfgs", dtype=dtype, random_state=0, record=50)
    network.fit_table(table, "y")
    error = network.to_model().predict(columns) - table.columns["y"]
    r2 = 1 - (error**2).mean() / (spread * around_zero).var()
    assert r2 > 0.999
    assert np.array_equal(network.recording_.thetas[-1], network.theta_)
    record_property("figure", f"{shift:g} ± {spread:g}, {dtype}: R² {r2:.4f}")


@pytest.mark.filterwarnings("ignore:x has whole numbers")  # x gives the target away
def test_single_precision_stays_where_a_target_is_near_zero():
    table = Table({"x": np.arange(100.0), "y": 10.0 + np.arange(100.0)})
    network = sx.MLPRegressor(hidden_layer_sizes=(4,), solver="lbfgs", dtype="float32", random_state=0)
    assert network.fit_table(table, "y").theta_.dtype == np.float32


@pytest.mark.parametrize("test_size", [0.0, 0.25])
def test_validation_rows_of_a_stream_are_stratified(test_size):
    kinds = np.array(["a"] * 700 + ["b"] * 480 + ["c"] * 17 + ["d"] * 3)[DRAW.permutation(N)]
    clf = sx.MLPClassifier(early_stopping=True, validation_fraction=0.2, random_state=0)
    source = TableSource("kind", clf._target_of, 0, test_size, Budget(10**9))
    reader = TableReader(clf.settings(), source)
    with open_stream(Table({"age": COLUMNS["age"], "kind": kinds}), 2**20) as stream:
        rows = reader.encode(stream, reader.learn(stream, is_split=test_size > 0))
        n_of_class = np.array(rows.target.statistics["class_counts"])
        held_out = reader.with_validation_rows(rows)
        again = Learned.from_dict(json.loads(json.dumps(held_out.learned.to_dict())))
        assert again == held_out.learned
        counts = np.bincount(held_out.collect(VALIDATION).T[:, 0].astype(int), minlength=4)
        left = np.bincount(held_out.collect(TRAIN).T[:, 0].astype(int), minlength=4)
    np.testing.assert_array_equal(counts, np.maximum(np.round(0.2 * n_of_class), 1))
    np.testing.assert_array_equal(counts + left, n_of_class)


def test_a_class_of_one_row_has_no_validation_row():
    kinds = np.array(["a"] * 700 + ["b"] * 499 + ["c"])
    clf = sx.MLPClassifier(early_stopping=True, random_state=0)
    reader = TableReader(clf.settings(), TableSource("kind", clf._target_of, 0, 0.0, Budget(10**9)))
    with open_stream(Table({"age": COLUMNS["age"], "kind": kinds}), 2**20) as stream:
        rows = reader.encode(stream, reader.learn(stream))
        with pytest.warns(UserWarning, match="no validation row has class 'c', of which there is one row"):
            held_out = reader.with_validation_rows(rows)
        assert held_out.collect(VALIDATION).T.max() == 1


@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("scoring", [None, "accuracy"])
def test_a_table_in_memory_holds_out_rows_of_every_class(n_classes, scoring):
    kinds = np.array(["a", "b", "c"])[np.arange(60) % n_classes]
    clf = sx.MLPClassifier((), early_stopping=True, scoring=scoring, max_iter=2, engine="numpy")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        clf.fit_table(Table({"age": np.arange(60.0), "kind": kinds}), "kind")
    assert len(clf.validation_scores_) == 2
