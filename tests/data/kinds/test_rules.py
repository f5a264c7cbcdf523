from __future__ import annotations

import datetime
from decimal import Decimal

import numpy as np
import pandas as pd
import polars as pl
import pytest

import separatrix as sx
from separatrix.data import ColumnOptions, Table, learn_schema, read_table, table_from_frame
from separatrix.data.kinds.compound_cells import compound_notes
from separatrix.data.schema import Schema
from separatrix.data.stream_sources import open_stream
from separatrix.data.streams import TableStream
from separatrix.data.table_output import write_table
from separatrix.data.target_rows import with_target
from separatrix.errors import DataError, ParameterError

N = 200
DRAW = np.random.RandomState(0)


def texts(values):
    return np.array([None if value is None else str(value) for value in values], dtype=object)


def repeated(*values):
    return texts([values[i % len(values)] for i in range(N)])


NUMBERS = DRAW.normal(100, 20, N).round(2)

COLUMNS = {
    "measure": NUMBERS,
    "debt": texts(["-" if i % 10 == 0 else f"{x:.2f}" for i, x in enumerate(NUMBERS)]),
    "typo": texts(["12x" if i == 7 else f"{x:.2f}" for i, x in enumerate(NUMBERS)]),
    "euro": texts([f"€{1000 * x:,.2f}" for x in NUMBERS]),
    "comma": texts([f"{1000 * x:,.2f}".translate(str.maketrans(",.", ".,")) for x in NUMBERS]),
    "percent": texts([f"{x:.1f} %" for x in NUMBERS]),
    "mass": texts([f"{x:.1f} kg" for x in NUMBERS]),
    "account": texts([f"({x:,.2f})" if x > 100 else f"{x:,.2f}" for x in NUMBERS]),
    "children": DRAW.poisson(1.5, N),
    "age": DRAW.randint(18, 90, N),
    "flag": np.arange(N) % 3 == 0,
    "bit": np.arange(N) % 2,
    "smoker": repeated("Yes", "no", "no"),
    "town": repeated("Bonn", "Ulm", "Köln"),
    "padded": repeated("01067", "04109", "10115"),
    "zip_code": np.array([10115, 20095, 50667])[np.arange(N) % 3],
    "branch": np.array([1012, 2231, 47111, 98703, 3517])[np.arange(N) % 5],
    "day": texts([f"{i % 28 + 1:02d}.{i % 12 + 1:02d}.{2020 + i % 3}" for i in range(N)]),
    "us_day": texts([f"{i % 12 + 1}/{i % 28 + 1}/2024" for i in range(N)]),
    "stamp": 20240000 + 100 * (1 + np.arange(N) % 12) + 1 + np.arange(N) % 28,
    "at": texts([f"{i % 24:02d}:{i % 60:02d}" for i in range(N)]),
    "customer_id": 7000 + DRAW.permutation(N),
    "row": np.arange(N),
    "email": texts([f"u{i}@example.org" for i in range(N)]),
    "note": texts([f"a free text of row {i}" for i in range(N)]),
    "country": texts(["DE"] * N),
    "nothing": texts([None] * N),
    "again": NUMBERS,
    "old": np.where(np.arange(N) % 20 == 0, -999.0, NUMBERS),
}
KINDS = {
    **dict.fromkeys(["measure", "debt", "typo", "euro", "comma", "percent", "mass", "account"], "number"),
    **dict.fromkeys(["children", "age", "old"], "number"),
    **dict.fromkeys(["flag", "bit", "smoker"], "yes/no"),
    "town": "category",
    **dict.fromkeys(["padded", "zip_code", "branch"], "code"),
    **dict.fromkeys(["day", "us_day", "stamp", "at"], "date"),
    **dict.fromkeys(["customer_id", "row", "email"], "id"),
    "note": "text",
    "country": "constant",
    "nothing": "empty",
    "again": "duplicate",
}


@pytest.fixture(scope="module")
def schema() -> Schema:
    return learn_schema(Table(COLUMNS))


@pytest.mark.parametrize("name", COLUMNS)
def test_every_kind_is_recognised(schema, name):
    assert schema[name].kind == KINDS[name], schema[name].sentence
    assert schema[name].is_used == (KINDS[name] not in {"id", "text", "constant", "empty", "duplicate"})


def test_a_table_in_pieces_gets_the_same_decisions(schema, tmp_path):
    names = [name for name in COLUMNS if name != "nothing"]
    write_table(Table(COLUMNS).select(names), tmp_path / "t.parquet")
    with open_stream(tmp_path / "t.parquet", 2**20) as stream:
        pieces = learn_schema(stream.cut(64))
    assert [each.to_dict() for each in pieces.columns] == [schema[name].to_dict() for name in names]


@pytest.mark.parametrize("name", ["euro", "comma"])
def test_numbers_as_people_write_them(schema, name):
    read = schema.apply(COLUMNS)[name]
    np.testing.assert_allclose(read, np.round(1000 * NUMBERS, 2))


def test_numbers_with_units_and_words(schema):
    applied = schema.apply(COLUMNS)
    np.testing.assert_allclose(applied["percent"], NUMBERS, atol=0.051)
    np.testing.assert_allclose(applied["mass"], NUMBERS, atol=0.051)
    np.testing.assert_allclose(np.abs(applied["account"]), NUMBERS)
    assert (applied["account"] < 0).tolist() == (NUMBERS > 100).tolist()
    assert np.isnan(applied["debt"]).sum() == 20
    assert np.isnan(applied["typo"]).sum() == 1


