from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy

from separatrix import Network
from separatrix.errors import DataError, ModelFileError
from separatrix.explain.subject import at_epoch
from separatrix.io import load, save
from separatrix.model import Model
from separatrix.train.recorded import RecordedModel, recording_path, save_recording, with_recording
from separatrix.train.recording import Recording

RECORDING = Recording(np.array([0, 3, 7]), np.arange(9, dtype=np.float32).reshape(3, 3))


@pytest.fixture
def model(tmp_path) -> Model:
    model = Model(Network.mlp(2, (), 1, head="binary"), np.float32([6, 7, 8]), classes=["no", "yes"])
    save(model, tmp_path / "m.safetensors")
    return load(tmp_path / "m.safetensors")


@pytest.fixture
def path(tmp_path, model) -> Path:
    path = recording_path(tmp_path / "m.safetensors")
    save_recording(RECORDING, model, path)
    return path


def test_a_recording_is_read_as_it_was_written(path, model):
    recorded = with_recording(model, path)
    assert isinstance(recorded, RecordedModel)
    assert recorded == model
    assert recorded.recording_.epochs.tolist() == [0, 3, 7]
    assert recorded.recording_.thetas.dtype == np.float32
    np.testing.assert_array_equal(recorded.recording_.thetas, RECORDING.thetas)
    np.testing.assert_array_equal(at_epoch(recorded, 3).theta, [3, 4, 5])


def test_a_recorded_model_is_saved_without_its_recording(path, model, tmp_path):
    save(with_recording(model, path), tmp_path / "again.safetensors")
    assert (tmp_path / "again.safetensors").read_bytes() == (tmp_path / "m.safetensors").read_bytes()


def test_the_recording_of_another_model_is_refused(path, model):
    other = Model(model.network, model.theta + 1, classes=["no", "yes"])
    with pytest.raises(DataError, match="is the recording of another model"):
        with_recording(other, path)


def test_a_damaged_file_is_refused(path, model):
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(ModelFileError, match="is damaged or no recording"):
        with_recording(model, path)


def test_a_model_file_is_no_recording(path, model, tmp_path):
    with pytest.raises(ModelFileError, match="is damaged or no recording"):
        with_recording(model, tmp_path / "m.safetensors")


@pytest.mark.parametrize(
    ("epochs", "thetas", "sentence"),
    [
        ([0, 3], np.zeros((3, 3)), "does not hold the parameters of epochs"),
        ([0, 3], np.zeros((2, 4)), "does not hold the parameters of epochs"),
        ([0, 3], np.zeros((2, 3), np.int32), "does not hold the parameters of epochs"),
        ([3, 0], np.zeros((2, 3)), "does not hold ascending epochs"),
    ],
)
def test_a_recording_of_another_form_is_refused(path, model, epochs, thetas, sentence):
    save_recording(Recording(np.array(epochs), thetas), model, path)
    with pytest.raises(ModelFileError, match=sentence):
        with_recording(model, path)


def test_a_newer_format_is_refused(path, model):
    header = '{"format_version": 2, "model": ""}'
    tensors = {"epochs": RECORDING.epochs, "thetas": RECORDING.thetas}
    path.write_bytes(safetensors.numpy.save(tensors, {"separatrix_recording": header}))
    with pytest.raises(ModelFileError, match="has format 2, which is not known"):
        with_recording(model, path)
