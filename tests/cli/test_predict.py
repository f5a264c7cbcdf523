from __future__ import annotations

import csv
import datetime as dt
import gzip
import warnings
from decimal import Decimal
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import xlsxwriter

import separatrix as sx
from separatrix.errors import TableWarning


def test_the_output_is_the_table_with_the_predictions(run, people, model):
    result = run("predict", str(model), str(people))
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    before = people.read_text(encoding="utf-8").splitlines()
    assert lines[0] == before[0] + ",prediction,probability no,probability yes"
    assert all(line.startswith(old + ",") for line, old in zip(lines, before, strict=True))
    expected = sx.load(model).predict_proba(sx.data.read_table(people))
    given = np.array([[float(cell) for cell in line.split(",")[-2:]] for line in lines[1:]])
    np.testing.assert_allclose(given, expected, rtol=1e-6)
    assert [line.split(",")[-3] for line in lines[1:]] == np.where(given[:, 1] > 0.5, "yes", "no").tolist()
    assert result.stderr == ""


def test_an_ensemble_predicts_by_its_mean(run, people, ensemble):
    result = run("predict", str(ensemble), str(people))
    assert result.exit_code == 0, result.output
    cells = [line.split(",") for line in result.stdout.splitlines()[1:]]
    given = np.array([[float(cell) for cell in row[-2:]] for row in cells])
    table = sx.data.read_table(people)
    one, other = (model(table) for model in sx.load(ensemble).models)
    np.testing.assert_allclose(given, (one + 3 * other) / 4, rtol=1e-6)
    assert [row[-3] for row in cells] == np.where(given[:, 1] > 0.5, "yes", "no").tolist()


@pytest.mark.parametrize("name", ["out.csv", "out.tsv", "out.jsonl", "out.parquet", "out.csv.gz"])
def test_the_extension_determines_the_format(run, people, model, name):
    assert run("predict", str(model), str(people), "-o", name).exit_code == 0
    scored = sx.data.read_table(name)
    assert scored.n_rows == 40
    assert scored.column_names[-3:] == ["prediction", "probability no", "probability yes"]


def test_typed_formats_stay_typed(run, people, model):
    run("predict", str(model), str(people), "-o", "out.parquet")
    assert pl.read_parquet("out.parquet")["age"].dtype == pl.Float64


def test_standard_input_also_zipped(run, people, model):
    result = run("predict", str(model), "-", input=gzip.compress(people.read_bytes()))
    assert len(result.stdout.splitlines()) == 41


def test_columns_are_found_by_name_and_others_are_kept(run, model):
    Path("new.csv").write_text(
        "note,member,town,id,age\nhello,TRUE,Ulm,1,55\n,false,Köln,2,\n", encoding="utf-8"
    )
    result = run("predict", str(model), "new.csv")
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines()[1].startswith("hello,TRUE,Ulm,1,55,yes,")
    assert result.stderr.splitlines() == [
        "note: columns that the model does not use: note.",
        "note: 'town' has values that training did not have, such as 'Köln', in 1 of 2 rows.",
    ]


def test_numbers_far_from_the_training_are_counted_over_all_pieces(run, model, monkeypatch):
    monkeypatch.setattr("separatrix.data.streams.MOST_ROWS", 10)
    monkeypatch.setattr("separatrix.data.streams.LEAST_ROWS", 10)
    rows = "true,Ulm,1,30\n" * 39 + "true,Ulm,1,1e9\n"
    Path("new.csv").write_text("member,town,id,age\n" + rows, encoding="utf-8")
    for options in ((), ("--memory", "512MB")):
        result = run("predict", str(model), "new.csv", *options)
        assert result.exit_code == 0, result.output
        assert "note: 'age' is far from " in result.stderr
        assert " of the training in 1 of 40 rows." in result.stderr


@pytest.mark.slow
def test_numbers(run):
    run("fit", "diabetes", "--engine", "numpy", "--hidden", "2", "--max-iter", "2")
    sx.data.write_table(sx.data.load_dataset("diabetes"), "diabetes.csv")
    result = run("predict", "model.safetensors", "diabetes.csv")
    assert result.stdout.splitlines()[0].endswith(",target,prediction")