def test_every_decision_says_why(schema):
    assert schema["debt"].notes == ("180 of 200 cells are numbers, 20 are '-': taken as missing",)
    assert schema["typo"].notes == ("199 of 200 cells are numbers, 1 is '12x': taken as missing",)
    assert not schema["typo"].is_clear
    assert "has -999 in 10 rows, far from" in schema["old"].notes[0]
    assert schema["again"].reason == "is the same as 'measure' in every row"
    assert schema["customer_id"].reason == "has a different number in each of 200 rows, as an identifier"
    assert schema["row"].reason == "counts the rows, from the first to the last"
    assert schema["day"].reason.startswith("has dates from 2020-01-01 to 2022-")


def test_an_index_with_gaps_identifies_rows():
    kept = np.flatnonzero(np.arange(300) % 10 != 7)
    columns = {"column_1": kept, "Unnamed: 0": kept + 1, "level": kept, "x": kept % 7}
    schema = learn_schema(Table(columns))
    assert [each.kind for each in schema.columns] == ["id", "id", "number", "number"]
    assert schema["column_1"].reason == "counts rows, of which some are left out"


def test_a_column_of_numbers_with_many_other_words_says_so():
    cells = texts([f"[{i}]" if i % 4 == 0 else f"{i}.25" for i in range(N)])
    schema = learn_schema(Table({"mass": cells, "name": texts([f"n{i}" for i in range(N)]), "x": NUMBERS}))
    assert schema["mass"].sentence == (
        "mass is text with 200 different values in 200 rows; 150 of 200 cells are numbers, too many others, "
        "such as '[0]', '[100]', are not; say that it is numeric to take those as missing"
    )
    lines = [sentence for heading, sentence in schema.lines() if heading == "Left out"]
    assert schema["mass"].sentence in lines
    asked = learn_schema(Table({"mass": cells, "x": NUMBERS}), options=ColumnOptions(numeric="mass"))
    assert asked["mass"].kind == "number"


@pytest.mark.parametrize("name", ["GKZ", "insee_com", "CEP", "BezirksNr", "bestellnr"])
def test_codes_of_places_have_names_in_many_languages(name):
    numbers = np.array([20101, 20201, 20302, 20305])[np.arange(N) % 4]
    assert learn_schema(Table({name: numbers}))[name].kind == "code"


def test_dates_become_numbers(schema):
    applied = schema.apply({**COLUMNS, "day": texts(["03.05.2020", None] * 100), "at": texts(["18:30"] * N)})
    assert applied["day (year)"][0] == 2020
    assert applied["day (month)"][0] == 5
    assert applied["day (weekday)"][0] == 6  # a Sunday
    assert applied["day (days)"][0] == 123
    assert np.isnan(applied["day (days)"][1])
    assert applied["at (hour)"][0] == 18.5
    assert "stamp (month)" in applied.columns
    assert "stamp (year)" not in applied.columns  # the same in all rows


def test_columns_may_come_as_other_types_at_prediction():
    days = pd.to_datetime(pd.Series(["2024-01-05", "2024-03-01", "2023-12-31"] * 20))
    frame = pd.DataFrame({"zip": [1067, 10115, 4109] * 20, "day": days, "age": [31, 45, 28] * 20})
    schema = learn_schema(table_from_frame(frame))
    assert [decision.kind for decision in schema.columns] == ["code", "date", "number"]
    expected = schema.apply(table_from_frame(frame))
    other = {"zip": frame["zip"].astype(str), "day": days.dt.strftime("%Y-%m-%d"), "age": frame["age"] * 1.0}
    for changed in (other, {**other, "zip": frame["zip"] * 1.0, "age": frame["age"].astype(str)}):
        applied = schema.apply(Table({name: list(values) for name, values in changed.items()}))
        assert applied.column_names == expected.column_names
        for name, column in applied.columns.items():
            np.testing.assert_array_equal(column, expected[name])


def test_padded_codes_are_the_same_as_numbers():
    schema = learn_schema(Table({"plz": repeated("01067", "10115"), "x": NUMBERS}))
    applied = schema.apply({"plz": [1067, 10115], "x": [1, 2]})
    assert applied["plz"].tolist() == ["01067", "10115"]


def test_made_columns_name_their_source(schema):
    assert schema.sources["day (month)"] == "day"
    assert schema.sources["town"] == "town"
    assert set(schema.sources) == set(schema.apply(COLUMNS).columns)


def test_a_schema_survives_as_json(schema):
    assert Schema.from_dict(schema.to_dict()) == schema


def test_counts_and_few_whole_numbers_stay_numbers():
    years = np.array([1990, 1995, 2000, 2010])[np.arange(N) % 4]
    prices = np.array([1999, 2999, 4999, 9999])[np.arange(N) % 4]
    schema = learn_schema(Table({"built": years, "price": prices, "grade": np.arange(N) % 5}))
    assert [decision.kind for decision in schema.columns] == ["number"] * 3


def test_a_measurement_that_is_unique_is_no_identifier():
    population = DRAW.permutation(10**6)[:N]
    schema = learn_schema(
        Table({"height": DRAW.normal(size=N), "population": population, "time": np.arange(N)})
    )
    assert [decision.kind for decision in schema.columns] == ["number"] * 3


