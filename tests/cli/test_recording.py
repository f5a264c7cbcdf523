from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from separatrix.cli.film import PANELS
from separatrix.io import load
from separatrix.plots.displays import VIEWS
from separatrix.train.recorded import with_recording

pytestmark = pytest.mark.slow

FIT = ("fit", "circles", "--engine", "numpy", "--hidden", "3", "--test-size", "0.25", "--no-trees")


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


def test_the_panels_of_a_film(run, recorded):
    assert list(VIEWS) == list(PANELS)
    result = run("plot", recorded, "circles", "--what", "film", "--panels", "gradient", "-o", "c.gif")
    assert result.exit_code == 0, result.output
    result = run("plot", recorded, "circles", "--what", "film", "--panels", "loss,unit-curves", "-o", "c.gif")
    assert result.exit_code == 2
    assert "cannot draw 'film': the panel 'unit-curves' is not possible, as it needs a model of one" in (
        result.stderr
    )
    result = run("plot", recorded, "circles", "--what", "film", "--panels", "hiden", "-o", "c.gif")
    assert "--panels must be one of" in result.stderr
    assert "Did you mean 'hidden'?" in result.stderr
    result = run("plot", recorded, "circles", "--what", "loss", "--panels", "loss")
    assert "--panels are those of a film; add --what film" in result.stderr


def test_the_panels_of_the_film_of_a_fit(run):
    result = run(*FIT, "--epochs", "2", "--film", "c.gif", "--panels", "histograms", "-o", "c.safetensors")
    assert result.exit_code == 0, result.output
    assert Path("c.gif").read_bytes().startswith(b"GIF8")
    result = run(*FIT, "--epochs", "2", "--film", "d.gif", "--panels", "weights", "-o", "d.safetensors")
    assert result.exit_code == 2
    assert "cannot draw the film, though the model is written: the panel 'weights' is not" in result.stderr
    assert Path("d.safetensors").exists()
    result = run(*FIT, "--panels", "loss", "-o", "e.safetensors")
    assert "--panels are those of a film; name its file with --film, or leave it out." in result.stderr
    assert not Path("e.safetensors").exists()


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


def test_the_film_of_a_network_with_an_embedding(run):
    embedded = ("--embedding", "2", "--epochs", "2")
    result = run(*FIT[:1], "diabetes", *FIT[2:], *embedded, "--film", "d.gif", "-o", "d.safetensors")
    assert result.exit_code == 0, result.output
    assert Path("d.gif").read_bytes().startswith(b"GIF8")
    result = run(*FIT, *embedded, "--film", "c.gif", "--panels", "loss,weights", "-o", "c.safetensors")
    assert result.exit_code == 2
    assert "--panels must not have 'weights' with --embedding" in result.stderr
    assert not Path("c.safetensors").exists()