@pytest.fixture
def numbers():
    rng = np.random.default_rng(0)
    table = pl.DataFrame({"x": rng.normal(size=60)}).with_columns(price=pl.col("x") * 10)
    reg = sx.TabularRegressor("fast", cv=2, engine="numpy", time_limit=0.01, random_state=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # time is up after the first networks
        reg.fit_table(table, "price")
    sx.save(reg, "numbers.safetensors")
    table.drop("price").write_csv("new.csv")
    return reg


@pytest.mark.slow
def test_an_interval_has_a_lower_and_an_upper_end(run, numbers):
    result = run("predict", "numbers.safetensors", "new.csv", "--interval", "0.8", "-o", "out.csv")
    assert result.exit_code == 0, result.output
    scored = pl.read_csv("out.csv")
    assert scored.columns == ["x", "prediction", "lower", "upper"]
    expected = numbers.predict_interval(pl.read_csv("new.csv"), 0.8)
    np.testing.assert_allclose(scored.select("lower", "upper").to_numpy(), expected, atol=1e-5)


@pytest.mark.slow
def test_an_interval_without_ends_is_said(run, numbers):
    result = run("predict", "numbers.safetensors", "new.csv", "--interval", "0.999")
    assert "intervals have no ends: 60 training rows are too few for a coverage of 0.999" in result.stderr
    assert result.stdout.splitlines()[1].endswith(",-inf,inf")


@pytest.mark.slow
def test_an_interval_needs_the_residuals_of_an_ensemble(run, people, model, numbers):
    result = run("predict", str(model), str(people), "--interval", "0.9")
    assert result.exit_code == 2
    assert "--interval needs a model of numbers, and this one predicts classes" in result.stderr
    sx.save(numbers.to_model().models[0], "one.safetensors")
    result = run("predict", "one.safetensors", "new.csv", "--interval", "0.9")
    assert "with --model=tabular keeps, and this model is one network; fit one so." in result.stderr
    network = numbers.to_model().models[0]
    sx.save(sx.Ensemble([network, network]), "bare.safetensors")
    result = run("predict", "bare.safetensors", "new.csv", "--interval", "0.9")
    assert "and this ensemble has none" in result.stderr
    result = run("predict", "numbers.safetensors", "new.csv", "--interval", "90")
    assert "--interval must be a number in (0, 1), got 90.0" in result.stderr


def test_a_model_without_an_encoder(run):
    model = sx.Model(sx.Network.mlp(1, (), 2, head="multilabel"), [1.0, -1.0, 0.0, 0.5], classes=["a", "b"])
    sx.save(model, "plain.safetensors")
    Path("x.csv").write_text("x\n2\n", encoding="utf-8")
    header, row = run("predict", "plain.safetensors", "x.csv").stdout.splitlines()
    assert header == "x,prediction a,prediction b,probability a,probability b"
    assert row.startswith("2,1,0,0.88")


def test_several_numbers(run):
    model = sx.Model(sx.Network.mlp(1, (), 2, head="regression"), [1.0, -1.0, 0.0, 0.5])
    Path("x.csv").write_text("x\n2\n", encoding="utf-8")
    for saved in (model, sx.Ensemble([model, model])):
        sx.save(saved, "plain.safetensors")
        lines = run("predict", "plain.safetensors", "x.csv").stdout.splitlines()
        assert lines == ["x,prediction 0,prediction 1", "2,2.0,-1.5"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("id,town,member\n1,Ulm,true\n", "the table lacks column 'age', which the model was trained on."),
        ("id,town,member,Age\n1,Ulm,true,3\n", "Did you mean 'Age'? Then rename that column to 'age'."),
        (
            "id,town,member,age\n1,Ulm,true,old\n",
            "column 'age' has text 'old' in row 1 where numbers are needed",
        ),
        ("id,town,member,age\n1,Ulm,true,-inf\n", "column 'age' has "),
        ("id,town,member,age,prediction\n1,Ulm,true,3,yes\n", "the table already has a column 'prediction'"),
    ],
)
def test_errors_in_the_table(run, model, text, sentence):
    Path("new.csv").write_text(text, encoding="utf-8")
    result = run("predict", str(model), "new.csv")
    assert result.exit_code == 2
    assert sentence in result.stderr
    assert result.stderr.count("\n") == 1
    assert result.stdout == ""


