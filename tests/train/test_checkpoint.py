from __future__ import annotations

import numpy as np
import pytest

from separatrix.engine.base import State
from separatrix.errors import ModelFileError, OutputError, ParameterError
from separatrix.network import Adam
from separatrix.train import History
from separatrix.train.checkpoint import (
    Checkpoint,
    CheckpointWriter,
    load_checkpoint,
    same_training,
    save_checkpoint,
)
from separatrix.train.stream import StreamPosition


@pytest.fixture
def state() -> State:
    state = State.start(np.arange(6, dtype=np.float32), Adam(), np.random.RandomState(3))
    state.random_state.normal()  # one more is kept for later
    state.slots[1] = 0.1
    state.rows = np.array([2, 0, 1], np.int32)
    state.step, state.stale, state.best_epoch = 17, 2, 4
    state.powers *= 0.9
    return state


def test_everything_comes_back(tmp_path, state):
    history = History(loss=np.array([0.1, np.inf]), metrics={"m": np.array([np.nan, 0.1])})
    position = StreamPosition(0.25, 1000, 1 / 3, 1.5, history)
    save_checkpoint(Checkpoint({"a": 1}, {"b": [0.1]}, state, position), tmp_path / "fit.ckpt")
    found = load_checkpoint(tmp_path / "fit.ckpt")
    assert (found.identity, found.learned) == ({"a": 1}, {"b": [0.1]})
    for name in ("theta", "slots", "best_theta", "first_theta", "rows", "powers"):
        ours, theirs = getattr(found.state, name), getattr(state, name)
        assert ours.dtype == theirs.dtype
        assert ours.flags.writeable
        np.testing.assert_array_equal(ours, theirs)
    for name in ("step", "epoch", "best_epoch", "stale", "best_value"):
        assert getattr(found.state, name) == getattr(state, name)
    np.testing.assert_array_equal(found.state.random_state.normal(size=9), state.random_state.normal(size=9))
    assert found.position.history.to_dict() == history.to_dict()
    found.position.history = position.history
    assert found.position == position


def test_an_error_names_the_first_difference_to_another_training(state):
    checkpoint = Checkpoint({"alpha": 0.1, "source": {"bytes": 5}}, {}, state, StreamPosition(0.1))
    same_training(checkpoint, {"source": {"bytes": 5}, "alpha": 0.1}, "fit.ckpt")
    with pytest.raises(ParameterError, match=r"of one with alpha=0.1 instead of 0.2; delete"):
        same_training(checkpoint, {"alpha": 0.2, "source": {"bytes": 5}}, "fit.ckpt")
    with pytest.raises(ParameterError, match="is of another table: files of another size, time or content"):
        same_training(checkpoint, {"alpha": 0.1, "source": {"bytes": 6}}, "fit.ckpt")


@pytest.mark.parametrize("content", [b"", b"hello", b"\x10\0\0\0\0\0\0\0{}              "])
def test_what_is_no_checkpoint(tmp_path, content):
    (tmp_path / "fit.ckpt").write_bytes(content)
    with pytest.raises(ModelFileError, match="is not a checkpoint of Separatrix, or it is damaged"):
        load_checkpoint(tmp_path / "fit.ckpt")


def test_a_newer_format(tmp_path, state, monkeypatch):
    monkeypatch.setattr("separatrix.train.checkpoint.FORMAT_VERSION", 9)
    save_checkpoint(Checkpoint({}, {}, state, StreamPosition(0.1)), tmp_path / "fit.ckpt")
    monkeypatch.undo()
    with pytest.raises(ModelFileError, match="is a checkpoint of format 9, and this version reads 1"):
        load_checkpoint(tmp_path / "fit.ckpt")


def test_checkpoints_are_written_at_once_then_at_intervals_and_at_the_end(tmp_path, state, monkeypatch):
    clock = iter([0.0, 0.0, 30.0, 61.0, 61.0, 62.0, 62.0])
    monkeypatch.setattr("separatrix.train.checkpoint.monotonic", lambda: next(clock))
    path = tmp_path / "fit.ckpt"
    writer = CheckpointWriter(path, 1.0, {}, {}, state)
    written = []
    for n_rows, is_last in ((1, False), (2, False), (3, False), (4, True)):
        writer(StreamPosition(0.1, n_rows), is_last)
        written.append(load_checkpoint(path).position.n_rows)
    assert written == [1, 1, 3, 4]
    assert [file.name for file in tmp_path.iterdir()] == ["fit.ckpt"]


def test_a_full_disk_is_an_error_before_the_training_and_a_warning_later(tmp_path, state, monkeypatch):
    def full(*arguments):
        raise OSError(28, "No space left on device")

    writer = CheckpointWriter(tmp_path / "fit.ckpt", 0.0, {}, {}, state)
    with monkeypatch.context() as patched:
        patched.setattr("pathlib.Path.write_bytes", full)
        with pytest.raises(OutputError, match="No space left on device"):
            writer(StreamPosition(0.1), False)
    writer(StreamPosition(0.1), False)
    monkeypatch.setattr("pathlib.Path.write_bytes", full)
    with pytest.warns(UserWarning, match="the checkpoint was not written, and training continues"):
        writer(StreamPosition(0.1), False)
    assert load_checkpoint(tmp_path / "fit.ckpt").position.n_rows == 0