def test_text_with_many_words_that_are_no_numbers_stays_text():
    mixed = texts([f"{i % 9}" if i % 2 else "ABC"[i % 3] for i in range(N)])
    schema = learn_schema(
        Table({"mixed": mixed, "version": repeated("1.2.3", "1.2.4"), "size": repeated("10a", "7b")})
    )
    assert [decision.kind for decision in schema.columns] == ["category"] * 3


def test_what_the_user_says_goes_first():
    options = ColumnOptions(
        categorical="age", numeric=["town"], date={"day": "dmy"}, drop=["flag"], keep=["email"]
    )
    table = Table(
        {name: COLUMNS[name] for name in ("age", "day", "flag", "email")} | {"town": repeated("1", "x")}
    )
    schema = learn_schema(table, options=options)
    found = {decision.name: decision.kind for decision in schema.columns}
    assert found == {
        "age": "category",
        "day": "date",
        "flag": "dropped",
        "email": "category",
        "town": "number",
    }
    assert np.isnan(schema.apply(table)["town"]).sum() == N / 2


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"drop": ["agee"]}, "drop must name columns of the table, got 'agee'. Did you mean 'age'?"),
        (
            {"drop": ["age"], "keep": ["age"]},
            "drop must not name a column that another option names",
        ),
        ({"numeric": 5.5}, "numeric must be names of columns, got 5.5"),
        ({"target_missing": "skip"}, "target_missing must be error, drop or class, got 'skip'"),
        ({"date": {"age": "ydm"}}, "date must name an order of ymd, dmy, mdy, time for 'age', got 'ydm'"),
    ],
)
def test_options_that_do_not_fit_are_refused(options, message):
    with pytest.raises(ParameterError) as caught:
        learn_schema(Table({"age": [31, 52]}), options=ColumnOptions(**options))
    assert message in str(caught.value)
    with pytest.raises(ParameterError, match=r"is no parameter; .* Did you mean 'numeric'?"):
        ColumnOptions.of(numerics=["age"])


def test_ordered_categories_of_pandas_are_ranks():
    sizes = pd.Categorical(["S", "L", "M", None] * 10, categories=["S", "M", "L"], ordered=True)
    table = table_from_frame(pd.DataFrame({"size": sizes, "x": range(40)}))
    schema = learn_schema(table.take(np.arange(40)))
    assert schema["size"].kind == "ordered"
    assert schema["size"].reason == "has ordered categories: S < M < L"
    np.testing.assert_array_equal(schema.apply(table)["size"][:4], [0, 2, 1, np.nan])


@pytest.mark.parametrize(
    "values", [[0.5, 1.5, 2.5], ["2", "3", "5more"], ["2024-01-01", "2024-02-01"], [1, 2, 3]]
)
def test_categories_of_frames_stay_categories(values):
    column = [values[i % len(values)] for i in range(60)]
    frame = pd.DataFrame({"c": pd.Categorical(column), "x": np.arange(60) * 0.5})
    schema = learn_schema(table_from_frame(frame))
    assert schema["c"].kind == "category"
    texts_of = pl.DataFrame({"c": pl.Series(list(map(str, column)), dtype=pl.Categorical), "x": frame["x"]})
    assert learn_schema(table_from_frame(texts_of))["c"].kind == "category"


def test_a_unit_of_few_cells_is_no_unit():
    schema = learn_schema(Table({"doors": repeated("2", "3", "4", "5more"), "x": NUMBERS}))
    assert schema["doors"].kind == "category"


def test_frames_hold_decimals_durations_and_dates():
    frame = pl.DataFrame(
        {
            "price": [Decimal("1.50"), Decimal("2.25")] * 20,
            "took": [datetime.timedelta(hours=12), datetime.timedelta(days=3)] * 20,
            "day": [datetime.date(2024, 1, 5), datetime.date(2024, 2, 6)] * 20,
        }
    )
    pandas = pd.DataFrame({name: frame[name].to_list() for name in frame.columns})
    arrow = frame.to_pandas(use_pyarrow_extension_array=True)
    for each in (frame, pandas, arrow):
        table = table_from_frame(each)
        assert table["price"][:2].tolist() == [1.5, 2.25]
        assert table["took"][:2].tolist() == [0.5, 3.0]
        schema = learn_schema(table)
        assert [decision.kind for decision in schema.columns] == ["number", "number", "date"]
        assert schema.apply(table)["day (month)"][:2].tolist() == [1, 2]


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        (["Yes", "yes ", "Yes", "no", "no", "no"], ["Yes", "no"]),
        (["Yes", "Yes", "Y", "N", "no", "no"], ["Yes", "no"]),
        (["a", "B", "a"], ["a", "B"]),
    ],
)
def test_variants_of_a_label_are_joined(labels, expected):
    target = texts(labels * 10)
    schema = learn_schema(Table({"x": np.arange(len(target)) * 0.5, "y": target}), "y")
    assert set(schema.read_target(target).tolist()) == set(expected)
    assert bool(schema.target.notes) == (len(set(labels)) > len(expected))


def test_variants_in_other_columns_are_counted():
    schema = learn_schema(Table({"sex": repeated("male", "Male", "female"), "x": NUMBERS}))
    assert schema["sex"].kind == "category"
    assert schema["sex"].notes == (
        "has 'Male' and 'male', which may be one value, in 67 rows (join_spellings reads them as one)",
    )


def test_a_target_of_numbers_in_text_is_read_as_numbers():
    schema = learn_schema(Table({"x": NUMBERS, "price": COLUMNS["euro"]}), "price")
    np.testing.assert_allclose(schema.read_target(COLUMNS["euro"]), np.round(1000 * NUMBERS, 2))