@pytest.mark.parametrize("output", ["none/out.csv", "out.doc", "people.csv", "./people.csv"])
def test_an_output_that_cannot_be_written_is_an_early_error(run, people, model, output, monkeypatch):
    def scored(*arguments):
        raise AssertionError("scored")

    monkeypatch.setattr("separatrix.cli.predict.predicted_columns", scored)
    before = people.read_bytes()
    result = run("predict", str(model), str(people), "-o", output)
    assert result.exit_code == 2
    assert f"cannot write '{output}'" in result.stderr
    assert people.read_bytes() == before


def test_every_known_format_can_be_written(run):
    from separatrix.data.files.formats import written_suffixes
    from separatrix.errors import OutputError

    for suffix in written_suffixes():
        sx.data.write_table({"a": [1]}, f"t{suffix}")
    with pytest.raises(OutputError, match=", ".join(written_suffixes())):
        sx.data.write_table({"a": [1]}, "t.doc")


def test_a_file_that_is_no_model(run, people, model):
    Path("half.safetensors").write_bytes(model.read_bytes()[:100])
    Path("text.safetensors").write_text("hello", encoding="utf-8")
    for name in ("half.safetensors", "text.safetensors"):
        result = run("predict", name, str(people))
        assert result.exit_code == 2
        assert f"'{name}' is damaged or not a safetensors file" in result.stderr


def test_a_model_of_a_newer_format(run, people, model, monkeypatch):
    import separatrix.io.model_file as model_file

    newer = sx.load(model)
    monkeypatch.setattr(model_file, "SINGLE_VERSION", 99)
    sx.save(newer, "newer.safetensors")
    monkeypatch.undo()
    result = run("predict", str(model.with_name("newer.safetensors")), str(people))
    assert result.exit_code == 2
    assert "newer Separatrix (format 99)" in result.stderr


@pytest.mark.parametrize("memory", [[], ["--memory", "512MB"]])
@pytest.mark.parametrize("extension", [".parquet", ".csv"])
def test_large_whole_numbers_with_gaps_stay_exact(run, model, memory, extension):
    ids = [1577134800018164904, None, 1577134800018164905, 1577134800018164906]
    rows = pl.DataFrame({"age": [31.0, 40, 52, 60], "town": "Ulm", "member": True, "id": ids, "*": ids})
    rows.write_parquet("new.parquet")
    rows.write_csv("new.csv")
    result = run("predict", str(model), f"new{extension}", "-o", "out.parquet", *memory)
    assert result.exit_code == 0, result.output
    scored = pl.read_parquet("out.parquet")
    assert scored.columns[:5] == rows.columns
    for name in ("id", "*"):
        assert (scored.schema[name], scored.to_dict()[name].to_list()) == (pl.Int64, ids)


