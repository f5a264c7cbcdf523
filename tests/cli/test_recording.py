from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from separatrix.io import load
from separatrix.train.recorded import with_recording

pytestmark = pytest.mark.slow

FIT = ("fit", "circles", "--engine", "numpy", "--hidden", "3", "--test-size", "0.25")


@pytest.fixture
def recorded(run) -> str:
    result = run(*FIT, "--epochs", "4", "--record", "-o", "c.safetensors")
    assert result.exit_code == 0, result.output
    assert "note: wrote the parameters of 5 epochs to c.recording.safetensors" in result.stderr
    return "c.safetensors"


def test_a_recording_ends_with_the_model(run, recorded):
    model = load(recorded)
    recording = with_recording(model, "c.recording.safetensors").recording_
    assert recording.epochs.tolist() == [0, 1, 2, 3, 4]
    kept = model.training["stop"]["best_epoch"]
    last = 4 if kept is None else kept
    np.testing.assert_array_equal(recording.thetas[last], model.theta)


def test_pictures_of_a_recording(run, recorded):
    result = run("plot", recorded, "circles", "--what", "film", "-o", "c.gif")
    assert result.exit_code == 0, result.output
    assert result.stdout == "c.gif\n"
    assert Path("c.gif").read_bytes().startswith(b"GIF8")
    result = run("plot", recorded, "circles", "--what", "boundary,histograms", "--epochs", "0,2,4")
    assert result.exit_code == 0, result.output
    assert result.stdout == "plots/c-boundary.png\nplots/c-histograms.png\n"
    result = run("plot", recorded, "circles", "--what", "film", "-o", "c.png")
    assert result.exit_code == 2
    assert "--output must end in" in result.stderr
    result = run("plot", recorded, "circles", "--what", "boundary", "--epochs", "9")
    assert "--epochs must be recorded, got 9; the nearest that were are 2, 3, 4." in result.stderr
    result = run("plot", recorded, "circles", "--what", "diagram", "--epochs", "1")
    assert "--epochs is for the pictures boundary, curve, histograms; leave it out" in result.stderr


def test_a_stale_recording_is_named(run, recorded):
    assert run(*FIT, "--epochs", "3", "-o", "c.safetensors").exit_code == 0
    result = run("plot", recorded, "circles", "--what", "film")
    assert result.exit_code == 2
    assert "'c.recording.safetensors' is the recording of another model; delete it" in result.stderr
    result = run("plot", recorded, "--what", "loss")
    assert result.exit_code == 0
    assert "note: without the recording of the training: 'c.recording" in result.stderr


def test_record_belongs_to_one_network(run):
    result = run("fit", "circles", "--record", "--presets", "fast")
    assert result.exit_code == 2
    assert "--record belongs to one network" in result.stderr
    result = run(*FIT, "--record", "--checkpoint", "c.check")
    assert "--record needs a training without --checkpoint" in result.stderr