def test_a_column_that_gives_the_target_away_is_reported_and_kept():
    y = texts(["no" if x < 100 else "yes" for x in NUMBERS])
    code = texts(["a" if x < 100 else "b" for x in NUMBERS])
    schema = learn_schema(Table({"code": code, "noise": DRAW.normal(size=N), "y": y}), "y")
    assert "gives the target away (AUC 1.000 of this column alone" in schema["code"].notes[0]
    assert schema["code"].is_used
    assert schema["code"].link == 1.0
    assert schema["noise"].notes == ()
    assert abs(schema["noise"].link - 0.5) < 0.15


def test_cells_that_cannot_be_read_are_named(schema):
    with pytest.raises(DataError, match="column 'euro' has text 'many' in row 1"):
        schema.apply({**COLUMNS, "euro": texts(["many"] * N)})
    with pytest.raises(DataError, match=r"column 'day' has text 'soon' in row 1 \(first of 200\) where"):
        schema.apply({**COLUMNS, "day": texts(["soon"] * N)})
    with pytest.raises(DataError, match="the table lacks column 'town', which the model was trained on"):
        schema.apply({name: column for name, column in COLUMNS.items() if name != "town"})


def test_the_only_column_is_kept():
    schema = learn_schema(Table({"n": np.arange(N), "y": NUMBERS}), "y")
    assert schema["n"].kind == "number"


@pytest.mark.parametrize(
    ("cells", "order"),
    [
        (["03/04/2024", "25/04/2024"], "dmy"),
        (["03/04/2024", "04/25/2024"], "mdy"),
        (["2024-01-31T10:00:00Z", "2024-02-01T11:30:00+01:00"], "ymd"),
        (["5 Jan 2024", "7 März 2023"], "ymd"),
        (["01/12/2004", "02/12/2004", "03/12/2004"], "dmy"),  # three days in a row
    ],
)
def test_the_order_of_a_date_is_found(cells, order):
    schema = learn_schema(Table({"day": texts(cells * 20), "x": np.arange(20 * len(cells)) * 0.1}))
    assert schema["day"].kind == "date"
    assert schema["day"].reader.order == order


def test_a_stream_of_a_table_is_a_table(schema):
    assert learn_schema(TableStream(Table(COLUMNS))) == schema


def test_numbers_with_and_without_a_unit_are_said() -> None:
    decision = learn_schema(Table({"share": ["5%", "6%", "0.07"] * 10}))["share"]
    assert decision.kind == "number"
    assert "has 10 numbers without '%', read as if they had it" in decision.notes
    assert not decision.is_clear
    assert learn_schema(Table({"share": ["5%", "6%", "7 %"] * 10}))["share"].is_clear


def test_a_number_that_no_float_holds_is_named() -> None:
    cells = ["1e400", *(f"{i / 7}" for i in range(60))]
    schema = learn_schema(Table({"size": cells}))
    assert "60 of 61 cells are numbers, 1 is '1e400': taken as missing" in schema["size"].sentence
    assert np.isnan(schema.apply({"size": cells})["size"][0])


def test_true_and_false_with_missing_cells_are_described_as_such() -> None:
    table = Table(
        {"gaps": [True, None, False] * 10, "bits": [0, 1, 1] * 10, "truth": [True, True, False] * 10}
    )
    schema = learn_schema(table)
    assert schema["gaps"].sentence == "gaps is true or false"
    assert schema["bits"].sentence == "bits is 0 or 1"
    assert schema["truth"].sentence == "truth is true or false"
    assert {decision.kind for decision in schema.columns} == {"yes/no"}


def test_a_word_or_nothing_is_yes_or_no() -> None:
    cells = texts(["Y", None, None] * 20)
    schema = learn_schema(Table({"dna": cells, "mark": texts(["*", None] * 30), "one": [1.0, None] * 30}))
    assert schema["dna"].sentence == "dna is 'Y' or has no value"
    assert schema["one"].sentence == "one is 1 or has no value"
    assert {decision.kind for decision in schema.columns} == {"yes/no"}
    assert schema.apply({"dna": cells[:2], "mark": ["*", None], "one": [None, 1]})["dna"].tolist() == [
        "Y",
        None,
    ]


def test_names_that_end_in_code_or_name_a_group_are_codes() -> None:
    numbers = np.arange(N) % 40 + 2
    table = {"cowcode2": numbers, "federal_supply_category": numbers, "cowrate2": numbers}
    schema = learn_schema(Table({**table, "x": NUMBERS}))
    kinds = [decision.kind for decision in schema.columns][:2]
    assert kinds == ["code", "duplicate"]
    for name, kind in zip(table, ("code", "code", "number"), strict=True):
        assert learn_schema(Table({name: numbers, "x": NUMBERS}))[name].kind == kind


def test_one_slip_makes_no_codes_of_measurements() -> None:
    sizes = np.array([1300, 1332, 1398, 1400, 1587, 1598, 1600, 1900, 1975, 1995, 2000])[
        np.arange(N * 2) % 11
    ]
    other = np.where(np.arange(N * 2) == 9, 16000, sizes)
    classes = np.array([1005, 1095, 1240, 2320, 2510, 5855, 6545, 7010, 8470])[np.arange(N * 2) % 9]
    schema = learn_schema(Table({"cc": other, "class_of_goods": classes}))
    assert [column.kind for column in schema.columns] == ["number", "code"]


