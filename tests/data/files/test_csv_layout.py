"""The layout of a CSV file is found from its beginning; what is guessed is said, and can be overruled."""

from __future__ import annotations

import pytest

from separatrix.data.files.csv_layout import layout_of
from separatrix.data.read_options import ReadOptions
from separatrix.errors import DataError, ParameterError

SKIPPED = "skipped as a title; skip_rows=0 overrules this guess."


def layout(text, **options):
    return layout_of(text, ReadOptions(**options), "t.csv")


@pytest.mark.parametrize(
    ("text", "sep"),
    [
        ("a,b\n1,2\n", ","),
        ("a;b\n1;2\n", ";"),
        ("a\tb\n1\t2\n", "\t"),
        ("a|b\n1|2\n", "|"),
        ("a;b\n1,5;2,5\n3,5;4,5\n", ";"),
        ('name;note\nA;"x, y, z"\nB;v, w\n', ";"),
        ("a b c\n1 2 3\n4  5\t6\n", " "),
        ('mpg\tyear weight\tname\n18  70  3504\t"a b"\n15  70  3693\t"c d e"\n', " "),
        ("name\tnote\nA\tone two\nB\tthree four\n", "\t"),
        ("a\n1\n2\n", ","),
        ('"a,b";c\n1;2\n', ";"),
    ],
)
def test_separators(text, sep):
    assert layout(text).sep == sep


@pytest.mark.parametrize(
    ("text", "decimal", "n_notes"),
    [
        ("a;b\n1,5;x\n", ",", 0),
        ("a\tb\n1,5\tx\n12\ty\n", ",", 0),
        ('a,b\n"1,5",x\n"2,25",y\n', ",", 0),
        ("a;b\n1.234,5;x\n", ",", 0),
        ("a;b\n1 234,50;x\n", ",", 0),
        ("a;b\n1,5;x\n-;y\n" + "2,5;z\n" * 30, ",", 0),
        ("a;b\n1.5;x\n", ".", 0),
        ("a;b\n1,234;x\n", ",", 1),  # all with three digits: said
        ("a\tb\n1,234\tx\n", ".", 0),  # groups of three digits
        ('a,b\n"1,234",x\n"12,500",y\n', ".", 0),
        ("a;b\n1,234.5;x\n", ".", 0),
        ("a;b\nx,y;1\nz,v;2\n", ".", 0),
        ("a;b\n01.02.2020;1\n", ".", 0),
    ],
)
def test_decimal_signs(text, decimal, n_notes):
    found = layout(text)
    assert found.decimal == decimal
    assert len(found.notes) == n_notes
    assert layout(text, decimal=".").decimal == "."


@pytest.mark.parametrize(
    ("text", "names", "first_row", "notes"),
    [
        ("a,b\n1,2\n", ("a", "b"), 1, ()),
        ("\n\na,b\n1,2\n", ("a", "b"), 3, ()),
        (
            "Sales 2023\n\na,b,c\n1,2,3\n",
            ("a", "b", "c"),
            3,
            (f"the first line of t.csv, 'Sales 2023', is {SKIPPED}",),
        ),
        (
            "Sales,,\nEurope,,\na,b,c\n1,2,3\n",
            ("a", "b", "c"),
            3,
            (f"the first 2 lines of t.csv, from 'Sales' on, are {SKIPPED}",),
        ),
        (
            "Sales\na,b\n1,2\n",
            ("a", "b"),
            2,
            (f"the first line of t.csv, 'Sales', is {SKIPPED}",),
        ),
        ('"a\nb",c\n1,2\n', ("a b", "c"), 2, ()),
        (
            "a,b,a,a_2,a\n1,2,3,4,5\n",
            ("a", "b", "a_3", "a_2", "a_4"),
            1,
            ("names that t.csv has more than once are numbered: 'a' to 'a_3', 'a' to 'a_4'.",),
        ),
        (
            ",a\n1,x\n2,y\n",
            ("column_1", "a"),
            1,
            ("a column of t.csv without a name is named column_1.",),
        ),
        (
            "a,b\nr1,1,x\nr2,2,y\n",
            ("column_1", "a", "b"),
            1,
            (
                "the header line of t.csv has one name less than the rows have cells: the first column is "
                "named column_1.",
            ),
        ),
        ("a,b,,\n1,2,,\n", ("a", "b"), 1, ()),  # the whole file decides
        ("a,b\n1,2,\n3,4,\n", ("a", "b"), 1, ()),
        ("a,b,\n1,2\n3,4\n", ("a", "b"), 1, ()),
        ("country,1990,2000\nA,1,2\n", ("country", "1990", "2000"), 1, ()),
        ("0,1,2\n5.1,3.5,x\n", ("0", "1", "2"), 1, ()),
        ("x,y\na,b\n", ("x", "y"), 1, ()),
    ],
)
def test_names(text, names, first_row, notes):
    found = layout(text)
    assert (found.names, found.first_row, found.notes) == (names, first_row, notes)
    assert found.header


