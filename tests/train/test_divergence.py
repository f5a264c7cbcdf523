from dataclasses import replace

import numpy as np
import pytest

from separatrix.engine.base import Data, Monitor, Task
from separatrix.network import Adam, Penalty
from separatrix.network.schedules import Constant
from separatrix.train import LoopSettings, train
from separatrix.train.divergence import EXPLODED, Judge, objective, sample_rows

CONSTANT = Constant()


def test_the_objective_has_the_penalty_of_a_batch(engine, make_run):
    run = make_run()
    run.plan = replace(run.plan, penalty=Penalty(l2=0.5, l1=0.25), batch_size=32)
    expected, _ = engine.loss_and_gradient(run.plan, run.state.theta, run.data)
    assert objective(run, run.state.theta, run.data) == pytest.approx(expected, rel=1e-12)
    assert objective(run, np.full_like(run.state.theta, np.inf), run.data) == np.inf


def test_the_limit_is_relative_to_the_larger_of_two_usual_losses(make_run):
    run = make_run(head="regression")
    of_zeros = objective(run, np.zeros_like(run.state.theta), run.data)
    assert Judge(run).first > of_zeros
    assert run.plan.loss_limit == EXPLODED * Judge(run).first
    run.data.T[:] = 1e3
    of_zeros = objective(run, np.zeros_like(run.state.theta), run.data)
    run.state.first_theta[-1] = 1.0  # a step towards the targets
    assert Judge(run).first < of_zeros
    assert run.plan.loss_limit == pytest.approx(EXPLODED * of_zeros)
    run.data.T[:] = 0.0
    run.state.first_theta[:] = 0.0
    Judge(run)
    assert run.plan.loss_limit == np.inf  # no loss is usual where it is 0


def test_few_rows_are_looked_at(make_run):
    data = make_run().data
    assert sample_rows(data, 256).n_rows == 32
    assert sample_rows(data, 20).n_rows == 20


@pytest.mark.parametrize("period", [2, 3, 4, 5, 8])
@pytest.mark.parametrize("n_rows", [400, 1000, 5000, 100_000])
def test_the_few_rows_have_every_class_that_comes_at_equal_distances(period, n_rows):
    T = (np.arange(n_rows) % period == 0).astype(float)[:, np.newaxis]
    sampled = sample_rows(Data(np.zeros((n_rows, 1)), T), 256)
    assert sampled.T.mean() == pytest.approx(1 / period, rel=0.2)


@pytest.mark.parametrize("quantity", ["loss", "nothing"])
def test_an_engine_halts_in_the_epoch_whose_loss_is_above_the_limit(engine, make_run, quantity):
    run = make_run(head="regression", monitor=Monitor(quantity))
    task = Task(run, np.full(40, 3.0))  # 4 batches an epoch
    (free,) = engine.advance([task])
    assert free.halt is None
    first = int(np.argmax(free.loss > free.loss[0]))
    again = make_run(head="regression", monitor=Monitor(quantity))
    again.plan = replace(again.plan, loss_limit=float(free.loss[0]))
    (chunk,) = engine.advance([Task(again, np.full(40, 3.0))])
    assert (chunk.halt, len(chunk.loss)) == ("diverged", first + 1)


def test_an_explosion_ends_training_in_its_epoch(engine, make_run):
    run = make_run(head="regression", monitor=Monitor(n_iter_no_change=1000))
    before = run.state.theta.copy()
    outcome = train(run, LoopSettings(1e3, CONSTANT, 1000), engine)
    loss = outcome.history.loss
    assert outcome.stop.reason == "diverged"
    assert not (loss[:-1] > run.plan.loss_limit).any()
    assert loss[-1] > run.plan.loss_limit or not np.isfinite(loss[-1])
    assert np.array_equal(outcome.theta, before)


def test_an_end_worse_than_the_start_is_a_divergence(engine, make_run):
    run = make_run(optimizer=Adam())
    before = run.state.theta.copy()
    outcome = train(run, LoopSettings(1e6, CONSTANT, 30), engine)
    assert (outcome.stop.reason, outcome.stop.best_epoch, outcome.stop.epoch) == ("diverged", 0, 30)
    assert np.array_equal(outcome.theta, before)
    assert "no better than at the start; the initial parameters are kept; standardise" in outcome.stop.message
    assert outcome.stop.message.endswith("divide the learning rate by 10, to 100000; or choose another init.")
    quiet = train(make_run(), LoopSettings(0.1, CONSTANT, 5), engine)
    assert quiet.stop.reason == "max_iter"


def test_more_rows_decide_where_few_are_no_better(engine, make_run):
    run = make_run()
    judge = Judge(run)
    _, gradient = engine.loss_and_gradient(run.plan, run.state.theta, run.data)
    better = run.state.theta - 1e-3 * gradient
    judge.first = objective(run, better, judge.rows)  # by the few, the better one is no better
    assert not judge.is_no_better(better, "untrained")
    assert judge.is_no_better(run.state.theta, "untrained")


def test_parameters_that_were_trained_before_may_end_a_little_worse(engine, make_run):
    run = make_run(optimizer=Adam())
    train(run, LoopSettings(0.1, CONSTANT, 300), engine)
    run.state.first_theta[:] = run.state.best_theta[:] = run.state.theta
    first = objective(run, run.state.theta, run.data)
    settings = LoopSettings(3.0, CONSTANT, 1, first="trained")
    outcome = train(run, settings, engine)
    assert outcome.stop.reason == "max_iter"
    assert objective(run, outcome.theta, run.data) > first
    lost = train(run, replace(settings, learning_rate=1e4), engine)
    assert lost.stop.reason == "diverged"
    assert np.array_equal(lost.theta, run.state.first_theta)


def test_a_callback_that_stops_a_lost_training_keeps_its_reason(engine, make_run):
    run = make_run(optimizer=Adam())
    before = run.state.theta.copy()
    outcome = train(run, LoopSettings(1e6, CONSTANT, 30), engine, [lambda progress: True])
    assert (outcome.stop.reason, outcome.stop.best_epoch) == ("callback", 0)
    assert np.array_equal(outcome.theta, before)


def test_parameters_of_other_rows_are_not_compared(engine, make_run):
    run = make_run(optimizer=Adam())
    outcome = train(run, LoopSettings(1e4, CONSTANT, 1, first="of other rows"), engine)
    assert outcome.stop.reason == "max_iter"