def test_squares_are_no_codes() -> None:
    squares = (np.arange(N) % 27 + 65) ** 2
    assert (
        learn_schema(Table({"age2": np.repeat(squares, 5), "x": np.tile(NUMBERS, 5)}))["age2"].kind
        == "number"
    )


def test_what_numbers_are_written_with_is_said() -> None:
    table = Table(
        {
            "price": texts(["€ 1.234,50", "€ 999,90", "€ 21.000,00"] * 10),
            "cost": texts(["$1,234.50", "$999.90", "$2,000.75", "$2000.75"] * 7 + ["$1,000.00"] * 2),
            "share": texts(["4.5%", "5.25%", "6%"] * 10),
            "size": np.arange(30) + 0.5,
        }
    )
    schema = learn_schema(table)
    assert schema["price"].reason == "has numbers with '€', a decimal comma and thousands separators"
    assert schema["cost"].written == "'$' and thousands separators"
    assert schema["cost"].notes == ("has 7 numbers of four digits or more without thousands separators",)
    assert (schema["share"].written, schema["size"].written) == ("'%'", "")
    shown = "price with '€', a decimal comma and thousands separators; cost with '$' and thousands separators"
    assert ("Written", f"{shown}; share with '%'") in schema.lines()
    assert Schema.from_dict(schema.to_dict()) == schema
    assert "written" not in schema["size"].to_dict()  # files without it are read by earlier versions


def test_decimal_commas_of_a_file_are_said(tmp_path) -> None:
    path = tmp_path / "sales.csv"
    rows = [f"{number}.234,5;{number}.5;{number * 3}" for number in range(1, 40)]
    path.write_text("\n".join(["big;point;y", *rows]) + "\n")
    table = read_table(path)
    assert table.written["big"] == "a decimal comma and thousands separators"
    assert "point" not in table.written
    look = sx.look(table, "y")
    assert "written with a decimal comma and thousands separators" in look["big"].remarks
    with open_stream(path, 2**20) as stream:
        assert learn_schema(stream)["big"].written == table.written["big"]
    target = learn_schema(table, "big").target
    assert target.notes == ("has numbers written with a decimal comma and thousands separators",)


def test_rows_without_a_target_can_be_a_class() -> None:
    table = Table({"x": np.arange(12) * 0.5, "y": texts(["no", None, "yes"] * 4)})
    schema = learn_schema(table, "y", ColumnOptions(target_missing="class"))
    assert schema.read_target(table["y"]).tolist() == ["no", "(missing)", "yes"] * 4
    assert schema.target.notes == ("has no value in 4 rows, which are the class '(missing)'",)
    assert Schema.from_dict(schema.to_dict()) == schema
    whole = Table({"x": np.arange(12) * 0.5, "y": [0.0, None, 1.0] * 4})
    schema = learn_schema(whole, "y", ColumnOptions(target_missing="class"))
    assert schema.read_target(whole["y"]).tolist() == ["0", "(missing)", "1"] * 4
    numbers = Table({"x": np.arange(12) * 0.5, "y": [0.25, None, 1.5] * 4})
    with pytest.raises(ParameterError, match="must not be class for 'y', which has numbers"):
        learn_schema(numbers, "y", ColumnOptions(target_missing="class"))
    assert schema.read_target(np.array([True, False])).tolist() == ["1", "0"]
    named = Table({"x": np.arange(12) * 0.5, "y": texts(["no", None, "(missing)"] * 4)})
    with pytest.raises(ParameterError, match=r"has the value '\(missing\)' besides empty cells; rename it"):
        learn_schema(named, "y", ColumnOptions(target_missing="class"))
    full = learn_schema(table.drop("y"), "x", ColumnOptions(target_missing="class"))
    assert full.target.reader is None


