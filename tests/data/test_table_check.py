from __future__ import annotations

import warnings
from dataclasses import replace

import numpy as np
import pytest

import separatrix as sx
from separatrix.data import Table, learn_schema
from separatrix.data.column import as_text, missing_rows
from separatrix.data.encoder import TableEncoder
from separatrix.data.schema import Schema
from separatrix.data.table_check import Unseen, check_table, readable_table, together
from separatrix.errors import DataError, ParameterError, TableWarning

N = 60
DRAW = np.random.RandomState(0)
TABLE = Table(
    {
        "sex": ["male", "female"] * (N // 2),
        "age": DRAW.uniform(18, 90, N),
        "start": [f"2024-{i % 12 + 1:02d}-0{i % 9 + 1}" for i in range(N)],
    }
)
SCHEMA = learn_schema(TABLE)
ENCODER = TableEncoder.fit(SCHEMA.apply(TABLE).columns, schema=SCHEMA)
ROW = {"sex": "male", "age": 40.0, "start": "2024-03-01"}


def rows(n=1, **changes):
    return {name: [value] * n for name, value in {**ROW, **changes}.items()}


def test_rows_of_the_training_are_as_in_training():
    assert not check_table(ENCODER, TABLE)
    assert str(check_table(ENCODER, TABLE)) == "As in training."
    assert not check_table(ENCODER, rows())


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (
            {"sex": "Male"},
            "'sex' has values that training did not have, such as 'Male' (training had 'male'), in ",
        ),
        ({"sex": None}, "'sex' has no value in 3 of 3 rows, and had one in every training row"),
        ({"age": 40000.0}, "'age' is far from "),
        ({"age": None}, "'age' has no value in 3 of 3 rows, and had one in every training row"),
        (
            {"start": "2031-01-01"},
            "'start' is far from 2024-01-01 to 2024-12-09 of the training in 3 of 3 rows",
        ),
    ],
)
def test_what_training_did_not_have_is_counted(changes, sentence):
    found = check_table(ENCODER, rows(3, **changes))
    assert found.sentences[0].startswith(sentence)
    assert "3 of 3 rows" in found.sentences[0]


def test_one_row_that_is_a_little_outside_is_silent_among_many():
    many = rows(200)
    many["age"][0] = 200.0
    assert not check_table(ENCODER, many)
    assert check_table(ENCODER, rows(1, age=200.0)).far == {"age": 1}


def test_what_is_far_does_not_depend_on_the_pieces():
    many = rows(1000)
    many["age"][-15:] = [200.0] * 15  # by more than one width, and less than five
    pieces = [{name: cells[i : i + 100] for name, cells in many.items()} for i in range(0, 1000, 100)]
    assert not together([check_table(ENCODER, piece) for piece in pieces])
    many["age"][:10] = [200.0] * 10
    pieces[0]["age"][:10] = [200.0] * 10
    assert together([check_table(ENCODER, piece) for piece in pieces]).far == {"age": 25}
    assert check_table(ENCODER, many).far == {"age": 25}


def test_a_lacking_column_is_reported():
    found = check_table(ENCODER, {"sex": ["male"], "age": [40.0]})
    assert found.lacking == ("start",)
    assert found.sentences == ["'start' is lacking"]


Y = np.where(TABLE["age"] > 50, "yes", "no")


@pytest.fixture(scope="module", params=["network", pytest.param("ensemble", marks=pytest.mark.slow)])
def fitted(request):
    if request.param == "network":
        return sx.MLPClassifier((), solver="lbfgs", random_state=0).fit_table(TABLE, Y)
    return sx.TabularClassifier("fast", cv=2, engine="numpy").fit_table(TABLE, Y)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:lbfgs")
def test_predictions_of_other_rows_warn_once(fitted, tmp_path):
    sx.save(fitted, tmp_path / "m.safetensors")
    model = sx.load(tmp_path / "m.safetensors")
    for each in (fitted, model):
        with pytest.warns(
            TableWarning, match="'sex' has values that training did not have, such as 'Male'"
        ) as caught:
            each.predict_proba(Table(rows(3, sex="Male")))
        assert len(caught) == 1
        assert each.check_table(rows(3, sex="Male")).unseen["sex"].n_rows == 3
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            one = each.predict_proba(ROW)
            two = each.predict_proba([ROW, {**ROW, "age": 80}])
        np.testing.assert_allclose(two[:1], one, rtol=1e-4)  # in single precision
        assert two[1, 1] > two[0, 1]


