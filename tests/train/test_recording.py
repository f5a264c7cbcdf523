import numpy as np
import pytest

from separatrix.errors import ParameterError
from separatrix.train.recording import AUTO_SNAPSHOTS, Recorder, recording_epochs


@pytest.mark.parametrize(
    ("record", "max_epochs", "expected"),
    [
        (None, 9, []),
        (1, 3, [1, 2, 3]),
        (4, 9, [4, 8, 9]),
        (4, 8, [4, 8]),
        (20, 9, [9]),
        ((0, 5, 2, 5), 9, [2, 5]),
        (np.array([9, 1]), 9, [1, 9]),
        (range(0, 9, 4), 9, [4, 8]),
        ([], 9, []),
        ("auto", 4, [1, 2, 3, 4]),
    ],
)
def test_epochs(record, max_epochs, expected):
    epochs = recording_epochs(record, max_epochs)
    assert epochs.dtype == np.int64
    assert epochs.tolist() == expected


@pytest.mark.parametrize("max_epochs", [1, 150, 200, 201, 1000, 10**6])
def test_auto_is_dense_at_the_start_and_ends_with_the_last(max_epochs):
    epochs = recording_epochs("auto", max_epochs)
    assert epochs[0] == 1
    assert epochs[-1] == max_epochs
    assert len(epochs) <= AUTO_SNAPSHOTS
    gaps = np.diff(epochs)
    assert (gaps > 0).all()
    assert gaps[: len(gaps) // 2].sum() <= gaps[len(gaps) // 2 :].sum()


@pytest.mark.parametrize("record", [0, -1, True, 2.5, "all", [1.5], [-1], [10]])
def test_a_wrong_record_is_named(record):
    with pytest.raises(ParameterError, match=r"^record must "):
        recording_epochs(record, 9)


def test_a_recorder_counts_on_from_its_start():
    recorder = Recorder(3, max_epochs=10, start=100, theta=np.zeros(2))
    assert recorder.due(101, 104).tolist() == [103]
    recorder.add(np.array([103, 106]), np.ones((1, 2)))  # halted before 106
    recorder.add_last(105, np.full(2, 2.0))
    recording = recorder.recording()
    assert recording.epochs.tolist() == [100, 103, 105]
    assert recording.thetas.tolist() == [[0, 0], [1, 1], [2, 2]]


@pytest.mark.parametrize(("record", "expected"), [(5, [0, 5]), ([5, 9], [0, 5])])
def test_the_last_epoch_is_kept_once_and_only_where_it_belongs(record, expected):
    recorder = Recorder(record, max_epochs=10, start=0, theta=np.zeros(2))
    recorder.add(np.array([5]), np.ones((1, 2)))
    recorder.add_last(5, np.ones(2))
    assert recorder.recording().epochs.tolist() == expected


def test_no_recording():
    recorder = Recorder(None, max_epochs=10, start=0, theta=np.zeros(2))
    recorder.add_last(10, np.ones(2))
    assert recorder.recording() is None
