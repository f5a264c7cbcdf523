from __future__ import annotations

import selectors
import signal
import sqlite3
import subprocess
import sys
import time

import numpy as np
import pytest
from sklearn.datasets import make_moons
from sklearn.exceptions import FitFailedWarning
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from separatrix import ArchitectureSearchCV, MLPClassifier
from separatrix.errors import OutputError, ParameterError
from separatrix.search import architecture_search, trial_chunks

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

X, Y = make_moons(150, noise=0.25, random_state=0)

SCRIPT = """
import sys, warnings
warnings.simplefilter("ignore")
from sklearn.datasets import make_moons
from separatrix import ArchitectureSearchCV, MLPClassifier
X, y = make_moons(150, noise=0.25, random_state=0)
space = {"alpha": [10.0 ** -i for i in range(1, 21)]}
search = ArchitectureSearchCV(
    MLPClassifier(max_iter=EPOCHS), [(), (4,), (16, 16)], space, n_candidates=None, cv=3, ensemble_size=0,
    random_state=0, store=sys.argv[1] if len(sys.argv) > 1 else None, n_jobs=2,
)
"""


def make_search(store=None, **settings):
    usual = {"param_space": {"alpha": [0.1, 0.01]}, "cv": 3, "ensemble_size": 0, "random_state": 0}
    estimator = settings.pop("estimator", MLPClassifier(max_iter=10))
    return ArchitectureSearchCV(estimator, [(), (2,), (3, 2)], **(usual | settings), store=store)


def scores(search):
    return np.column_stack([search.cv_results_[f"split{k}_test_score"] for k in range(search.n_splits_)])


def n_stored(path):
    try:
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as connection:
            return connection.execute("SELECT COUNT(*) FROM trials").fetchone()[0]
    except sqlite3.OperationalError:  # not there yet
        return 0


def wait_for(path, n_trials, process):
    for _ in range(12_000):
        if n_stored(path) >= n_trials:
            return
        assert process.poll() is None, "the search ended too early"
        time.sleep(0.01)
    process.kill()
    pytest.fail("the search did nothing in two minutes")


def next_line(process):
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        if not selector.select(timeout=120):
            pytest.fail("the search printed nothing in two minutes")
    return process.stdout.readline()


@pytest.mark.slow
def test_a_finished_search_is_not_trained_again(tmp_path, monkeypatch):
    path = tmp_path / "search.sqlite"
    first = make_search(path).fit(X, Y)
    assert n_stored(path) == 7 * 3  # with the linear baseline
    trained = []
    run_trials = trial_chunks.run_trials
    monkeypatch.setattr(
        "separatrix.search.rounds.run_trials",
        lambda experiment, trials, **kw: trained.extend(trials) or run_trials(experiment, trials, **kw),
    )
    second = make_search(path, ensemble_size=3).fit(X, Y)
    assert trained == []
    np.testing.assert_array_equal(scores(first), scores(second))
    np.testing.assert_array_equal(first.baseline_scores_, second.baseline_scores_)
    assert first.summary() == second.summary()
    first_curve, second_curve = (search.candidates_.curves[1][2] for search in (first, second))
    np.testing.assert_array_equal(first_curve.loss, second_curve.loss)
    assert sum(second.ensemble_weights_.values()) >= 1  # from the stored weights


@pytest.mark.process
def test_a_killed_search_continues_where_it_stopped(tmp_path):
    """SIGKILL leaves a process no time to close its files."""
    path = tmp_path / "search.sqlite"
    script = SCRIPT.replace("EPOCHS", "300")
    process = subprocess.Popen([sys.executable, "-c", script + "search.fit(X, y)", str(path)])
    wait_for(path, 10, process)
    process.kill()
    process.wait()
    n_before = n_stored(path)
    assert 10 <= n_before < 61 * 3
    seconds = dict(_seconds(path))
    namespace = {"sys": sys}
    argv, sys.argv = sys.argv, ["search", str(path)]
    try:
        exec(script, namespace)
    finally:
        sys.argv = argv
    resumed = namespace["search"].fit(X, Y)
    after = dict(_seconds(path))
    assert len(after) == 61 * 3
    assert all(after[key] == value for key, value in seconds.items()), "a stored training was repeated"
    whole = namespace["search"].set_params(store=None).fit(X, Y)
    np.testing.assert_array_equal(scores(resumed), scores(whole))


def _seconds(path):
    with sqlite3.connect(path) as connection:
        return [
            ((c, s), t) for c, s, t in connection.execute("SELECT candidate, split, fit_seconds FROM trials")
        ]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("settings", "what"),
    [
        ({"cv": 4}, "other folds"),
        ({"random_state": 1}, "other folds"),
        ({"param_space": {"alpha": [0.5]}}, "other networks to try"),
        ({"scoring": "roc_auc"}, "another score"),
        ({"estimator": MLPClassifier(max_iter=11)}, "other parameters of the networks"),
        ({"return_train_score": True}, "another return_train_score"),
    ],
)
def test_a_store_of_another_search_is_an_error_that_names_the_difference(tmp_path, settings, what):
    make_search(tmp_path / "s.sqlite").fit(X, Y)
    with pytest.raises(ParameterError, match=f"holds a search with .*{what}"):
        make_search(tmp_path / "s.sqlite", **settings).fit(X, Y)


