from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from separatrix import MLPClassifier, Network
from separatrix.cli.app import app
from separatrix.cli.runs import _network
from separatrix.data.table import Table
from separatrix.estimators.settings import plain_settings
from separatrix.io import save
from separatrix.model import Model
from separatrix.network import PeriodicEmbedding

pytestmark = pytest.mark.slow

PLAIN = ("--no-trees", "--n-init", "1")
PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture(scope="module")
def trained_on_moons(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("moons") / "m.safetensors"
    options = ("--engine", "numpy", "--hidden", "3", "--epochs", "2", "--no-trees")
    result = CliRunner().invoke(app, ["fit", "moons", *options, "-o", str(path)])
    assert result.exit_code == 0, result.output
    return path


@pytest.fixture
def moons(run, tmp_path, trained_on_moons) -> str:
    return Path(shutil.copy(trained_on_moons, tmp_path)).name


def test_every_picture_that_is_possible_is_drawn(run, moons):
    result = run("plot", moons, "moons")
    assert result.exit_code == 0, result.output
    paths = [Path(line) for line in result.stdout.splitlines()]
    names = (
        *(
            "data",
            "boundary",
            "loss",
            "gap",
            "diagram",
            "hidden",
            "hidden-space",
            "activations",
            "histograms",
        ),
        *("gradient", "surface", "report"),
    )
    assert paths == [Path("plots") / f"m-{name}.png" for name in names]
    assert all(path.read_bytes().startswith(PNG) for path in paths)
    assert result.stderr.startswith(
        "note: not drawn: curve, unit-curves (it needs a model of one input, and this one has 2"
    )
    assert "film (it needs a recording of the training; train with fit --record)" in result.stderr


def test_an_ensemble(run, people, ensemble):
    result = run("plot", str(ensemble), str(people), "--features", "age,member")
    assert result.exit_code == 0, result.output
    names = [Path(line).name for line in result.stdout.splitlines()]
    assert names == ["ensemble-data.png", "ensemble-boundary.png", "ensemble-report.png"]
    assert (
        "loss, gap, diagram, hidden, hidden-space, unit-curves, activations, histograms, weights, gradient, "
        "surface, film (it needs a single network, and this is an ensemble; train one, on the command line "
        "with --model=network)" in result.stderr
    )
    result = run("plot", str(ensemble), "--what", "hidden")
    assert result.exit_code == 2
    assert (
        "cannot draw 'hidden': it needs a single network, and this is an ensemble; train one" in result.stderr
    )


def test_without_a_table(run, moons):
    result = run("plot", moons, "-o", "inside")
    assert result.exit_code == 0, result.output
    assert {path.name for path in Path("inside").iterdir()} == {
        "m-loss.png",
        "m-gap.png",
        "m-diagram.png",
        "m-activations.png",
    }
    assert "report (it needs a table of rows)" in result.stderr
    assert "curve, unit-curves (it needs a model of one input, and this one has 2)" in result.stderr


def test_without_a_table_many_columns_are_counted(run, model):
    result = run("plot", str(model))
    assert result.exit_code == 0, result.output
    assert "curve, unit-curves (it needs a model of one input, and this one has 3)" in result.stderr
    assert (
        "data, boundary, hidden (it needs a table of rows, and a plane through its 3 columns)"
        in result.stderr
    )


def test_the_parameters_of_a_surface(run, moons):
    for chosen in ((), ("--parameters", "layer 0: w[x1, 2],12")):
        result = run("plot", moons, "moons", "--what", "surface", *chosen)
        assert (result.exit_code, result.stdout) == (0, f"{Path('plots') / 'm-surface.png'}\n")
    result = run("plot", moons, "moons", "--what", "surface", "--parameters", "layer 0: w[x1 2],12")
    assert result.exit_code == 2
    assert "Did you mean 'layer 0: w[x1, 2]'?" in result.stderr


def test_the_title_of_a_surface_names_its_parameters(moons):
    from separatrix.explain import parameter_names
    from separatrix.io import load
    from separatrix.plots.display import Subject
    from separatrix.plots.displays import DISPLAYS

    loaded = load(moons)
    table = {"x1": np.array([0.0, 1.0]), "x2": np.array([1.0, 0.0])}
    figure = DISPLAYS["surface"].draw(Subject(loaded, Table(table), np.array([0, 1]))).figure_
    assert figure.axes[0].get_title() == "the two largest weights; the other 11 parameters as trained"
    assert {figure.axes[0].get_xlabel(), figure.axes[0].get_ylabel()} <= set(parameter_names(loaded))


def test_a_surface_needs_the_target_and_two_parameters(run, moons, tmp_path):
    Path("new.csv").write_text("x1,x2\n0.5,0.5\n-1,1\n")
    result = run("plot", moons, "new.csv", "--what", "surface")
    assert (
        "cannot draw 'surface': it needs the true targets, and the table has no column of them"
        in result.stderr
    )
    save(Model(Network.mlp(1, (), 1, fit_intercept=False), [1.0]), tmp_path / "one.safetensors")
    result = run("plot", "one.safetensors", "--what", "surface")
    assert "cannot draw 'surface': it needs two parameters, and the network has one." in result.stderr


def test_one_file(run, moons):
    result = run("plot", moons, "moons", "--what", "boundary", "-o", "it.svg")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "it.svg\n", "")
    svg = Path("it.svg").read_text(encoding="utf-8")
    assert "<svg" in svg
    result = run("plot", moons, "moons", "--what", "loss,diagram", "-o", "it.png")
    assert result.exit_code == 2
    assert "'it.png' is one file for 2 pictures" in result.stderr