def test_true_and_false_are_the_same_levels_in_pieces_with_and_without_gaps(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("separatrix.data.streams.MOST_ROWS", 10)
    monkeypatch.setattr("separatrix.data.streams.LEAST_ROWS", 10)
    path = tmp_path / "t.csv"
    path.write_text("x,y\n" + "1.5,true\n" * 10 + "2.5,\n" * 5 + "2.5,false\n" * 4 + "1.5,true\n")
    with open_stream(path, 2**20) as stream:
        schema = learn_schema(stream, "y", ColumnOptions(target_missing="class"))
        read = [
            schema.read_target(cells) for piece in stream.pieces for _, cells in stream.read(piece, ["y"])
        ]
    expected = ["True"] * 10 + ["(missing)"] * 5 + ["False"] * 4 + ["True"]
    assert np.concatenate(read).tolist() == expected


@pytest.mark.parametrize("source", ["csv", "pandas", "nullable", "polars", "list"])
def test_true_and_false_stay_so_with_missing_cells(tmp_path, source) -> None:
    cells = [True, None, False] * 10
    if source == "csv":
        (tmp_path / "t.csv").write_text("x,y\n" + "true,TRUE\n,\nfalse,FALSE\n" * 10)
        table = read_table(tmp_path / "t.csv")
    elif source in ("pandas", "nullable"):
        frame = pd.DataFrame({"x": cells, "y": cells})
        table = table_from_frame(frame.astype("boolean") if source == "nullable" else frame)
    else:
        table = (
            table_from_frame(pl.DataFrame({"x": cells, "y": cells}))
            if source == "polars"
            else Table({"x": cells, "y": cells})
        )
    assert set(table.take(range(6)).select(["y", "x"]).truths) == {"x", "y"}
    assert table.text("x").tolist()[:3] == ["True", None, "False"]
    assert "truth" in repr(table)
    schema = learn_schema(table, "y")
    assert (schema["x"].kind, schema["x"].n_missing) == ("yes/no", 10)
    rows, schema = with_target(table, schema)
    assert (rows["y"].dtype, rows.truths) == (bool, ("x",))
    assert schema.apply(rows).text("x")[0] == "True"


def test_marks_among_categories_are_missing() -> None:
    cells = repeated("red", "-", "unknown", " N/A ")
    table = Table({"paint": cells, "x": NUMBERS, "rh": repeated("+", "-"), "dash": texts(["-"] * N)})
    schema = learn_schema(table)
    paint = schema["paint"]
    assert paint.kind == "category"
    assert paint.n_missing == sum(cell in ("-", " N/A ") for cell in cells)
    assert (paint.reason, paint.n_distinct) == ("has 2 categories", 2)
    assert paint.notes == ("100 of 200 cells are values, 50 are ' N/A ', 50 are '-': taken as missing",)
    again = Schema.from_dict(schema.to_dict())
    read = again.apply(
        {**table.columns, "paint": texts(["red", "-", "--", "unknown", "N/A", "none"] + [None] * 194)}
    )
    assert read["paint"].tolist()[:7] == ["red", None, None, "unknown", None, "none", None]
    assert (schema["rh"].notes, schema["rh"].n_missing) == ((), 0)  # beside '+' it is a value
    found = learn_schema(Table({"rh": repeated("+", "-", "-", "n/a"), "x": NUMBERS}))
    assert found.apply({"rh": ["+", "-"], "x": [1, 2]})["rh"].tolist() == ["+", "-"]
    assert schema["dash"].kind == "constant"
    asked = learn_schema(table, options=ColumnOptions(categorical="paint"))["paint"]
    assert (asked.n_missing, asked.n_distinct) == (0, 4)


def test_yes_no_and_marks() -> None:
    schema = learn_schema(Table({"smoker": repeated("yes", "No", "-", "NO"), "x": NUMBERS}))
    assert schema["smoker"].kind == "yes/no"
    assert schema["smoker"].notes == (
        "150 of 200 cells are values, 50 are '-': taken as missing",
        "has variants of one value, read as one (50 rows): 'NO' as 'No'",
    )
    read = schema.apply({"smoker": ["nein", "-", "yes"], "x": [1, 2, 3]})["smoker"]
    assert read.tolist() == ["No", None, "yes"]


def test_spellings_are_joined_where_that_is_asked() -> None:
    table = Table({"paint": repeated("red", "Red ", "red", "blue", "-"), "x": NUMBERS})
    schema = learn_schema(table, options=ColumnOptions(join_spellings="paint"))
    paint = schema["paint"]
    assert (paint.kind, paint.n_distinct, paint.n_missing, paint.is_clear) == ("category", 2, 40, True)
    assert paint.notes[1] == "has variants of one value, read as one (40 rows): 'Red ' as 'red'"
    rows = {"paint": [" RED", "Blue", "green", "--"], "x": [1, 2, 3, 4]}
    read = Schema.from_dict(schema.to_dict()).apply(rows)["paint"]
    assert read.tolist() == ["red", "blue", "green", None]
    marked = Table({"paint": repeated("red", "Red ", "red", "N/A", "n/a"), "x": NUMBERS})
    notes = learn_schema(marked, options=ColumnOptions(join_spellings="paint"))["paint"].notes
    assert len(notes) == 2
    assert notes[1] == "has variants of one value, read as one (40 rows): 'Red ' as 'red'"
    both = learn_schema(table, options=ColumnOptions(join_spellings="paint", categorical="paint"))["paint"]
    assert (both.n_distinct, both.n_missing) == (3, 0)
    with pytest.raises(
        ParameterError, match="join_spellings must name columns of categories in text, and 'x' has"
    ):
        learn_schema(table, options=ColumnOptions(join_spellings="x"))
    with pytest.raises(ParameterError, match="join_spellings must name columns of the table, got 'pant'"):
        learn_schema(table, options=ColumnOptions(join_spellings="pant"))


def spelled(numbers, form="{}"):
    return Table({name: [form.format(cell) for cell in cells] for name, cells in numbers.items()})


def test_numbers_in_text_are_looked_at_as_numbers_are() -> None:
    numbers = {
        "customer_no": (7000 + DRAW.permutation(N)).tolist(),
        "row": list(range(1, N + 1)),
        "debt": [round(number, 2) for number in NUMBERS],
        "old": [-999 if i % 20 == 0 else 12 + i for i in range(N)],
        "target": [round(number, 2) for number in NUMBERS[::-1]],
    }
    as_numbers, as_words = learn_schema(Table(numbers), "target"), learn_schema(spelled(numbers), "target")
    assert [each.kind for each in as_words.columns] == ["id", "id", "number", "number"]
    for each in as_numbers.columns:
        found = as_words[each.name]
        assert (found.kind, found.notes, found.low, found.high) == (
            each.kind,
            each.notes,
            each.low,
            each.high,
        )
    assert "has -999 in" in as_words["old"].notes[0]
    kept = learn_schema(spelled(numbers), "target", ColumnOptions(keep="customer_no"))["customer_no"]
    assert (kept.kind, kept.reason) == ("number", "is kept, as asked")
    with_unit = learn_schema(spelled({"customer_no": numbers["customer_no"]}, "{} kg"))
    assert with_unit["customer_no"].kind == "number"


def test_a_target_of_different_whole_numbers_in_text_is_numbers() -> None:
    target = [str(number) for number in range(1, N + 1)]
    schema = learn_schema(Table({"x": NUMBERS, "row": target}), "row")
    assert schema.target is not None
    assert schema.target.kind == "number"


def test_marks_are_no_different_values_of_numbers_and_dates() -> None:
    marked = texts(["-" if i % 10 == 0 else "n/a" if i % 10 == 1 else f"{i % 25}.5" for i in range(N)])
    days = texts(["-" if i % 10 == 0 else f"2024-01-{i % 25 + 1:02}" for i in range(N)])
    schema = learn_schema(Table({"debt": marked, "day": days, "x": NUMBERS}))
    assert (schema["debt"].kind, schema["debt"].n_distinct) == ("number", 25)
    assert (schema["day"].kind, schema["day"].n_distinct) == ("date", 25)


def test_the_range_of_dates_is_known() -> None:
    schema = learn_schema(Table({name: COLUMNS[name] for name in ("day", "at", "measure")}))
    assert schema["day"].date_range == "2020-01-01 to 2022-12-28"
    assert schema["at"].date_range == "00:00 to 23:59"
    assert schema["measure"].date_range == ""


@pytest.mark.parametrize(
    "cells",
    [
        repeated("1h 40m", "2h 5m", "55m", "50m"),
        texts([f"{i // 3} days 0{i % 9}:15:00" for i in range(N)]),
        texts([f"{i % 40 + 24}:{i % 60:02}:00" for i in range(N)]),
        repeated("90 min", "2 Stunden", "1 Std. 5 Min."),
    ],
)
def test_durations_are_said(cells: np.ndarray) -> None:
    found = learn_schema(Table({"runtime": cells, "x": NUMBERS}))["runtime"]
    assert found.kind in ("category", "text")
    assert found.notes[0].startswith("looks like durations, as '")
    assert found.notes[0].endswith("': write them as numbers, such as minutes, so that their size counts")
    assert not found.is_clear or not found.is_used


@pytest.mark.parametrize(
    "cells",
    [
        texts([f"{100 + i % 60}/{70 + i % 30}" for i in range(N)]),
        texts([f"{5 + i % 2}' {i % 12}\"" for i in range(N)]),
        texts([f"{160 + i % 40}cm / {5 + i % 2}'{i % 12}\"" for i in range(N)]),
        texts([f"{i % 40} x {i % 30 + 1}" for i in range(N)]),
    ],
)
def test_several_numbers_in_a_cell_are_said(cells: np.ndarray) -> None:
    found = learn_schema(Table({"size": cells, "x": NUMBERS}))["size"]
    assert found.kind in ("category", "text")
    assert found.notes[0].startswith("has several numbers in a cell, as '")
    assert not found.is_clear or not found.is_used


def test_codes_and_bands_are_not_several_numbers() -> None:
    cells = {
        "part": [f"A{i % 40}/B{i % 30}" for i in range(N)],
        "age": [f"{5 * (i % 15)}-{5 * (i % 15) + 4}" for i in range(N)],
        "season": [f"{2010 + i % 5}/{2011 + i % 5}" for i in range(N)],
        "room": [f"{i % 20}.{i % 7}.{i % 9}" for i in range(N)],
    }
    table = Table({**{name: texts(values) for name, values in cells.items()}, "x": NUMBERS})
    found = learn_schema(table)
    assert {name: found[name].notes for name in cells} == dict.fromkeys(cells, ())


@pytest.mark.parametrize(
    "cell",
    [
        lambda i: f"2019/{i % 90:05}",
        lambda i: f"{10 + i % 7}/{9950 + i % 100:05}",
        lambda i: f"{i % 12 + 1}/{2003 + i % 9}",
        lambda i: f"{1960 + i % 50}/{(1961 + i % 50) % 100}",
        lambda i: f"+4930/{99000 + i % 90}",
    ],
    ids=["invoice", "order", "month", "season", "telephone"],
)
def test_cells_of_codes_and_months_are_not_several_numbers(cell) -> None:
    cells = texts([cell(i) for i in range(N)])
    assert learn_schema(Table({"cell": cells, "x": NUMBERS}))["cell"].notes == ()


def test_a_long_cell_is_no_compound_one() -> None:
    pressures = {f"{100 + n}/{70 + n}": 5 for n in range(20)}
    for long in ("5" + 100_000 * " " + "x", "5" + 100_000 * "/", "1h" * 50_000 + "x", "1," * 50_000):
        assert compound_notes({long: 9}) == ()
        assert compound_notes({f"{n}{long}": 9 for n in range(20)}) == ()
        assert "as '119/89'" in compound_notes({**pressures, long: 9})[0]
        assert compound_notes({**pressures, long: 20}) == ()


def test_the_cell_that_is_shown_is_one_of_its_kind() -> None:
    assert "as '55m'" in compound_notes({"none": 2, **{f"{n}m": 1 for n in range(30, 56)}})[0]
    assert "as '119/89'" in compound_notes({"none": 3, **{f"{100 + n}/{70 + n}": 2 for n in range(20)}})[0]


def test_the_index_of_a_shuffled_frame_is_an_id() -> None:
    index = np.random.RandomState(1).permutation(3 * N)[:N]
    table = Table({"column_1": index, "index": index, "column_2": 10 * index, "income": index, "x": NUMBERS})
    kinds = {each.name: each.kind for each in learn_schema(table).columns}
    assert kinds == {"column_1": "id", "index": "id", "column_2": "number", "income": "number", "x": "number"}
    assert learn_schema(table)["index"].reason == "has 200 different whole numbers below 800, as an index"


@pytest.mark.parametrize(("n", "high", "kind"), [(25, 49, "id"), (25, 50, "number"), (99, 198, "number")])
def test_few_different_numbers_are_an_index_below_twice_the_rows_only(n: int, high: int, kind: str) -> None:
    ages = high - np.random.RandomState(0).permutation(n)
    assert learn_schema(Table({"column_1": ages, "x": NUMBERS[:n]}))["column_1"].kind == kind


SHUFFLED_ROWS = np.random.RandomState(0).permutation(N) + 1


@pytest.mark.parametrize(
    ("name", "values", "where"),
    [
        ("y", np.arange(N), ", from 0 to 199 without a gap"),
        ("row", SHUFFLED_ROWS, ", from 1 to 200 without a gap"),
        ("customer_id", 7 * SHUFFLED_ROWS, ""),
    ],
)
def test_a_target_that_may_identify_the_rows_is_said(name: str, values: np.ndarray, where: str) -> None:
    target = learn_schema(Table({name: values, "x": NUMBERS}), name).target
    assert target is not None
    assert not target.is_clear
    assert target.notes == (
        f"has a different whole number in each of 200 rows{where}, as an identifier has: choose another "
        "target, unless these are amounts",
    )
    asked = learn_schema(Table({name: values, "x": NUMBERS}), name, ColumnOptions(numeric=(name,))).target
    assert asked is not None
    assert asked.is_clear


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("price", 7 * SHUFFLED_ROWS),  # amounts that all differ
        ("year", np.arange(1800, 1800 + N)),
        ("customer_id", SHUFFLED_ROWS + 0.5),
        ("customer_id", SHUFFLED_ROWS // 2),
        ("y", np.arange(N) / 2),
    ],
)
def test_amounts_are_no_identifiers(name: str, values: np.ndarray) -> None:
    target = learn_schema(Table({name: values, "x": NUMBERS}), name).target
    assert target is not None
    assert (target.notes, target.is_clear) == ((), True)