@pytest.mark.parametrize("memory", [[], ["--memory", "512MB"]])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_cells_of_unused_columns_stay_as_they_were_written(run, model, memory, end):
    notes = [" padded ", "null", "two\r\nlines", "", "007"]
    countries = ["NA", "?", "DE", " nan", ""]
    lines = ["id,age,town,member,country,note"]
    lines += [f'001,31,Ulm,true,{country},"{note}"' for country, note in zip(countries, notes, strict=True)]
    Path("new.csv").write_bytes((end.join(lines) + end).encode())
    result = run("predict", str(model), "new.csv", "-o", "out.csv", *memory)
    assert result.exit_code == 0, result.output
    with open("out.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["country"] for row in rows] == countries
    assert [row["note"] for row in rows] == notes
    assert {row["town"] for row in rows} == {"Ulm"}


def test_a_threshold_moves_the_answer_and_is_said(run, people, model):
    result = run("predict", str(model), str(people), "--threshold", "0.3")
    assert result.exit_code == 0, result.output
    cells = [line.split(",") for line in result.stdout.splitlines()[1:]]
    given = np.array([float(row[-1]) for row in cells])
    assert [row[-3] for row in cells] == np.where(given >= 0.3, "yes", "no").tolist()
    assert result.stderr == "note: 'yes' is predicted from a probability of 0.3 on, as asked.\n"


def test_the_threshold_of_the_model_is_used(run, people, model):
    sx.save(sx.load(model).with_threshold(0.7), "strict.safetensors")
    result = run("predict", "strict.safetensors", str(people))
    cells = [line.split(",") for line in result.stdout.splitlines()[1:]]
    assert [row[-3] for row in cells] == ["yes" if float(row[-1]) >= 0.7 else "no" for row in cells]
    assert result.stderr == "note: 'yes' is predicted from a probability of 0.7 on, as kept in the model.\n"


def test_a_threshold_needs_two_classes(run, people, model):
    result = run("predict", str(model), str(people), "--threshold", "1.5")
    assert result.exit_code != 0
    assert "threshold" in result.stderr


GERMAN = 'Größe;Plz;Stadt;Notiz\n1,50;01067;Köln;NA\n-;1;Bonn; x \n1.234,5;07;Köln;"a;b"\n'


@pytest.fixture
def german_model(run):
    """A model of a table with decimal commas and codes."""
    rows = [
        f"{i % 7},{i % 10}5;0{i % 4};{'Bonn' if i % 3 else 'Köln'};{'ja' if i % 7 > 3 else 'nein'}"
        for i in range(80)
    ]
    Path("g.csv").write_bytes("\n".join(["Größe;Plz;Stadt;kauft", *rows, ""]).encode("cp1252"))
    result = run("fit", "g.csv", "-t", "kauft", "--model", "network", "--engine", "numpy", "--epochs", "30")
    assert result.exit_code == 0, result.output
    assert (
        "note: 'g.csv' is not UTF-8 (first in line 1), and is read as Windows-1252; --encoding="
        in result.stderr
    )
    return "model.safetensors"


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-8-sig"])
@pytest.mark.parametrize("memory", [[], ["--memory", "512MB"]])
def test_a_table_comes_back_in_its_layout(run, german_model, encoding, memory):
    Path("n.csv").write_bytes(GERMAN.encode(encoding))
    result = run("predict", german_model, "n.csv", "-o", "o.csv", *memory)
    assert result.exit_code == 0, result.output
    lines = Path("o.csv").read_bytes().decode(encoding).splitlines()
    before = GERMAN.splitlines()
    assert lines[0] == f"{before[0]};prediction;probability ja;probability nein"
    assert all(line.startswith(f"{old};") for line, old in zip(lines, before, strict=True))
    cells = [line.split(";")[-3:] for line in lines[1:]]
    assert all(word in ("ja", "nein") and "," in one and "." not in one for word, one, _ in cells)
    with pytest.warns(TableWarning, match="'Plz' has values that training did not have"):
        expected = sx.load(german_model).predict_proba(
            {"Größe": [1.5, None, 1234.5], "Plz": ["01067", "1", "07"], "Stadt": ["Köln", "Bonn", "Köln"]}
        )
    given = [[float(cell.replace(",", ".")) for cell in row[1:]] for row in cells]
    np.testing.assert_allclose(given, expected, rtol=1e-6)


def test_truth_values_with_missing_ones_stay_truth_values(run, people, model):
    Path("n.csv").write_text("id,age,town,member,ok\n1,2,Ulm,true,true\n2,3,Ulm,false,\n", encoding="utf-8")
    for memory in ([], ["--memory", "512MB"]):
        result = run("predict", str(model), "n.csv", "-o", "o.jsonl", *memory)
        assert result.exit_code == 0, result.output
        assert pl.read_ndjson("o.jsonl")["ok"].to_list() == [True, None]


def test_options_on_reading(run, people, model):
    text = people.read_text(encoding="utf-8").replace(",", "~").replace(".", ",")
    people.write_text(f"People of 2023\n{text}", encoding="utf-8")
    expected = run("predict", str(model), str(people), "--sep", "~", "--decimal", ",", "--skip-rows", "1")
    assert expected.exit_code == 0, expected.output
    assert expected.stderr == ""
    assert expected.stdout.splitlines()[0].startswith("id~age~town~member~target~prediction~")
    result = run("predict", str(model), str(people), "--sheet", "one")
    assert result.exit_code == 2
    assert "--sheet has no use for" in result.stderr


def test_a_workbook_is_scored_as_a_csv_file_is(run, people, model):
    with xlsxwriter.Workbook("people.xlsx") as book:
        sheet = book.add_worksheet()
        for number, line in enumerate(people.read_text(encoding="utf-8").splitlines()):
            sheet.write_row(number, 0, [cell or "NA" for cell in line.split(",")])
    result = run("predict", str(model), "people.xlsx")
    assert result.exit_code == 0, result.output
    expected = run("predict", str(model), str(people)).stdout.splitlines()
    assert [line.split(",")[-3:] for line in result.stdout.splitlines()] == [
        line.split(",")[-3:] for line in expected
    ]
    assert result.stdout.splitlines()[8].startswith("7.00,NA,Bonn,true,no,")


def test_currency_with_a_decimal_comma_beside_numbers(run):
    rows = [f"€ {i % 9},37;0,{i:02d};{'x' if i % 9 > 4 else 'y'}" for i in range(60)]
    Path("euro.csv").write_text("a;b;target\n" + "\n".join(rows) + "\n", encoding="utf-8")
    options = ("--engine", "numpy", "--hidden", "3", "--epochs", "3", "-o", "e.safetensors")
    trained = run("fit", "euro.csv", *options)
    assert trained.exit_code == 0, trained.output
    result = run("predict", "e.safetensors", "euro.csv")
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines()[1].startswith("€ 0,37;0,00;")


KEPT = [
    pl.Series("i8", [1, None, 3], dtype=pl.Int8),
    pl.Series("u64", [2**64 - 1, None, 2**64 - 3], dtype=pl.UInt64),
    pl.Series("identifier", [1577134800018164904, None, 1577134800018164906]),
    pl.Series("truth", [True, None, False]),
    pl.Series("decimal", [Decimal("1.10"), None, Decimal("123456789012345678.90")], dtype=pl.Decimal(30, 2)),
    pl.Series("date", [dt.date(2020, 1, 1), None, dt.date(1, 1, 1)]),
    pl.Series("moment", [dt.datetime(2020, 1, 1, 1, 2, 3, 456789), None, None], dtype=pl.Datetime("us")),
    pl.Series("zone", [dt.datetime(2020, 1, 1), None, None], dtype=pl.Datetime("ns", "UTC")),
    pl.Series("duration", [dt.timedelta(seconds=1.5), None, None]),
    pl.Series("time", [dt.time(1, 2, 3), None, None]),
    pl.Series("category", ["x", None, "y"], dtype=pl.Categorical),
    pl.Series("enum", ["x", None, "y"], dtype=pl.Enum(["y", "x"])),
    pl.Series("text", [" a\r\n", "", "\u00e9\t\"'"]),
    pl.Series("bytes", [b"\x00\xff", None, b""]),
    pl.Series("list", [[1, 2], None, []]),
    pl.Series("struct", [{"p": 1}, None, {"p": 2}]),
    pl.Series("f32", [0.1, None, float("nan")], dtype=pl.Float32),
]


@pytest.mark.promise("predict keeps columns that it does not use, of every type, exactly")
@pytest.mark.parametrize("options", [(), ("--memory", "512MB")])
@pytest.mark.parametrize("suffix", ["parquet", "arrow"])
def test_columns_of_every_type_come_back(run, model, suffix, options):
    rows = pl.DataFrame(
        {"id": [1, 2, 3], "town": ["Ulm", "Ulm", "Bonn"], "member": [True, False, True], "age": [30, 40, 50]}
    ).with_columns(KEPT)
    names = f"new.{suffix}", f"out.{suffix}"
    (rows.write_parquet if suffix == "parquet" else rows.write_ipc)(names[0])
    result = run("predict", str(model), names[0], "-o", names[1], *options)
    assert result.exit_code == 0, result.output
    back = (pl.read_parquet if suffix == "parquet" else pl.read_ipc)(names[1])
    assert back.schema.items() >= rows.schema.items()
    for name in rows.columns:
        assert back[name].equals(rows[name], null_equal=True), name


def test_numbers_of_different_widths_in_two_files_have_a_common_type(run, model):
    rows = pl.DataFrame({"id": [1], "town": ["Ulm"], "member": [True], "age": [30]})
    for name, dtype in (("1.parquet", pl.UInt64), ("2.parquet", pl.Int8)):
        rows.with_columns(pl.Series("n", [100], dtype=dtype)).write_parquet(name)
    assert run("predict", str(model), "1.parquet", "2.parquet", "-o", "out.parquet").exit_code == 0
    assert pl.read_parquet("out.parquet")["n"].to_list() == [100, 100]


def test_a_column_that_the_format_cannot_hold_is_named(run, model):
    rows = pl.DataFrame({"id": [1], "town": ["Ulm"], "member": [True], "age": [30], "photo": [b"\x00"]})
    rows.write_parquet("new.parquet")
    result = run("predict", str(model), "new.parquet", "-o", "out.csv")
    assert result.exit_code == 2
    assert (
        "column 'photo' holds values of type Binary, which CSV cannot hold; write a .parquet" in result.stderr
    )
    assert not Path("out.csv").exists()


def test_faults_are_taken_as_missing_when_asked(run, model):
    Path("bad.csv").write_text("age,member\nold,true\n31.5,false\n")
    refused = run("predict", str(model), "bad.csv")
    assert refused.exit_code == 2
    assert "the table lacks column 'town'" in refused.stderr
    assert "Column 'age' has text 'old' in row 1" in refused.stderr
    assert "--faults missing" in refused.stderr
    result = run("predict", str(model), "bad.csv", "--faults", "missing")
    assert result.exit_code == 0, result.output
    text = "text that cannot be read, such as 'old', in 1 of 2 rows"
    assert f"note: 'age' has {text}: taken as missing." in result.stderr
    assert "note: 'town' is lacking: taken as missing." in result.stderr
    assert "no value" not in result.stderr
    assert len(result.stdout.splitlines()) == 3
    assert "--faults must be one of" in run("predict", "none", "none.csv", "--faults", "ignore").stderr


def test_cells_without_a_value_are_said_beside_those_that_cannot_be_read(run):
    table = sx.data.Table({"age": np.random.RandomState(0).uniform(20, 60, 40)})
    clf = sx.MLPClassifier((), solver="lbfgs", engine="numpy").fit_table(table, ["no", "yes"] * 20)
    sx.save(clf, "ages.safetensors")
    Path("bad.csv").write_text("age,note\nold,a\n,b\n,c\n")
    result = run("predict", "ages.safetensors", "bad.csv", "--faults", "missing")
    assert "'age' has no value in 2 of 3 rows, and had one in every training row." in result.stderr
    assert "such as 'old', in 1 of 3 rows: taken as missing." in result.stderr


def test_faults_need_a_model_that_was_fitted_on_a_table(run):
    sx.save(sx.Model(sx.Network.mlp(1, (), 1), [0.5, 0.0]), "plain.safetensors")
    Path("x.csv").write_text("x\nold\n", encoding="utf-8")
    result = run("predict", "plain.safetensors", "x.csv", "--faults", "missing")
    assert result.exit_code == 2
    assert "--faults must be error for a model of plain numbers" in result.stderr


def test_numbers_in_text_have_the_digits_of_single_precision(run, model, people):
    run("predict", str(model), str(people), "-o", "scored.csv")
    run("predict", str(model), str(people), "-o", "scored.parquet")
    text = pl.read_csv("scored.csv", infer_schema=False)["probability yes"].to_list()
    exact = pl.read_parquet("scored.parquet")["probability yes"].to_numpy()
    assert [np.float32(cell) for cell in text] == exact.astype(np.float32).tolist()
    assert max(len(cell.partition("e")[0].replace(".", "").lstrip("0")) for cell in text) <= 9


def test_what_was_guessed_of_the_table_of_the_model_is_not_said_again(run, people):
    titled = Path("titled.csv")
    titled.write_text("A list of people\n" + people.read_text(encoding="utf-8"), encoding="utf-8")
    fitted = run(
        "fit", "titled.csv", "--model", "network", "--hidden", "none", "--solver", "lbfgs", "--no-trees",
        "--folds", "0", "-o", "m.safetensors",
    )  # fmt: skip
    assert "is skipped as a title" in fitted.stderr
    assert "title" not in run("predict", "m.safetensors", "titled.csv").stderr
    Path("other.csv").write_text("Another list\n" + people.read_text(encoding="utf-8"), encoding="utf-8")
    assert "'Another list', is skipped as a title" in run("predict", "m.safetensors", "other.csv").stderr


@pytest.mark.parametrize("output", ["scored.csv", "scored.parquet"])
def test_lines_to_skip_are_counted_with_blank_ones(run, people, model, output):
    lines = people.read_text(encoding="utf-8")
    title = ",".join(f"list {number}" for number in range(lines.partition("\n")[0].count(",") + 1))
    Path("titled.csv").write_text(f"{title}\n\n\n{lines}", encoding="utf-8")
    result = run("predict", str(model), "titled.csv", "-o", output, "--skip-rows", "0")
    assert "skip them with --skip-rows 3." in " ".join(result.stderr.split()), result.output
    assert run("predict", str(model), "titled.csv", "-o", output, "--skip-rows", "3").exit_code == 0


@pytest.mark.slow
def test_intervals_of_rows_far_from_the_training_are_warned_of(run):
    x = np.linspace(0, 10, 120)
    pl.DataFrame({"x": x, "z": x[::-1] % 3, "y": 2 * x}).write_csv("t.csv")
    fitted = run(
        "fit", "t.csv", "-t", "y", "--presets", "fast", "--cv", "2", "--folds", "0", "-o", "m.safetensors"
    )
    assert fitted.exit_code == 0, fitted.output
    rows = pl.DataFrame({"x": [*x, 24.0], "z": [*x[::-1] % 3, 1.0]})
    rows.write_csv("far.csv")
    result = run("predict", "m.safetensors", "far.csv", "--interval", "0.9")
    said = "intervals hold for rows like those of the training, and are too narrow far from it: 'x' in 1 of"
    assert said in " ".join(result.stderr.split())
    assert "intervals hold" not in run("predict", "m.safetensors", "far.csv").stderr
    model = sx.load("m.safetensors")
    with pytest.warns(sx.errors.TableWarning, match="too narrow far from it: 'x' in 1 of 121 rows"):
        model.predict_interval(rows, 0.9)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model.predict_interval(rows[:-1], 0.9)


@pytest.mark.parametrize("output", ["-", "out.parquet"])
@pytest.mark.parametrize("last", ["this town has never called us before,,,", "Source: the office,,,"])
def test_a_last_row_of_empty_cells_is_predicted(run, model, last, output):
    Path("new.csv").write_text(
        f"town,member,id,age\nUlm,true,1,30\nUlm,false,2,40\n{last}\n", encoding="utf-8"
    )
    result = run("predict", str(model), "new.csv", "-o", output)
    assert result.exit_code == 0, result.output
    n_rows = pl.read_parquet(output).height if output != "-" else len(result.stdout.splitlines()) - 1
    assert n_rows == 3
    assert "footnote" not in result.stderr


def test_a_last_row_that_is_cut_off_is_an_error(run, model):
    Path("new.csv").write_text("town,member,id,age\nUlm,true,1,30\nNew York,false\n", encoding="utf-8")
    result = run("predict", str(model), "new.csv")
    assert result.exit_code == 2
    assert "line 3 of 'new.csv' has 2 cells where the header has 4" in result.stderr
