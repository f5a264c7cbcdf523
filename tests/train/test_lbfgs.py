import signal

import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

from separatrix.engine.base import Data, Monitor, Penalty, Plan, Run, State
from separatrix.errors import ParameterError
from separatrix.network import LBFGS, Network
from separatrix.network.schedules import Constant
from separatrix.train import LoopSettings, TrainingProgress, TrainingResult, lbfgs, minimize, train
from separatrix.train.interrupt import Interrupt


def settings(max_epochs: int = 200, **kwargs) -> LoopSettings:
    return LoopSettings(0.1, Constant(), max_epochs, **kwargs)


def theta_of(run, theirs: MLPClassifier) -> np.ndarray:
    return run.plan.network.join(theirs.coefs_, theirs.intercepts_)


def test_it_trains_as_scikit_learn_does(engine, make_run):
    run = make_run(optimizer=LBFGS(), monitor=Monitor(tol=1e-4))
    theirs = MLPClassifier((4,), activation="tanh", solver="lbfgs", alpha=0.0, max_iter=15, random_state=0)
    with pytest.warns(ConvergenceWarning):
        theirs.fit(run.data.X, run.data.T[:, 0])
    outcome = train(run, settings(15), engine)
    assert (outcome.stop.reason, outcome.stop.epoch) == ("max_iter", theirs.n_iter_)
    assert outcome.history.loss[-1] == pytest.approx(theirs.loss_, rel=1e-5)
    np.testing.assert_allclose(outcome.theta, theta_of(run, theirs), rtol=1e-3)


def test_a_minimum(engine, make_run):
    run = make_run(optimizer=LBFGS(), monitor=Monitor(tol=1e-2), validated=True, track_training=True)
    outcome = train(run, settings(record=1), engine)
    assert outcome.stop.reason == "converged"
    assert "L-BFGS converged" in outcome.stop.message
    loss, gradient = engine.loss_and_gradient(run.plan, outcome.theta, run.data)
    assert np.abs(gradient).max() <= 1e-2
    history, n_epochs = outcome.history, outcome.stop.epoch
    assert history.loss[-1] == pytest.approx(loss)
    assert (np.diff(history.loss) < 0).all()
    assert history.learning_rate.size == 0
    assert len(history.seconds) == n_epochs
    for data, rows in (("train", run.data), ("validation", run.validation)):
        expected = [engine.loss_and_score(run.plan.network, t, rows) for t in outcome.recording.thetas[1:]]
        losses, scores = np.transpose(expected)
        np.testing.assert_allclose(getattr(history, f"{data}_loss"), losses)
        np.testing.assert_allclose(getattr(history, f"{data}_score"), scores)
    assert outcome.recording.epochs.tolist() == [*range(n_epochs + 1)]
    assert outcome.theta.tobytes() == run.state.theta.tobytes() == run.state.best_theta.tobytes()


def test_the_limit_of_evaluations(engine, make_run):
    outcome = train(make_run(optimizer=LBFGS(max_fun=5), monitor=Monitor()), settings(), engine)
    assert outcome.stop.reason == "max_iter"
    assert "max_fun" in outcome.stop.message


def test_float32_stays_float32(engine, make_run):
    outcome = train(
        make_run(optimizer=LBFGS(), monitor=Monitor(tol=1e-2), dtype=np.float32), settings(), engine
    )
    assert outcome.theta.dtype == np.float32
    assert outcome.history.loss[-1] < outcome.history.loss[0]


def stopped_by(callback, engine, make_run) -> TrainingResult:
    run = make_run(optimizer=LBFGS(), monitor=Monitor())
    outcome = train(run, settings(record=1, metrics={"first": lambda theta: theta[0]}), engine, [callback])
    assert outcome.stop.epoch == 3
    assert outcome.history.metrics["first"].tolist() == outcome.recording.thetas[1:, 0].tolist()
    assert outcome.theta.tobytes() == outcome.recording.thetas[3].tobytes() == run.state.theta.tobytes()
    return outcome


def test_ctrl_c_keeps_the_current_parameters(engine, make_run):
    def press(event: TrainingProgress) -> None:
        if event.epoch == 3:
            signal.raise_signal(signal.SIGINT)

    handler = signal.getsignal(signal.SIGINT)
    assert stopped_by(press, engine, make_run).stop.reason == "interrupted"
    assert signal.getsignal(signal.SIGINT) is handler


def test_a_callback_stops_training(engine, make_run):
    assert stopped_by(lambda event: event.epoch == 3, engine, make_run).stop.reason == "callback"