def test_lists_of_codes_have_no_decimal_comma() -> None:
    lists = texts(["15,56" if i % 20 == 0 else "6,17,23" if i == 50 else str(i % 60) for i in range(N)])
    decimals = texts(["15,56" if i % 20 == 0 else "?" if i == 50 else str(i % 60) for i in range(N)])
    schema = learn_schema(Table({"county": lists, "dose": decimals, "x": NUMBERS}))
    assert (schema["county"].kind, schema["dose"].kind) == ("category", "number")
    assert schema["dose"].written == "a decimal comma"


def test_amounts_with_k_and_m_are_said() -> None:
    cells = texts([f"€{i % 40}.5M" if i % 2 else f"€{i % 30 + 1}00K" if i % 3 else "€0" for i in range(N)])
    found = learn_schema(Table({"value": cells, "x": NUMBERS}))["value"]
    assert found.notes[0].startswith("has amounts as '€")
    assert "with K and M: write them out as numbers" in found.notes[0]
    wages = texts([f"€{i % 40}K" if i % 2 else f"€{10 * (i % 30)}" for i in range(N)])
    assert "with K: write" in learn_schema(Table({"wage": wages, "x": NUMBERS}))["wage"].notes[0]
    for letters in (["A", "B", "K"], ["", "B"]):
        houses = texts([f"{i % 24}{letters[i % len(letters)]}" for i in range(N)])
        assert learn_schema(Table({"house": houses, "x": NUMBERS}))["house"].notes == ()