def test_a_plane_of_a_table_with_text(run, people, model):
    result = run("plot", str(model), str(people), "--what", "boundary")
    assert result.exit_code == 2
    assert "cannot draw 'boundary': it needs a plane through the 3 columns; choose two" in result.stderr
    for choice in (("--features", "age,member"), ("--plane", "pca")):
        result = run("plot", str(model), str(people), "--what", "boundary,hidden", *choice)
        assert result.exit_code == 0, result.output
        assert len(result.stdout.splitlines()) == 2
    result = run("plot", str(model), str(people), "--what", "boundary", "--features", "age,membr")
    assert result.exit_code == 2
    assert "got 'membr'. Did you mean 'member'?" in result.stderr


def test_one_input(run):
    run(
        "fit",
        "bumps",
        "--engine",
        "numpy",
        "--hidden",
        "3",
        "--epochs",
        "2",
        "--no-trees",
        "-o",
        "b.safetensors",
    )
    result = run("plot", "b.safetensors", "bumps", "--what", "curve")
    assert (result.exit_code, result.stdout) == (0, f"{Path('plots') / 'b-curve.png'}\n")
    result = run("plot", "b.safetensors", "bumps", "--what", "hidden")
    assert (
        "cannot draw 'hidden': it needs two inputs, and the model has one; draw the curve." in result.stderr
    )


def test_numbers(run):
    run(
        "fit",
        "diabetes",
        "--engine",
        "numpy",
        "--hidden",
        "none",
        "--epochs",
        "2",
        "--no-trees",
        "-o",
        "d.safetensors",
    )
    result = run("plot", "d.safetensors", "diabetes")
    assert result.exit_code == 0, result.output
    names = [Path(line).name for line in result.stdout.splitlines()]
    shown = ("loss", "gap", "diagram", "activations", "gradient", "surface", "report")
    assert names == [f"d-{name}.png" for name in shown]
    assert "boundary (it needs a classifier with one target)" in result.stderr
    assert "hidden, histograms (the network has no hidden layer)" in result.stderr
    assert (
        "hidden-space (it needs a classifier whose last hidden layer has two units or more)" in result.stderr
    )


def test_rows_without_the_target(run, moons):
    Path("new.csv").write_text("x1,x2\n0.5,0.5\n-1,1\n2,-0.5\n")
    result = run("plot", moons, "new.csv", "--what", "boundary")
    assert result.exit_code == 0, result.output
    result = run("plot", moons, "new.csv", "--what", "report")
    assert (
        "cannot draw 'report': it needs the true targets, and the table has no column of them"
        in result.stderr
    )
    result = run("plot", moons, "new.csv", "--target", "truth")
    assert result.exit_code == 2
    assert "there is no column 'truth'" in result.stderr


def test_a_model_without_a_history(run, tmp_path):
    save(Model(Network.mlp(2, (2,), 1), np.arange(9.0), ["no", "yes"]), tmp_path / "bare.safetensors")
    result = run("plot", "bare.safetensors", "--what", "loss")
    assert result.exit_code == 2
    assert "cannot draw 'loss': the model file has no history." in result.stderr
    Path("rows.csv").write_text("a,b,target\n0,0,no\n1,1,yes\n0,1,no\n")
    result = run("plot", "bare.safetensors", "rows.csv", "--what", "boundary,report")
    assert result.exit_code == 0, result.output


def test_a_film_needs_a_recording(run, moons):
    result = run("plot", moons, "moons", "--what", "loss,film")
    assert result.exit_code == 2
    assert "there is no recording 'm.recording.safetensors' of the training, which films" in result.stderr
    assert not Path("plots").exists()


def test_misspelt_options(run, moons):
    result = run("plot", moons, "moons", "--what", "boundry")
    assert result.exit_code == 2
    assert "got 'boundry'. Did you mean 'boundary'?" in result.stderr
    assert (
        "--plane must be one of 'features', 'pca', got 'pac'"
        in run("plot", moons, "moons", "--plane", "pac").stderr
    )
    result = run("plot", moons, "moons", "--plane", "pca", "--features", "x1,x2")
    assert "--features has no use with --plane pca" in result.stderr