def test_divergence(engine, make_run):
    run = make_run(optimizer=LBFGS(), monitor=Monitor(), head="regression", scale=1e200)
    before = run.state.theta.copy()
    outcome = train(run, settings(), engine)
    assert (outcome.stop.reason, outcome.stop.epoch) == ("diverged", 0)
    assert "standardise" in outcome.stop.message
    assert outcome.theta.tobytes() == before.tobytes()


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_divergence_on_the_way_keeps_the_last_good_iterate(engine, make_run, bad):
    class Overflowing:
        calls = 0
        prepare, loss_and_score = engine.prepare, engine.loss_and_score

        def loss_and_gradient(self, plan, theta, data):
            self.calls += 1
            loss, gradient = engine.loss_and_gradient(plan, theta, data)
            return (loss, gradient) if self.calls < 6 else (bad, gradient * np.nan)

        def objective(self, plan, data, dtype):
            return lambda theta: self.loss_and_gradient(plan, theta, data)

    run = make_run(optimizer=LBFGS(), monitor=Monitor())
    outcome = train(run, settings(record=1), Overflowing())
    assert (outcome.stop.reason, outcome.stop.best_epoch) == ("diverged", outcome.stop.epoch)
    assert 0 < outcome.stop.epoch == outcome.history.n_epochs
    assert np.isfinite(outcome.history.loss).all()
    assert outcome.theta.tobytes() == outcome.recording.thetas[-1].tobytes()
    assert np.isfinite(outcome.theta).all()


def test_another_optimizer_is_an_error(engine, make_run):
    with pytest.raises(ParameterError, match=r"^optimizer must be LBFGS\(\) here, got SGD"):
        minimize(make_run(), settings(), engine)


def test_chunks_of_rows_have_the_loss_and_gradient_of_all(engine, make_run, monkeypatch):
    run = make_run(optimizer=LBFGS(), monitor=Monitor(tol=1e-4))
    whole = train(run, settings(10), engine)
    monkeypatch.setattr(lbfgs, "LEAST_ROWS", 7)
    monkeypatch.setattr(lbfgs, "CHUNK_WORK", 1)
    run = make_run(optimizer=LBFGS(), monitor=Monitor(tol=1e-4))
    assert len(lbfgs.chunks_of(run.data, run.state.theta.size)) > 2
    cut = train(run, settings(10), engine)
    np.testing.assert_allclose(cut.theta, whole.theta, rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(cut.history.loss, whole.history.loss, rtol=1e-9)


def test_weights_and_penalty_in_chunks(engine):
    network = Network.mlp(2, (3,), 1)
    rng = np.random.default_rng(0)
    weight = np.where(np.arange(40) < 10, 0.0, rng.random(40))  # the first chunk has none
    data = Data(rng.normal(size=(40, 2)), rng.integers(0, 2, (40, 1)).astype(float), weight)
    plan = Plan(network, LBFGS(), penalty=Penalty(l2=0.3, l1=0.2))
    theta = rng.normal(size=network.n_parameters)
    loss, gradient = engine.loss_and_gradient(plan, theta, data)
    state = State.start(theta, LBFGS(), np.random.RandomState(0))
    step = lbfgs._Minimization(Run(plan, state, data), settings(), engine, (), Interrupt(), first_epoch=0)
    step.chunks = [(data.take(slice(i, i + 10)), float(weight[i : i + 10].sum())) for i in (10, 20, 30)]
    found, slope = step.sum_of_chunks(theta)
    assert found == pytest.approx(loss)
    np.testing.assert_allclose(slope, gradient, rtol=1e-9, atol=1e-12)


def test_ctrl_c_within_an_evaluation_keeps_the_last_iterate(engine, make_run, monkeypatch):
    monkeypatch.setattr(lbfgs, "LEAST_ROWS", 7)
    monkeypatch.setattr(lbfgs, "CHUNK_WORK", 1)
    calls = []

    class Interrupted:
        prepare, loss_and_score = engine.prepare, engine.loss_and_score

        def loss_and_gradient(self, plan, theta, data):
            calls.append(data.n_rows)
            if len(calls) == 6 * n_chunks + 2:
                signal.raise_signal(signal.SIGINT)
            return engine.loss_and_gradient(plan, theta, data)

    run = make_run(optimizer=LBFGS(), monitor=Monitor())
    n_chunks = len(lbfgs.chunks_of(run.data, run.state.theta.size))
    outcome = train(run, settings(record=1), Interrupted())
    assert len(calls) == 6 * n_chunks + 2  # no further chunk
    assert outcome.stop.reason == "interrupted"
    assert 0 < outcome.stop.epoch == outcome.history.n_epochs
    assert outcome.theta.tobytes() == outcome.recording.thetas[-1].tobytes() == run.state.theta.tobytes()
    assert outcome.loss == outcome.history.loss[-1]
