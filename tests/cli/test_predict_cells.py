"""What cells of a file stand for is the same for `predict` and for a table that Python has read."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import separatrix as sx
from separatrix.data import learn_schema
from separatrix.data.read_options import ReadOptions
from separatrix.data.stream_sources import open_stream

N = 60
DRAW = np.random.RandomState(0)
DEBTS = DRAW.uniform(1000, 4000, N)


def german(number: float) -> str:
    """Return a number with a decimal comma and points between thousands."""
    return f"{number:,.2f}".replace(",", "_").replace(".", ",").replace("_", ".")


def lines(number, sep, unit="", n=N):
    """Return lines of a CSV file whose debts are missing as '-' in every tenth row; the larger say yes."""
    rows = [
        sep.join(
            [
                "-" if i % 10 == 0 else f"{number(DEBTS[i])}{unit}",
                number(i / 8),
                "no" if i % 3 else "x",
                "yes" if DEBTS[i] > 2500 else "no",
            ]
        )
        for i in range(n)
    ]
    return "\n".join([sep.join(["debt", "size", "town", "target"]), *rows, ""])


FILES = {
    "comma": lines(german, ";"),
    "point": lines("{:.2f}".format, ","),
    "comma and unit": lines(german, ";", " €"),
    "point and unit": lines("{:.2f}".format, ",", " €"),
}


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    """A model of each file."""
    folder = tmp_path_factory.mktemp("models")
    found = {}
    for name, text in FILES.items():
        path = folder / f"{name}.csv"
        path.write_text(text, encoding="utf-8")
        clf = sx.MLPClassifier((), solver="lbfgs", alpha=0.01, engine="numpy", random_state=0)
        found[name] = folder / f"{name}.safetensors"
        sx.save(clf.fit_table(sx.data.read_table(path), "target"), found[name])
    return found


def scored(run, model, name, *options):
    """Return the probabilities that the command writes, and its notes."""
    result = run("predict", str(model), name, "-o", "out.csv", *options)
    assert result.exit_code == 0, result.output
    out = pl.read_csv(
        "out.csv", separator=";" if ";" in Path(name).read_text("utf-8") else ",", infer_schema=False
    )
    return out["probability yes"].str.replace(",", ".").cast(pl.Float64).to_numpy(), result.stderr


@pytest.mark.filterwarnings("ignore::separatrix.errors.TableWarning")
@pytest.mark.parametrize("empty", ["debt", "size", "town"])
@pytest.mark.parametrize("name", ["comma", "point"])
def test_a_column_without_a_value_in_any_row_is_missing_values(run, models, name, empty):
    head, *rows = FILES[name].splitlines()
    sep = ";" if ";" in head else ","
    for n, options in ((1, ()), (3, ("--faults", "missing"))):
        cells = [row.split(sep) for row in rows[1 : 1 + n]]
        for row in cells:
            row[head.split(sep).index(empty)] = ""
        Path("new.csv").write_text("\n".join([head, *map(sep.join, cells), ""]), encoding="utf-8")
        given, notes = scored(run, models[name], "new.csv", *options)
        expected = sx.load(models[name]).predict_proba(sx.data.read_table("new.csv"))[:, 1]
        np.testing.assert_allclose(given, expected, rtol=1e-6)
        if empty != "debt":
            which = f"{n} of {n} row{'s' if n > 1 else ''}"
            assert f"'{empty}' has no value in {which}, and had one in every training row" in notes


@pytest.mark.parametrize(
    ("name", "new"),
    [
        *[(name, new) for name in ("comma", "point") for new in ("comma", "point")],
        *[("comma and unit", new) for new in ("comma and unit", "point and unit")],
    ],
)
def test_numbers_beside_a_mark_are_read_whatever_the_decimal_sign(run, models, name, new):
    Path("new.csv").write_text(FILES[new], encoding="utf-8")
    model = sx.load(models[name])
    columns = {
        "debt": [None if i % 10 == 0 else round(DEBTS[i], 2) for i in range(N)],
        "size": [float(f"{i / 8:.2f}") for i in range(N)],
        "town": ["no" if i % 3 else "x" for i in range(N)],
    }
    expected = model.predict_proba(columns)[:, 1]
    for options in ((), ("--faults", "missing")):
        given, notes = scored(run, models[name], "new.csv", *options)
        assert "cannot be read" not in notes
        np.testing.assert_allclose(given, expected, rtol=1e-5)
    table = sx.data.read_table("new.csv")
    assert not model.check_table(table)
    np.testing.assert_allclose(model.predict_proba(table)[:, 1], expected, rtol=1e-6)


def test_groups_of_three_digits_are_not_taken_for_a_fraction(run, models):
    Path("new.csv").write_text("debt;size;town\n2.998;0,5;x\n2,998;0,5;x\n-;1,5;x\n", encoding="utf-8")
    given, _ = scored(run, models["comma"], "new.csv")
    rows = {"debt": [2998.0, 2.998], "size": [0.5] * 2, "town": ["x"] * 2}
    expected = sx.load(models["comma"]).predict_proba(rows)[:, 1]
    np.testing.assert_allclose(given[:2], expected, rtol=1e-6)


@pytest.mark.parametrize("name", ["comma", "comma and unit"])
def test_text_in_the_notation_of_the_training_is_read(run, models, name):
    model = sx.load(models[name])
    expected = model.predict_proba({"debt": [3000.5, 2998.0], "size": [1.5, 0.0], "town": ["x", "no"]})
    rows = {"debt": ["3.000,50", "2.998"], "size": ["1,50", "0"], "town": ["x", "no"]}
    one = {column: cells[0] for column, cells in rows.items()}
    for given in (rows, pl.DataFrame(rows), [one, {"debt": "2.998,0", "size": "0,0", "town": "no"}]):
        np.testing.assert_allclose(model.predict_proba(given), expected, rtol=1e-6)
        assert not model.check_table(given)
    np.testing.assert_allclose(model.predict_proba(one), expected[:1], rtol=1e-6)
    pl.DataFrame(rows).write_ndjson("new.jsonl")
    assert run("predict", str(models[name]), "new.jsonl", "-o", "out.jsonl").exit_code == 0
    given = pl.read_ndjson("out.jsonl")["probability yes"].to_numpy()
    np.testing.assert_allclose(given, expected[:, 1], rtol=1e-5)
    plain = {"debt": ["3000.5", "2998"], "size": ["1.5", "0.0"], "town": ["x", "no"]}
    np.testing.assert_allclose(model.predict_proba(plain), expected, rtol=1e-6)


def test_one_number_in_the_other_notation_does_not_change_how_a_column_is_read(models):
    rows = {"debt": ["2.998", "3.001", "2998.53"], "size": [1.5] * 3, "town": ["x"] * 3}
    assert sx.load(models["comma"]).check_table(rows).unreadable["debt"].example == "2998.53"


def with_code(text, every):
    """Return a file where every so manieth row has -999 for its size."""
    head, *rows = text.splitlines()
    cells = [row.split(",") for row in rows]
    for row in cells[::every]:
        row[1] = "-999"
    return "\n".join([head, *map(",".join, cells), ""])


@pytest.mark.slow
def test_words_for_a_missing_value_travel_with_the_model(run):
    Path("old.csv").write_text(with_code(FILES["point"], 6), encoding="utf-8")
    Path("new.csv").write_text(with_code(FILES["point"], 4), encoding="utf-8")
    options = ("--engine", "numpy", "--model", "line", "--folds", "0", "--no-trees", "-o", "m.safetensors")
    result = run("fit", "old.csv", "--na", "-999", *options)
    assert result.exit_code == 0, result.output
    given, notes = scored(run, "m.safetensors", "new.csv")
    assert notes == "note: 'size' has '-999' in 15 of 60 rows, taken as missing as in training.\n"
    _, notes = scored(run, "m.safetensors", "new.csv", "--na", "-999", "--na", "no")
    assert "'town' has no value in 40 of 60 rows" in notes
    model = sx.load("m.safetensors")
    table = sx.data.read_table("new.csv")
    np.testing.assert_allclose(model.predict_proba(table)[:, 1], given, rtol=1e-6)
    asked = sx.data.read_table("new.csv", na="-999")
    np.testing.assert_allclose(model.predict_proba(asked)[:, 1], given, rtol=1e-6)
    judged = [run("evaluate", "m.safetensors", "new.csv", "--json", *more) for more in ((), ("--na", "-999"))]
    assert judged[0].exit_code == 0, judged[0].output
    found, expected = (json.loads(each.stdout) for each in judged)
    assert found.pop("table_notes") == [
        "'size' has '-999' in 15 of 60 rows, taken as missing as in training."
    ]
    assert expected.pop("table_notes") == []  # the words were given
    assert found == expected


def test_a_target_in_the_notation_of_the_training_is_read(run):
    Path("old.csv").write_text(FILES["comma"], encoding="utf-8")
    reg = sx.MLPRegressor(hidden_layer_sizes=(), solver="lbfgs", alpha=0.01, engine="numpy", random_state=0)
    sx.save(reg.fit_table(sx.data.read_table("old.csv"), "size"), "m.safetensors")
    expected = run("evaluate", "m.safetensors", "old.csv", "--json")
    assert expected.exit_code == 0, expected.output
    rows = pl.read_csv("old.csv", separator=";", infer_schema=False)
    rows.write_ndjson("text.jsonl")
    found = run("evaluate", "m.safetensors", "text.jsonl", "--json")
    assert found.exit_code == 0, found.output
    assert found.stdout == expected.stdout.replace("old.csv", "text.jsonl")


def test_words_for_a_missing_value_are_kept_of_a_file_that_is_read_in_pieces(tmp_path):
    path = tmp_path / "old.csv"
    path.write_text(with_code(FILES["point"], 6), encoding="utf-8")
    with open_stream(path, 10**6, ReadOptions(na="-999")) as stream:
        assert learn_schema(stream, "target").na == ("-999",)
