"""`fit` and `predict` on tables that are read in pieces; how much memory that takes."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import separatrix as sx
from separatrix.data.memory import Budget
from separatrix.data.stream_sources import open_stream
from separatrix.errors import DataError

pytestmark = pytest.mark.memory

NUMPY = ("--engine", "numpy", "--hidden", "4", "--epochs", "3")
MEMORY = ("--memory", "512MB")


@pytest.fixture
def parts(people) -> list[str]:
    """The table `people` five times over, in three CSV files."""
    head, *rows = people.read_text(encoding="utf-8").splitlines()
    names = []
    for number in range(3):
        path = people.with_name(f"part-{number}.csv")
        path.write_text("\n".join([head, *rows * 2, ""]), encoding="utf-8")
        names.append(path.name)
    return names


def test_the_report_is_that_of_a_table_in_memory(run, people):
    result = run("fit", str(people), *NUMPY, *MEMORY)
    assert result.exit_code == 0, result.output
    assert "people.csv: 40 rows, 4 columns to predict from" in result.stdout
    assert "target, classification (text): no: " in result.stdout
    assert "Filled    missing replaced by the median and marked: age (" in result.stdout
    assert "(by a hash of their number, seed 0)" in result.stdout
    for word in ("precision", "ROC AUC", "logistic regression", "dummy", "Model written to"):
        assert word in result.stdout
    model = sx.load("model.safetensors")
    assert model.classes.tolist() == ["no", "yes"]
    assert (
        model.training["n_rows"]
        + json.loads(run("fit", str(people), *NUMPY, *MEMORY, "--json").stdout)["data"]["n_test"]
        == 40
    )


def test_several_files_are_one_table(run, parts):
    result = run("fit", *parts, *NUMPY)
    assert result.exit_code == 0, result.output
    assert "part-0.csv and 2 more: 240 rows" in result.stdout
    again = run("fit", "part-*.csv", *NUMPY, *MEMORY)
    assert again.exit_code == 0, again.output
    assert "part-*.csv and 2 more: 240 rows" in again.stdout
    assert sx.load("model.safetensors").n_parameters == sx.load("model-2.safetensors").n_parameters


def test_numbers_and_test_rows_from_another_file(run):
    table = sx.data.load_dataset("diabetes")
    sx.data.write_table(table.take(range(300)), "train.parquet")
    sx.data.write_table(table.take(range(300, 442)), "test.csv")
    result = run("fit", "train.parquet", "--test", "test.csv", *NUMPY[:2], *MEMORY, "--hidden", "none")
    assert result.exit_code == 0, result.output
    assert "300 rows to train, 142 to test (from test.csv)" in result.stdout
    assert "regression (176 different whole numbers): 2" in result.stdout
    model = sx.load("model.safetensors")
    error = model.predict(table.drop("target")) - table.columns["target"]
    assert abs(error.mean()) < 40  # in the target's own unit


def test_tasks(run):
    rows = "".join(f"{i},{i % 3},{i / 7}\n" for i in range(60))
    Path("t.csv").write_text(f"a,few,many\n{rows}", encoding="utf-8")
    for arguments, words in [
        (["--target", "few"], "classification (3 different whole numbers)"),
        (["--target", "few", "--task", "regression"], "regression (as asked)"),
        (["--target", "many"], "regression (numbers with fractions)"),
    ]:
        assert words in run("fit", "t.csv", *NUMPY, *MEMORY, *arguments).stdout


def test_class_weight_by_name(run, people):
    result = run("fit", str(people), *NUMPY, *MEMORY, "--class-weight", "yes=5")
    assert result.exit_code == 0, result.output
    assert sx.load("model.safetensors").training["settings"]["class_weight"] == {"yes": 5.0}


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--memory", "lots"], "memory must be a size such as '512MB', '2GB' or '1.5GiB', got 'lots'."),
        (["--memory", "100MB"], "memory must be at least 440MB, got 100MB"),
        ([*MEMORY, "--target", "towm"], "Did you mean 'town'?"),
        (["--checkpoint", "fit.ckpt", "--solver", "lbfgs"], "--solver must not be 'lbfgs'"),
        ([*MEMORY, "--test-size", "1"], "--test-size must be a number in (0, 1), got 1."),
        ([*MEMORY, "--class-weight", "maybe=2"], "which are no, yes, got 'maybe'"),
        ([*MEMORY, "--task", "regression"], "'target' has text where numbers are needed"),
        (
            [*MEMORY, "--metrics", "f1_macro"],
            "needs validation rows; hold some out of the table with --early-stopping.",
        ),
        ([*MEMORY, "-o", "none/m.safetensors"], "the folder 'none' does not exist"),
        (["--checkpoint", "none/fit.ckpt"], "cannot write 'none/fit.ckpt': the folder 'none' does not exist"),
        (["--checkpoint", "notes.txt"], "'notes.txt' is not a checkpoint of Separatrix"),
        (["iris.csv"], "there is no file 'iris.csv'"),
        (["-"], "standard input can be read only once"),
    ],
)
def test_an_error_is_one_sentence_and_no_model(run, people, arguments, sentence):
    Path("notes.txt").write_text("not a checkpoint", encoding="utf-8")
    result = run("fit", str(people), *NUMPY, *arguments)
    assert result.exit_code == 2
    assert sentence in result.stderr
    assert result.stderr.count("\n") == 1
    assert not Path("model.safetensors").exists()


def test_a_checkpoint_is_removed_once_the_model_is_written(run, people):
    result = run("fit", str(people), *NUMPY, "--checkpoint", "fit.ckpt", "--checkpoint-every", "0")
    assert result.exit_code == 0, result.output
    assert not Path("fit.ckpt").exists()
    assert Path("model.safetensors").exists()


@pytest.mark.parametrize(
    "name", ["out.csv", "out.tsv", "out.jsonl", "out.parquet", "out.csv.gz", "out.parquet.gz"]
)
def test_predictions_in_pieces_are_those_of_the_whole(run, parts, model, name, monkeypatch):
    monkeypatch.setattr("separatrix.data.streams.MOST_ROWS", 10)
    monkeypatch.setattr("separatrix.data.streams.LEAST_ROWS", 10)
    with open_stream(parts[0], 2**20) as stream:
        assert len(stream.pieces) > 2
    assert run("predict", str(model), parts[0], "-o", f"whole-{name}").exit_code == 0
    result = run("predict", str(model), parts[0], *MEMORY, "-o", name)
    assert result.exit_code == 0, result.output
    whole, pieces = sx.data.read_table(f"whole-{name}"), sx.data.read_table(name)
    assert pieces.column_names == whole.column_names
    for column, values in whole.columns.items():
        np.testing.assert_array_equal(pieces.columns[column], values)


def test_cells_stay_as_they_were_and_files_in_their_order(run, parts, model):
    result = run("predict", str(model), *parts)
    assert result.exit_code == 0, result.output
    lines = [line for name in parts for line in Path(name).read_text(encoding="utf-8").splitlines()[1:]]
    assert [line.rsplit(",", 3)[0] for line in result.stdout.splitlines()[1:]] == lines


def test_notes_are_of_the_whole_table(run, model):
    Path("new.csv").write_text("note,member,town,id,age\n" + "x,true,Rom,1,30\n" * 50, encoding="utf-8")
    result = run("predict", str(model), "new.csv", *MEMORY, "-o", "out.csv")
    assert result.stderr.splitlines() == [
        "note: columns that the model does not use: note.",
        "note: 'town' has values that training did not have, such as 'Rom', in 50 of 50 rows.",
    ]


@pytest.mark.parametrize("output", ["part-1.csv", "none/out.csv", "out.doc"])
def test_an_output_that_cannot_be_written(run, parts, model, output):
    before = Path("part-1.csv").read_bytes()
    result = run("predict", str(model), *parts, "-o", output)
    assert result.exit_code == 2
    assert f"cannot write '{output}'" in result.stderr
    assert Path("part-1.csv").read_bytes() == before


def test_a_pattern_does_not_hide_that_the_output_is_an_input(run, parts, model):
    before = Path("part-1.csv").read_bytes()
    result = run("predict", str(model), "part-*.csv", "-o", "part-1.csv")
    assert result.exit_code == 2
    assert "it is the table to score" in result.stderr
    assert Path("part-1.csv").read_bytes() == before


def test_a_pattern_may_match_a_single_file(run, parts):
    assert run("fit", "part-1*.csv", *NUMPY).exit_code == 0


def test_a_checkpoint_is_not_the_model(run, people):
    result = run("fit", str(people), *NUMPY, "--checkpoint", "m.safetensors", "-o", "./m.safetensors")
    assert result.exit_code == 2
    assert "cannot write 'm.safetensors': it is the checkpoint" in result.stderr
    assert not Path("m.safetensors").exists()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "there is no file 'test.csv'"),
        ("member,town,id,age\n1,Rom,1,30\n", "there is no column 'target'"),
        ("target\nyes\nno\n", "there is no column '"),
        ("member,town,id,age,target\ntrue,Rom,1,30,yes\n", "no rows are left to test on"),
    ],
)
def test_test_rows_are_read_before_the_training(run, people, monkeypatch, content, sentence):
    def fail(*arguments, **settings):
        raise AssertionError("trained")

    monkeypatch.setattr("separatrix.estimators.mlp.train", fail)
    if content is not None:
        Path("test.csv").write_text(content, encoding="utf-8")
    result = run("fit", str(people), *NUMPY, *MEMORY, "--test", "test.csv")
    assert result.exit_code == 2
    assert sentence in result.stderr


def test_a_model_that_cannot_be_judged_is_saved(run, people, monkeypatch):
    def fail(*arguments, **settings):
        raise DataError("there are no baselines; do without.")

    monkeypatch.setattr("separatrix.cli.fit_report.assess_fit", fail)
    result = run("fit", str(people), *NUMPY, *MEMORY)
    assert result.exit_code == 2
    assert "the model is written to 'model.safetensors', but cannot be judged" in result.stderr
    assert Path("model.safetensors").exists()


def test_a_task_that_is_given_needs_no_pass(run, people, monkeypatch):
    def fail(*arguments):
        raise AssertionError("a pass for nothing")

    monkeypatch.setattr("separatrix.cli.table_input.infer_task", fail)
    assert run("fit", str(people), *NUMPY, *MEMORY, "--task", "classification").exit_code == 0


@pytest.mark.parametrize(
    ("option", "value"), [("--solver", "lbfgs"), ("--batch-size", "full"), ("--shuffle", "replacement")]
)
def test_what_needs_all_rows_works_if_they_fit_into_memory(run, people, monkeypatch, option, value):
    assert run("fit", str(people), *NUMPY, *MEMORY, option, value).exit_code == 0
    monkeypatch.setattr(Budget, "buffer", 1_000)
    result = run("fit", str(people), *NUMPY, *MEMORY, option, value)
    assert result.exit_code == 2
    assert f"{option} must not be '{value}' for rows that are read in pieces" in result.stderr
    assert result.stderr.count("\n") == 1


def test_why_the_kernels_cannot_be_compiled_is_reported(run, people, monkeypatch):
    monkeypatch.setattr("separatrix.cli.fitting.announce_compilation", lambda engine, dtype: True)
    failing = [sys.executable, "-c", "import sys; sys.exit('first line\\nno room for them')"]
    start = subprocess.run
    monkeypatch.setattr("subprocess.run", lambda command, **settings: start(failing, **settings))
    result = run("fit", str(people), *NUMPY, *MEMORY)
    assert result.exit_code == 2
    assert "the kernels cannot be compiled: no room for them; try --engine numpy." in result.stderr


LIBRARY_FILES = 210
"""Of the memory allowed, in units of 10**6 bytes: pages of the files of libraries."""

only_linux = pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")


def private_megabytes(*arguments: str, cwd: Path, exit_code: int = 0) -> tuple[float, str]:
    """Return the largest memory that a command has for itself, in units of 10**6 bytes, and its errors.

    Pages of files are not counted: how many of a library's are in memory depends on how its file was
    written (210 to 290 MB for one environment, installed by pip and by uv), and the system takes them back
    when memory is short.
    """
    command = [sys.executable, "-m", "separatrix", *arguments]
    peak = 0
    with (
        open(cwd / "errors", "w+", encoding="utf-8") as errors,
        subprocess.Popen(command, cwd=cwd, stdout=subprocess.DEVNULL, stderr=errors) as process,
    ):
        while process.poll() is None:
            status = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
            peak = max([peak, *map(int, re.findall(r"^RssAnon:\s+(\d+) kB$", status, re.M))])
            time.sleep(0.005)
        errors.seek(0)
        said = errors.read()
    assert process.returncode == exit_code, said
    assert peak > 50_000
    return peak * 1024 / 1e6, said


@only_linux
@pytest.mark.parametrize("extension", ["parquet", "csv"])
def test_the_memory_allowed_is_kept_with_text_and_early_stopping(tmp_path, extension):
    draw = np.random.RandomState(0)
    words, n_rows = np.array([f"w{i}" for i in range(45)]), 100_000  # some 140 MB once encoded
    columns = {f"t{j}": words[draw.randint(0, 45, n_rows)] for j in range(4)}
    columns |= {f"x{j}": draw.normal(size=n_rows).round(6) for j in range(4)}
    frame = pl.DataFrame({**columns, "target": draw.randint(0, 2, n_rows)})
    path = tmp_path / f"t.{extension}"
    frame.write_csv(path) if extension == "csv" else frame.write_parquet(path)
    settings = ("--hidden", "8", "--epochs", "1", "--batch-size", "500", "--dtype", "float64")
    fit = ("fit", path.name, "--memory", "470MB", *settings, "--early-stopping", "-o", "m.safetensors")
    private_megabytes("warm", cwd=tmp_path)  # what compiles the kernels is not counted
    assert private_megabytes(*fit, cwd=tmp_path)[0] < 470 - LIBRARY_FILES
    assert sx.load(tmp_path / "m.safetensors").encoder.n_features_out == 4 * 45 + 4


@only_linux
def test_the_memory_allowed_is_kept(tmp_path):
    draw = np.random.RandomState(0)
    n_rows, n_columns = 100_000, 20
    for number in range(6):  # 96 MB in memory, and twice as much encoded, where 40 are left for it
        X = draw.normal(size=(n_rows, n_columns))
        columns = {f"x{j}": X[:, j] for j in range(n_columns)}
        frame = pl.DataFrame({**columns, "target": X[:, 0] > X[:, 1]})
        frame.write_parquet(
            tmp_path / f"part-{number}.parquet", compression="uncompressed", row_group_size=50_000
        )
    settings = ("--hidden", "8", "--epochs", "1", "--batch-size", "500", "--dtype", "float64")
    fit = ("fit", "part-*.parquet", "--memory", "470MB", *settings, "-o", "m.safetensors")
    assert private_megabytes(*fit, cwd=tmp_path)[0] < 470 - LIBRARY_FILES
    assert sx.load(tmp_path / "m.safetensors").training["n_rows"] > 540_000
    predict = ("predict", "m.safetensors", "part-*.parquet", "--memory", "470MB", "-o", "scored.parquet")
    assert private_megabytes(*predict, cwd=tmp_path)[0] < 470 - LIBRARY_FILES
    assert pl.scan_parquet(tmp_path / "scored.parquet").select(pl.len()).collect().item() == 6 * n_rows


@only_linux
def test_an_ensemble_keeps_the_memory_allowed_on_a_table_that_is_larger(tmp_path):
    draw = np.random.RandomState(0)
    X = draw.normal(size=(100_000, 20))
    frame = pl.DataFrame({**{f"x{j}": X[:, j] for j in range(20)}, "target": X[:, 0] > X[:, 1]})
    frame.write_parquet(tmp_path / "part-0.parquet", compression="uncompressed", row_group_size=50_000)
    for number in range(1, 20):  # 320 MB in memory
        os.link(tmp_path / "part-0.parquet", tmp_path / f"part-{number}.parquet")
    settings = ("--presets", "fast", "--cv", "2", "--time-limit", "5", "-o", "m.safetensors")
    fit = ("fit", "part-*.parquet", "--memory", "500MB", *settings)
    assert private_megabytes(*fit, cwd=tmp_path)[0] < 500 - LIBRARY_FILES
    assert sx.load(tmp_path / "m.safetensors").training["n_rows"] >= 1000


def test_groups_of_an_ensemble_need_the_whole_table(run, people):
    result = run("fit", str(people), "--presets", "fast", "--groups", "town", *MEMORY)
    assert result.exit_code == 2
    assert "--groups needs a table that is read whole; leave out memory." in result.stderr


@only_linux
@pytest.mark.promise("A Parquet file that expands, and one of long row groups, is read in bounded memory")
@pytest.mark.parametrize(("kind", "n_rows"), [("text", 2**18), ("numbers", 10_000_000)])
def test_a_parquet_file_that_expands_is_refused_in_bounded_memory(tmp_path, kind, n_rows, record_property):
    import pyarrow as pa
    import pyarrow.parquet as pq

    codes = pa.array(np.zeros(n_rows, np.int8))
    columns = {"a": pa.DictionaryArray.from_arrays(codes, ["x" * 1000]) if kind == "text" else codes}
    columns["y"] = pa.DictionaryArray.from_arrays(pa.array(np.arange(n_rows, dtype=np.int8) % 2), ["p", "q"])
    path = tmp_path / "bomb.parquet"
    pq.write_table(pa.table(columns), path, row_group_size=n_rows, compression="zstd", store_schema=False)
    fit = ("fit", path.name, "-t", "y", "--memory", "470MB", "-o", "m.safetensors")
    private, said = private_megabytes(*fit, cwd=tmp_path, exit_code=2)
    assert "no column is left to learn from: 'a' is " in said
    assert len(said) < 400
    assert private < 600 - LIBRARY_FILES
    expanded = n_rows * (1000 if kind == "text" else 1) / 1e6
    size = f"{path.stat().st_size:,} bytes that expand to {expanded:.0f} MB"
    record_property("figure", f"{size}: {private:.0f} MB of memory besides files")


@pytest.mark.promise("Missing cells in the last row group alone are found, in the target with its row")
@pytest.mark.parametrize("options", [(), MEMORY], ids=["whole", "pieces"])
def test_missing_cells_in_the_last_row_group_alone(run, options):
    a = np.random.RandomState(0).normal(size=6000)
    for name, missing in (("a", 5990), ("y", 5995)):
        columns = {"a": a.tolist(), "y": np.where(a > 0, "p", "q").tolist()}
        columns[name][missing] = None
        pl.DataFrame(columns).write_parquet("t.parquet", row_group_size=1000)
        fit = ("fit", "t.parquet", "-t", "y", "--hidden", "2", "--epochs", "1", "--engine", "numpy")
        result = run(*fit, "-o", f"{name}.safetensors", *options)
        assert result.exit_code == (0 if name == "a" else 2), result.output
    with pytest.warns(sx.errors.TableWarning, match="'a' has no value in 1 of 2 rows"):
        proba = sx.load("a.safetensors").predict_proba(pl.DataFrame({"a": [None, 1.0]}))
    assert np.isfinite(proba).all()
    assert "the target column 'y' is empty in 1 of " in result.stderr
    assert "5996" in result.stderr or "counted from row 5,001 " in result.stderr