@pytest.mark.parametrize(("change", "what"), [((1, 0), "other columns or rows"), ((0, 1), "another target")])
def test_a_store_of_other_data_is_an_error_that_names_the_difference(tmp_path, change, what):
    make_search(tmp_path / "s.sqlite").fit(X, Y)
    other_X, other_y = X.copy(), Y.copy()
    other_X[0, 0] += change[0]
    other_y[np.flatnonzero(Y == 0)[0]] += change[1]
    with pytest.raises(ParameterError, match=f"holds a search with .*{what}"):
        make_search(tmp_path / "s.sqlite").fit(other_X, other_y)


def test_another_file_is_an_error(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("not a data base, but a text of some length " * 100)
    with pytest.raises(ParameterError, match="is another file"):
        make_search(path).fit(X, Y)
    assert path.read_text().startswith("not a data base")


def test_a_database_of_another_program_is_not_changed(tmp_path):
    path = tmp_path / "study.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE trials (trial_id INTEGER)")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(ParameterError, match="is another file"):
        make_search(path).fit(X, Y)
    assert path.read_bytes() == before


def score_by_hand(estimator, X, y):
    return estimator.score(X, y)


def test_functions_are_recognised_by_name(tmp_path):
    pipeline = make_pipeline(FunctionTransformer(np.log1p), MLPClassifier(max_iter=5))
    settings = {"estimator": pipeline, "scoring": {"by hand": score_by_hand}}
    make_search(tmp_path / "s.sqlite", **settings).fit(np.abs(X), Y)
    make_search(tmp_path / "s.sqlite", **settings).fit(np.abs(X), Y)
    settings["estimator"] = make_pipeline(FunctionTransformer(np.sqrt), MLPClassifier(max_iter=5))
    with pytest.raises(ParameterError, match="other parameters of the networks"):
        make_search(tmp_path / "s.sqlite", **settings).fit(np.abs(X), Y)
    with pytest.raises(ParameterError, match="scoring cannot be pickled"):
        make_search(tmp_path / "t.sqlite", scoring=lambda e, X, y: 0.0).fit(X, Y)


def test_a_folder_that_does_not_exist_is_an_error_before_training(tmp_path, monkeypatch):
    monkeypatch.setattr(architecture_search, "run_rounds", lambda *a, **kw: pytest.fail("training began"))
    with pytest.raises(OutputError, match=r"cannot write the store .* choose a folder"):
        make_search(tmp_path / "no" / "s.sqlite").fit(X, Y)


def test_a_full_disk_is_an_error_before_training(tmp_path, monkeypatch):
    monkeypatch.setattr(architecture_search, "run_rounds", lambda *a, **kw: pytest.fail("training began"))
    make_room = sqlite3.connect

    def connect(path, **settings):
        connection = make_room(path, **settings)
        connection.execute("PRAGMA max_page_count = 20")  # as a full disk: "database or disk is full"
        return connection

    monkeypatch.setattr("separatrix.search.store.sqlite3.connect", connect)
    with pytest.raises(OutputError, match="disk is full"):
        make_search(tmp_path / "s.sqlite").fit(X, Y)


def test_a_disk_that_fills_up_ends_the_store_not_the_search(tmp_path, monkeypatch):
    def fail(row):
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr("separatrix.search.store._row", lambda *a: fail(a))
    with pytest.warns(UserWarning, match="continues without its store .* disk is full"):
        search = make_search(tmp_path / "s.sqlite").fit(X, Y)
    np.testing.assert_array_equal(scores(search), scores(make_search().fit(X, Y)))


def test_trainings_that_failed_are_tried_again(tmp_path):
    path = tmp_path / "s.sqlite"
    space = {"alpha": [0.1, -1.0]}
    with pytest.warns(FitFailedWarning, match="trials failed"):
        make_search(path, param_space=space).fit(X, Y)
    assert n_stored(path) == 4 * 3


@pytest.mark.process
def test_after_ctrl_c_the_result_is_what_was_done(tmp_path):
    script = SCRIPT.replace("EPOCHS", "8000") + (
        "for n_jobs in (1, 2):\n"
        "    search.set_params(n_jobs=n_jobs, store=f'{n_jobs}.sqlite').fit(X, y)\n"
        "    done = len(search.cv_results_['params'])\n"
        "    assert search.predict(X).shape == (150,)\n"
        "    assert 0 < done < 60, done\n"
        "    print('done', done, flush=True)\n"
    )
    errors = tmp_path / "errors"  # a file: to read a pipe would wait for the end of the process
    with (
        errors.open("w") as stderr,
        subprocess.Popen(
            [sys.executable, "-c", script], cwd=tmp_path, stdout=subprocess.PIPE, stderr=stderr, text=True
        ) as process,
    ):
        try:
            for n_jobs in (1, 2):
                wait_for(tmp_path / f"{n_jobs}.sqlite", 15, process)
                process.send_signal(signal.SIGINT)
                assert next_line(process).startswith("done"), errors.read_text()
            assert process.wait(120) == 0, errors.read_text()
        finally:
            process.kill()