def test_other_text_is_no_duration() -> None:
    table = Table({"grade": repeated("1a", "2b", "3c"), "size": repeated("5 m", "3 s", "big"), "x": NUMBERS})
    assert [each.notes for each in learn_schema(table).columns[:2]] == [(), ()]


def test_whole_numbers_of_a_table_that_was_read_as_text_are_those_of_its_file() -> None:
    names = [
        "measure",
        "children",
        "age",
        "bit",
        "zip_code",
        "branch",
        "customer_id",
        "row",
        "town",
        "padded",
    ]
    numbers = Table({name: COLUMNS[name] for name in names})
    text = Table({name: texts(COLUMNS[name]) for name in names})
    expected = {each.name: each.kind for each in learn_schema(numbers).columns}
    found = learn_schema(text)
    assert {each.name: each.kind for each in found.columns} == {**expected, "row": "id", "customer_id": "id"}
    read = found.apply(text)
    assert read["age"].tolist() == COLUMNS["age"].tolist()
    assert found["age"].reason.endswith(
        "in text: no codes, as the table has text alone, some of it with decimals"
    )
    assert read["branch"].tolist() == texts(COLUMNS["branch"]).tolist()
    # Beside numbers, or without any, whole numbers in text are meant as text.
    some = Table({"age": texts(COLUMNS["age"]), "measure": COLUMNS["measure"]})
    none = Table({name: texts(COLUMNS[name]) for name in ("age", "town")})
    assert [learn_schema(table)["age"].kind for table in (some, none)] == ["code", "code"]