def test_a_fitted_estimator_shows_its_table(fitted):
    assert "age     number" in repr(fitted.table_)
    assert "<td>age</td>" in fitted.table_._repr_html_()
    assert [decision.kind for decision in fitted.table_.schema.columns] == ["category", "number", "date"]


def test_a_model_without_an_encoder_checks_nothing():
    with pytest.raises(ParameterError, match="X must be a table, for a model that was fitted with fit_table"):
        sx.Model(sx.Network.mlp(1, (), 1), [0.5, 0.0]).check_table(TABLE)


def test_text_that_cannot_be_read_is_counted_and_not_an_error() -> None:
    days = [f"2024-01-{1 + i % 28:02}" for i in range(56)]
    table = Table({"age": np.arange(56) * 1.5, "day": days, "sex": ["m", "f"] * 28})
    schema = learn_schema(table)
    encoder = TableEncoder.fit(schema.apply(table).columns, schema=schema)
    found = check_table(
        encoder, {"age": ["old", "31", "-"], "day": ["soon", None, days[0]], "sex": ["m"] * 3}
    )
    assert found.unreadable == {"age": Unseen(1, "old"), "day": Unseen(1, "soon")}
    assert found.missing == {"age": 1, "day": 1}
    assert str(found).splitlines()[:2] == [
        "'age' has text that cannot be read, such as 'old', in 1 of 3 rows.",
        "'day' has text that cannot be read, such as 'soon', in 1 of 3 rows.",
    ]


def test_all_faults_are_named_at_once() -> None:
    table = Table({"age": [20.0, 60.0] * 20, "size": [1.5, 2.5] * 20, "town": ["Ulm", "Bonn"] * 20})
    schema = learn_schema(table)
    encoder = TableEncoder.fit(schema.apply(table).columns, schema=schema)
    bad = {"age": ["31", "old", "x"], "size": ["1.5", "2", "big"]}
    with pytest.raises(DataError) as raised:
        schema.apply(bad)
    message = str(raised.value)
    assert "the table lacks column 'town'" in message
    assert "Column 'age' has text 'old' in row 2 (first of 2)" in message
    assert "Column 'size' has text 'big' in row 3" in message
    assert message.endswith(
        "model.check_table(X) counts all that cannot be used, and model.readable_table(X) returns the table "
        "with missing values in its place."
    )
    rows, faults = readable_table(encoder, bad)
    assert (faults.lacking, {name: each.n_rows for name, each in faults.unreadable.items()}) == (
        ("town",),
        {"age": 2, "size": 1},
    )
    made = schema.apply(rows).columns
    assert np.isnan(made["age"]).tolist() == [False, True, True]
    assert np.isnan(made["size"]).tolist() == [False, False, True]
    assert as_text(made["town"]).tolist() == [None] * 3
    same, none = readable_table(encoder, table)
    assert not none
    assert same.columns["age"].tolist() == table["age"].tolist()


def test_a_model_that_does_not_keep_how_columns_are_read_makes_no_table_readable() -> None:
    encoder = TableEncoder.fit({"age": [20.0, 60.0]})
    with pytest.raises(ParameterError, match="of an earlier version, does not keep how columns are read"):
        readable_table(encoder, {"size": [1.0]})


def test_a_title_read_as_the_header_is_named_with_its_cure() -> None:
    table = Table({"age": [20.0, 60.0] * 20, "size": [1.5, 2.5] * 20})
    schema = learn_schema(table)
    encoder = TableEncoder.fit(schema.apply(table).columns, schema=schema)
    titled = {"Sales": ["", "age", "31"], "column_2": [None, "size", "1.5"]}
    for read in (schema.apply, lambda given: readable_table(encoder, given)):
        with pytest.raises(DataError, match=r"^row 2 has the names .* skip them with skip_rows=2\.$"):
            read(titled)
    with pytest.raises(DataError, match="the table lacks columns 'age', 'size'"):
        schema.apply({"other": ["1", "2"]})