@pytest.mark.parametrize(
    "text",
    [
        "39, State-gov, 77516\n50, Private, 83311\n",
        "14.23,1.71\n13.2,1.78\n",
        "2022-02-13,no\n2022-02-14,yes\n",
        "A11 6 x\nA12 48 y\n",
    ],
)
def test_a_file_without_a_header_is_suspected(text):
    found = layout(text)
    assert not found.header
    assert found.names[0] == "column_1"
    assert found.first_row == 0
    assert "seems to have no header line" in found.notes[-1]
    named = layout(text, header=True)
    assert named.header
    assert named.first_row == 1
    assert not any("header" in note for note in named.notes)


def test_names_of_which_some_look_like_data_are_said_only():
    found = layout("150,4,setosa\n5.1,3.5,0.2\n4.9,3.0,0.2\n")
    assert found.header
    assert found.notes == (
        "some names of t.csv look like data ('150'); if it has no header line, say header=False.",
    )


def test_the_users_word_on_the_header():
    text = "Sales\nEurope\na,b\n1,2\n"
    assert layout(text, skip_rows=2).names == ("a", "b")
    assert layout(text, skip_rows=2).first_row == 3
    found = layout("x,y\n1,2\n", header=False)
    assert found.names == ("column_1", "column_2")
    assert found.first_row == 0
    assert layout("a;b,c\n1;2,3\n", sep=",").names == ("a;b", "c")


def test_the_lines_below_the_names_in_orange(tmp_path):
    text = "age\tsex\tclass\nc\td\td\n\t\tclass\n63\tf\t1\n41\tm\t0\n"
    found = layout(text)
    assert (found.names, found.first_row) == (("age", "sex", "class"), 3)
    assert found.notes == (
        "two lines of t.csv below the names are skipped: Orange's description of the columns.",
    )
    assert layout("a\tb\nc\td\nd\tc\nc\tc\n").first_row == 1
    assert layout("name\tstate\tkind\tsince\n\td\td\tt\n\t\t\t\nA\tNY\tx\t2014\n").first_row == 3


def test_columns_of_equal_width_have_no_separator():
    found = layout("id  educ        div\n 9  12-15 years  No\n11  < 12 years   No\n")
    assert len(found.names) == 1
    assert found.notes[0].startswith("no separator was found in t.csv, so that it has one column; name it, ")
    assert layout("first name\nAda\nBo\n").notes == ()


def test_a_text_without_cells():
    with pytest.raises(DataError, match=r"t.csv is empty; a table needs a header line and rows\."):
        layout(",,\n,,\n")


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"sep": "::"}, "sep must be one character, or one of comma, semicolon, pipe, tab, space, got '::'."),
        ({"decimal": ";"}, "decimal must be one of .*got ';'"),
        (
            {"encoding": "klingon"},
            "encoding must be an encoding such as utf-8, cp1252 or utf-16, got",
        ),
        ({"skip_rows": -1}, "skip_rows must be an integer of at least 0, got -1"),
    ],
)
def test_options_have_rules(options, sentence):
    with pytest.raises(ParameterError, match=sentence):
        ReadOptions(**options)


def test_separators_have_names():
    assert [ReadOptions(sep=sep).sep for sep in ("tab", "\\t", "semicolon", "pipe", "~")] == [
        "\t",
        "\t",
        ";",
        "|",
        "~",
    ]


def test_a_decimal_comma_beside_units_is_written_again() -> None:
    rows = "name;age;income;load\nA;31;1.500,50 €;4,5 %\nB;28;900,00 €;21,7 %\n"
    assert layout_of(rows, ReadOptions(), "t.csv").writes_comma
    assert not layout_of(rows, ReadOptions(decimal="."), "t.csv").writes_comma
    assert not layout_of(rows.replace("31;", "31.5;"), ReadOptions(), "t.csv").writes_comma
    assert not layout_of("name;income\nA;1.500 €\nB;900 €\n", ReadOptions(), "t.csv").writes_comma
