from __future__ import annotations

import warnings

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.exceptions import ConvergenceWarning
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from separatrix.errors import DataError, ParameterError
from separatrix.estimators import MLPClassifier
from separatrix.plots.scene import make_scene


def test_a_frame_is_the_network_of_its_epoch(filmed):
    classifier, X, y = filmed
    scene = make_scene(classifier, X, y)
    assert_array_equal(scene.epochs, np.arange(9))
    assert_array_equal(scene.at(3).theta, classifier.recording_.thetas[3])
    assert_array_equal(scene.at(8).predict(X), classifier.predict(X))


def test_without_rows_there_are_two_that_span_them(filmed):
    classifier, X, _ = filmed
    scene = make_scene(classifier, None, None)
    assert_array_equal(scene.rows, [X.min(axis=0), X.max(axis=0)])
    assert scene.y is None


def test_a_pipeline_goes_through_all_its_steps():
    X = np.random.default_rng(0).normal(3.0, 5.0, size=(30, 2))
    pipeline = make_pipeline(
        StandardScaler(), MLPClassifier((2,), max_iter=4, record=1, random_state=0, engine="numpy")
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        pipeline.fit(X, X[:, 0] > 3)
    scene = make_scene(pipeline, X, X[:, 0] > 3)
    assert_allclose(scene.at(-1).predict_proba(X), pipeline.predict_proba(X))
    assert np.abs(scene.at(0).predict_proba(X) - pipeline.predict_proba(X)).max() > 1e-3
    assert_array_equal(pipeline[-1].theta_, scene.recording.thetas[-1])
    with pytest.raises(DataError, match="the Pipeline does not know the range"):
        make_scene(pipeline, None, None)


def test_a_long_recording_is_thinned_and_dense_at_the_start(filmed):
    classifier = MLPClassifier((2,), max_iter=500, record=1, n_iter_no_change=np.inf, engine="numpy")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        classifier.fit(filmed[1], filmed[2])
    epochs = make_scene(classifier, None, None, fps=10).epochs
    assert len(epochs) <= 201
    assert_array_equal(epochs[:4], [0, 1, 2, 3])
    assert epochs[-1] == 500
    assert_array_equal(make_scene(classifier, None, None, every=150).epochs, [0, 150, 300, 450, 500])


def test_frames_are_where_the_network_changes(filmed):
    """A recording of a training that stood still from epoch 60 on."""
    classifier = MLPClassifier((2,), max_iter=400, record=1, n_iter_no_change=np.inf, engine="numpy")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        classifier.fit(filmed[1], filmed[2])
    classifier.recording_.thetas[60:] = classifier.recording_.thetas[60]
    scene = make_scene(classifier, filmed[1], filmed[2])
    before = scene.epochs <= 60
    assert (scene.epochs[0], scene.epochs[-1]) == (0, 400)
    assert before.mean() > 0.5
    seconds = scene.seconds
    assert seconds[before].sum() > 4 * seconds[~before][:-1].sum()
    assert len(scene.epochs) == len(seconds) < 201


def test_iterations_are_not_called_epochs(filmed):
    classifier = MLPClassifier((), solver="lbfgs", record=1, engine="numpy").fit(filmed[1], filmed[2])
    assert make_scene(classifier, None, None).labels[:2] == ["untrained", "iteration 1"]


def test_what_was_kept_is_the_last_frame(stopped):
    classifier, X, y = stopped
    scene, stop = make_scene(classifier, X, y), classifier.stop_
    assert scene.labels[-2:] == [
        f"epoch {stop.epoch}",
        f"epoch {stop.best_epoch}, kept: best validation score",
    ]
    assert_array_equal(scene.thetas[-1], classifier.theta_)
    assert_array_equal(scene.at(len(scene.labels) - 1).predict(X), classifier.predict(X))
    assert len(scene.reached) == len(scene.epochs) == len(scene.thetas) == len(scene.labels)
    assert_array_equal(scene.reached[-2:], [stop.epoch, stop.epoch])


def test_principal_components_need_rows(filmed):
    with pytest.raises(DataError, match="X and y must be given for plane='pca'"):
        make_scene(filmed[0], None, None, plane="pca")
    with pytest.raises(ParameterError, match="plane must be one of 'features', 'pca', got 'pac'"):
        make_scene(*filmed, plane="pac")