def test_the_parts_of_dates_that_are_made_are_named() -> None:
    days = [f"{1 + i % 28:02}.{1 + i // 28:02}.2024" for i in range(60)]
    lines = dict(learn_schema(Table({"day": days, "size": np.arange(60.0)})).lines())
    assert lines["Dates"] == "taken as days since the first, month, weekday: day"


def fitted_encoder(table: Table) -> TableEncoder:
    schema = learn_schema(table)
    return TableEncoder.fit(schema.apply(table).columns, schema=schema)


@pytest.mark.parametrize("serial", [44433, 44433.0, 25082021.0])
def test_numbers_where_dates_are_needed_are_counted(serial) -> None:
    table = Table({"day": [f"{1 + i % 28}.{1 + i % 12}.2021" for i in range(60)]})
    found = check_table(fitted_encoder(table), {"day": [serial, serial]})
    assert found.unreadable == {"day": Unseen(2, str(int(serial)))}
    rows, _ = readable_table(fitted_encoder(table), {"day": [serial, serial]})
    assert missing_rows(rows["day"]).all()


GAPS = Table(
    {
        "age": [None if i % 10 == 0 else float(i) for i in range(60)],
        "sex": [None if i % 2 else "mf"[i // 2 % 2] for i in range(60)],
        "start": [None if i % 4 == 0 else f"2024-{i % 12 + 1:02d}-0{i % 9 + 1}" for i in range(60)],
    }
)


def test_columns_with_far_fewer_values_than_in_training_are_reported() -> None:
    encoder = fitted_encoder(GAPS)
    assert not check_table(encoder, GAPS)
    empty = check_table(encoder, {name: [None] * 20 for name in GAPS.columns})
    assert empty.sentences == [
        "'age' has no value in 20 of 20 rows, and had none in 10 % of the training rows",
        "'sex' has no value in 20 of 20 rows, and had none in 50 % of the training rows",
        "'start' has no value in 20 of 20 rows, and had none in 25 % of the training rows",
    ]
    some = {**GAPS.columns, "age": [None if i % 3 == 0 else float(i) for i in range(60)]}
    assert list(check_table(encoder, some).emptier) == ["age"]
    for n, is_said in ((1, False), (2, False), (4, True)):  # a tenth: three rows are one of a thousand tables
        rows = {"age": [None] * n, "sex": ["m"] * n, "start": ["2024-01-01"] * n}
        assert bool(check_table(encoder, rows)) == is_said


def test_far_fewer_values_are_found_in_pieces_of_a_few_rows() -> None:
    row = {"age": None, "sex": "m", "start": "2024-01-01"}
    pieces = [check_table(fitted_encoder(GAPS), {name: [cell] for name, cell in row.items()})] * 9
    assert not pieces[0]
    assert together(pieces).emptier == {"age": 9}


NA = replace(
    Table({"months": [None if i % 9 == 0 else i * 1.5 for i in range(60)], "town": ["Ulm", "Bonn"] * 30}),
    na=("-999", "unclear"),
)


@pytest.mark.parametrize("kind", [int, float, str])
def test_words_for_a_missing_value_of_the_training_are_missing(kind) -> None:
    encoder = fitted_encoder(NA)
    assert encoder.schema is not None
    again = TableEncoder.from_dict(encoder.to_dict())
    for each in (encoder, again):
        given = {"months": [kind(12), kind(-999)], "town": ["unclear ", "Ulm"]}
        found = check_table(each, given)
        assert found.sentences == [
            "'town' has no value in 1 of 2 rows, and had one in every training row",
            "'months' has '-999' in 1 of 2 rows, taken as missing as in training",
            "'town' has 'unclear ' in 1 of 2 rows, taken as missing as in training",
        ]
        applied = each.prepare(given)
        np.testing.assert_array_equal(applied["months"], [12.0, np.nan])
        assert applied["town"].tolist() == [None, "Ulm"]
        rows, faults = readable_table(each, {"months": ["unclear", "old"], "town": ["Ulm"] * 2})
        assert faults.unreadable == {"months": Unseen(1, "old")}
        assert np.isnan(each.prepare(rows)["months"]).all()


def test_a_model_file_without_words_for_missing_values_is_as_before() -> None:
    assert "na" not in SCHEMA.to_dict()
    assert Schema.from_dict(SCHEMA.to_dict()) == SCHEMA
