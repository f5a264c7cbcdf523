from __future__ import annotations

import numpy as np

from separatrix.cli import progress
from separatrix.train import History, TrainingProgress


def event(**curves: list[float]) -> TrainingProgress:
    history = History(**{name: np.array(values) for name, values in curves.items()})
    return TrainingProgress(1, 10, history, np.zeros(1), 0.1)


def test_curves_text():
    assert progress.curves_text(event(loss=[0.5, 0.25])) == "loss 0.25"
    watched = event(loss=[0.5], validation_loss=[0.4], validation_score=[0.9])
    assert progress.curves_text(watched) == "loss 0.5, validation score 0.9"
    assert progress.curves_text(event(loss=[0.5], validation_loss=[0.4])) == "loss 0.5, validation loss 0.4"


def test_a_pipe_has_no_bar(capsys):
    with progress.training_progress() as (callbacks, on_rows):
        assert callbacks == []
        assert on_rows is None
    assert capsys.readouterr().err == ""


def test_a_bar_in_a_terminal_moves_after_epochs_and_within_them(capsys, monkeypatch):
    monkeypatch.setattr(progress.sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "120")
    with progress.training_progress() as ((show_epoch,), show_rows):
        show_epoch(event(loss=[0.5, 0.25]))
        show_rows(1, 30, 60)
    shown = capsys.readouterr().err
    assert "epoch 2 50% loss 0.25" in shown


def test_compilation_is_announced_only_if_it_is_needed(capsys, monkeypatch):
    from separatrix.engine import numba_engine

    asked = []

    def kernels_ready(dtype):
        asked.append(dtype)
        return dtype == "float64"

    monkeypatch.setattr(numba_engine, "kernels_ready", kernels_ready)
    progress.announce_compilation("numpy", "float32")
    progress.announce_compilation("auto", "float64")
    assert capsys.readouterr().err == ""
    progress.announce_compilation("auto", "float32")
    assert "compiling the training kernels, once on this machine" in capsys.readouterr().err
    assert asked == ["float64", "float32"]


def test_a_pipe_has_no_bar_for_films(capsys):
    with progress.film_progress("circles") as show_frame:
        assert show_frame is None
    assert capsys.readouterr().err == ""


def test_a_film_in_a_terminal(capsys, monkeypatch):
    monkeypatch.setattr(progress.sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("FORCE_COLOR", "1")
    with progress.film_progress("circles") as show_frame:
        show_frame(1, 2)
        show_frame(2, 2)
    assert "circles" in capsys.readouterr().err