def test_a_picture_of_another_format_is_no_folder(run, moons):
    result = run("plot", moons, "moons", "--what", "boundary", "-o", "a.jpg")
    assert result.exit_code == 2
    assert result.stderr == (
        "separatrix: error: cannot write 'a.jpg': pictures end in .png, .svg, .pdf; name a file that does.\n"
    )
    assert not Path("a.jpg").exists()


def test_a_plane_of_a_date_is_not_drawn(run):
    rows = [f"2024-01-{1 + i % 28:02d},{i % 7}.5,{'yes' if i % 28 > 14 else 'no'}" for i in range(60)]
    Path("dates.csv").write_text("when,x,target\n" + "\n".join(rows) + "\n")
    trained = run(
        "fit", "dates.csv", "--engine", "numpy", "--hidden", "3", "--epochs", "3", "-o", "d.safetensors"
    )
    assert trained.exit_code == 0, trained.output
    result = run("plot", "d.safetensors", "dates.csv")
    assert result.exit_code == 0, result.output
    assert "boundary" in result.stderr
    assert "it needs two columns of numbers, and 'when' is text or a date" in " ".join(result.stderr.split())
    assert any(line.endswith("d-loss.png") for line in result.stdout.splitlines())


def test_the_option_what_may_come_more_than_once(run, moons):
    result = run("plot", moons, "--what", "loss", "--what", "diagram,activations", "-o", "p")
    assert result.exit_code == 0, result.output
    assert [Path(line).name for line in result.stdout.splitlines()] == [
        "m-loss.png",
        "m-diagram.png",
        "m-activations.png",
    ]


def test_the_network_of_a_model_is_trained_again_at_other_rates_and_from_other_seeds(run, moons, monkeypatch):
    drawn = {}
    monkeypatch.setattr(
        "separatrix.cli.plot.save_figure", lambda figure, path: drawn.setdefault(path.name, figure)
    )
    result = run("plot", moons, "moons", "--what", "rates,seeds")
    assert result.exit_code == 0, result.output
    assert "note: trains 4 networks with the settings of the model on 1,000 rows." in result.stderr
    of_rates, of_seeds = (figure.axes[-1].lines for figure in drawn.values())
    assert list(drawn) == ["m-rates.png", "m-seeds.png"]
    assert [line.get_label() for line in of_rates] == ["rate 0.001", "rate 0.01", "rate 0.1", "rate 1"]
    assert [line.get_label() for line in of_seeds] == ["seed 0", "seed 1", "seed 2"]
    assert {len(line.get_ydata()) for line in [*of_rates, *of_seeds]} == {2}  # the epochs of the model
    assert len({tuple(line.get_ydata()) for line in [*of_rates, *of_seeds]}) >= 6


def test_why_a_network_cannot_be_trained_again(run, moons, tmp_path):
    assert "cannot draw 'rates': it needs a table of rows" in run("plot", moons, "--what", "rates").stderr
    save(Model(Network.mlp(2, (2,), 1), np.arange(9.0), ["no", "yes"]), tmp_path / "bare.safetensors")
    Path("rows.csv").write_text("a,b,target\n0,0,no\n1,1,yes\n0,1,no\n")
    result = run("plot", "bare.safetensors", "rows.csv", "--what", "seeds")
    assert "cannot draw 'seeds': the model file does not say how the network was trained." in result.stderr
    run("fit", "moons", "--engine", "numpy", "--hidden", "2", "--solver", "lbfgs", "-o", "l.safetensors")
    result = run("plot", "l.safetensors", "moons", "--what", "rates")
    assert "cannot draw 'rates': solver 'lbfgs' has no learning rate." in result.stderr


def test_of_several_pictures_those_that_can_be_drawn_are(run, tmp_path):
    save(Model(Network.mlp(2, (2,), 1), np.arange(9.0), ["no", "yes"]), tmp_path / "bare.safetensors")
    result = run("plot", "bare.safetensors", "--what", "diagram,loss")
    assert result.exit_code == 2
    assert result.stdout == f"{Path('plots') / 'bare-diagram.png'}\n"
    assert "cannot draw 'loss': the model file has no history." in result.stderr


def test_a_network_with_an_embedding_is_trained_again():
    embedding = PeriodicEmbedding(2, 0.3, (1,))
    X = np.random.default_rng(0).normal(size=(30, 2))
    clf = MLPClassifier((2,), embedding=embedding, max_iter=2, engine="numpy", random_state=0)
    model = clf.fit(X, (X[:, 0] > 0).astype(int)).to_model()
    settings = plain_settings(clf.get_params())
    assert settings["embedding"]["columns"] == [1]
    again = _network(Model(model.network, model.theta, training=model.training | {"settings": settings}))
    assert again.embedding == embedding
