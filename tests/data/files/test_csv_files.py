"""CSV files as people have them are read, in memory and in pieces, with what was guessed as warnings."""

from __future__ import annotations

import bz2
import gzip
import lzma
import re
import warnings

import numpy as np
import pyarrow
import pytest

from separatrix.data import Table, find_layout, open_table, read_table
from separatrix.data.read_options import ReadOptions
from separatrix.data.stream_sources import open_stream
from separatrix.data.table_files import ReadWarning
from separatrix.errors import DataError, ParameterError


def read_in_pieces(path, **options):
    with open_stream(path, 2**20, ReadOptions(**options)) as stream:
        names = list(stream.kinds)
        (piece,) = stream.pieces
        return Table(dict(stream.read(piece, names)))


def columns_of(table):
    return {
        name: [None if value != value else value for value in column.tolist()]  # NaN is a missing value
        for name, column in table.columns.items()
    }


@pytest.fixture(params=[read_table, read_in_pieces])
def read(request, tmp_path):
    """Write a file and read it whole or in pieces; return the columns and the sentences of the warnings."""

    def written_and_read(content, name="t.csv", **options):
        (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            table = request.param(tmp_path / name, **options)
        assert all(warning.category is ReadWarning for warning in caught)
        sentences = [str(warning.message).replace(f"{tmp_path}/", "") for warning in caught]
        return columns_of(table), sentences

    return written_and_read


SKIPPED = "skipped as a title; skip_rows=0 overrules this guess."
NAMES = {"Stadt": ["Köln", "Zürich"], "Größe": [1, 2]}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_encodings_with_a_mark(read, encoding):
    assert read("Stadt,Größe\nKöln,1\nZürich,2\n".encode(encoding)) == (NAMES, [])


def test_windows_1252_is_guessed_and_said(read):
    assert read("Stadt,Größe\nKöln,1\nZürich,2\n".encode("cp1252")) == (
        NAMES,
        [
            "'t.csv' is not UTF-8 (first in line 1), and is read as Windows-1252; encoding='latin2' or "
            "another name overrules this guess."
        ],
    )


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16-le", "mac-roman", "cp850"])
def test_an_encoding_that_is_named(read, encoding):
    content = "Stadt,Größe\nKöln,1\nZürich,2\n".encode(encoding)
    assert read(content, encoding=encoding) == (NAMES, [])


def test_an_encoding_that_does_not_fit(read):
    with pytest.raises(DataError, match=r"'.*' is not in the encoding ascii"):
        read("a,b\né,1\n", encoding="ascii")
    with pytest.raises(DataError, match=r"is not UTF-8 text \(first in line 2\); correct the line, or name"):
        read(b"a,b\n\xe9,1\n", encoding="utf-8")


def test_decimal_commas(read):
    text = "a;b;c;d\n46.748,77;1,5;12;0.25\n-1.234,5;,5;-;0.125\n12;2e3;13;1.5\n"
    assert read(text) == (
        {
            "a": [46748.77, -1234.5, 12],
            "b": [1.5, 0.5, 2000],
            "c": ["12", "-", "13"],
            "d": [0.25, 0.125, 1.5],
        },
        [],
    )
    assert read(text, decimal=".")[0]["b"] == ["1,5", ",5", "2e3"]


@pytest.mark.parametrize("space", [" ", "\u00a0", "\u202f", "'"])
def test_groups_of_three_digits(read, space):
    assert read(f"a;b\n1{space}234,5;x\n12,5;y\n") == ({"a": [1234.5, 12.5], "b": ["x", "y"]}, [])


def test_numbers_that_are_codes_stay_text(read):
    text = "zip,id,phone,n,when\n01067,9007199254740993,0049301,00.5,0700\n10115,9007199254740995,1,1,1230\n"
    assert read(text)[0] == {
        "zip": ["01067", "10115"],
        "id": [9007199254740993, 9007199254740995],
        "phone": ["0049301", "1"],
        "n": [0.5, 1],
        "when": ["0700", "1230"],
    }
    assert read("id\n" + "1\n" * 3 + "123456789012345678901234567890\n")[0]["id"] == [
        *"111",
        "123456789012345678901234567890",
    ]


def test_cells_of_text_columns_are_as_written(read):
    text = "a,b\n1.50,€ 4.5\n-,4.5 %\n007,1e3\n"
    assert read(text)[0] == {"a": ["1.50", "-", "007"], "b": ["€ 4.5", "4.5 %", "1e3"]}


def test_words_for_missing_values(read):
    text = "a,b\n1,x\n-,unknown\n NA ,y\n"
    assert read(text, na=["-", "unknown"])[0] == {"a": [1, None, None], "b": ["x", None, "y"]}
    assert read(text, na="-")[0] == {"a": [1, None, None], "b": ["x", "unknown", "y"]}


def test_what_excel_leaves_at_the_ends(read):
    text = "Report 2023;;;\n;;;\nname;price;;\nA;1,5;;\n\nB;2,5;;\n;;;\n;;;\n"
    assert read(text) == (
        {"name": ["A", "B"], "price": [1.5, 2.5]},
        [
            f"the first 2 lines of 't.csv', from 'Report 2023' on, are {SKIPPED}",
            "the last 2 columns of 't.csv' have neither a name nor values, and are left out.",
            "the last 2 lines of 't.csv' have no values, and are left out.",
        ],
    )


def test_a_footnote_below_the_table(read):
    text = "name;n;price\nA;1;1,5\n\nB;2;2,5\n__________\n(C)opyright Office of Statistics\n\nAs of 2023\n"
    assert read(text) == (
        {"name": ["A", "B"], "n": [1, 2], "price": [1.5, 2.5]},
        ["the last 3 lines of 't.csv' ('__________') are left out: no row, but a footnote."],
    )
    with pytest.raises(DataError, match=r"line 3 of .* has 1 cells where the header has 3"):
        read("name;n;price\nA;1;1,5\nB\n")


def test_footnotes_in_quotes_or_filled_up_with_empty_cells(read):
    text = (
        'area,1969,1970\nNorth,10,11\n"South, old",12,13\n"Source: Office of Statistics, Bonn"\n'
        '"=HYPERLINK(""http://a.b/c?d=1-3"",""1-3 Footnotes"")"\n"\'October 2009\'"\n'
    )
    rows = {"area": ["North", "South, old"], "1969": [10, 12], "1970": [11, 13]}
    which = "the last 3 lines of 't.csv' ('Source: Office of Statistics, Bonn')"
    assert read(text) == (rows, [f"{which} are left out: no row, but a footnote."])
    text = (
        'area,1969,1970\nNorth,10,11\n"South, old",12,13\nSource: Office of Statistics,,\n'
        '"Note: people may be in two areas, so the sum is not that of the country.",,\n'
    )
    which = "the last 2 lines of 't.csv' ('Source: Office of Statistics,,')"
    assert read(text) == (rows, [f"{which} are left out: no row, but a footnote."])


@pytest.mark.parametrize(
    "line",
    [
        "this customer has never called us before,,,",
        "Notes from Anna: call later,,,",
        "Source water,,,",
        "Note: see below,,x,",
        "Total,,,",
    ],
)
def test_a_last_row_of_empty_cells_is_no_footnote(read, line):
    columns, sentences = read(f"note,a,b,c\nfine,1,2,3\nNote: call,4,5,6\n{line}\n")
    assert (columns["note"][2], sentences) == (line.partition(",")[0], [])


@pytest.mark.parametrize("line", ["John Smith", "John Smith,unknown", "Notes from Anna: call", "-"])
def test_a_last_row_that_is_cut_off_is_no_footnote(read, line):
    n_cells = line.count(",") + 1
    with pytest.raises(DataError, match=f"line 4 of .* has {n_cells} cells where the header has 5"):
        read(f"name,kind,a,b,c\nAda,x,1,2,3\nBo,y,4,5,6\n{line}\n")


def test_a_last_row_in_quotes_below_rows_in_quotes_is_no_footnote(read):
    with pytest.raises(DataError, match=r"line 4 of .* has 1 cells where the header has 5"):
        read('name,kind,a,b,c\n"Ada",x,1,2,3\n"Bo",y,4,5,6\n"John Smith"\n')


@pytest.mark.parametrize(
    "end",
    [
        *("\nSee the handbook, revised\nfor the rules\n", "Source: A\nthe office of the town\n"),
        *('"A word"\n', "(C) the office\n", "Stand: 2023, Bonn\n"),
    ],
)
def test_a_footnote_begins_where_a_line_says_so_or_a_blank_one_sets_it_off(read, end):
    columns, (sentence,) = read(f"name,kind,a,b,c\nAda,x,1,2,3\nBo,y,4,5,6\n{end}")
    assert columns["a"] == [1, 4]
    assert sentence.endswith("left out: no row, but a footnote.")


def test_a_row_that_is_cut_off_is_not_left_out_with_the_footnotes(read):
    with pytest.raises(DataError, match=r"line 4 of .* has 1 cells"):
        read("name,kind,a,b,c\nAda,x,1,2,3\nBo,y,4,5,6\nJohn Smith\nSource: A\n")
    with pytest.raises(DataError, match=r"line 6 of .* has 1 cells"):
        read("name,kind,a,b,c\nAda,x,1,2,3\n\nBo,y,4,5,6\n\nJohn Smith\n")


def test_a_last_row_with_few_cells_is_no_footnote(read):
    with pytest.raises(DataError, match=r"line 3 of .* has 2 cells where the header has 5"):
        read("name,a,b,c,d\nRio,1,2,3,4\nNew York,12\n")
    assert read("name,a,b\nRio,1,2\nNew York,,\n")[0]["name"] == ["Rio", "New York"]
    assert read('a,b,note\n1,2,x\n3,4,"two\nlines of words"\n')[0]["note"] == ["x", "two\nlines of words"]


def test_units_below_the_names(read):
    text = (
        "name,kind,area,voltage\nunits,,m2,V\n[0],lib_kind,lib_area,lib_voltage\n"
        "A1,thin,1.5,12\nA2,,2.5,24\nA3,thick,1,12\n"
    )
    assert read(text) == (
        {
            "name": ["A1", "A2", "A3"],
            "kind": ["thin", None, "thick"],
            "area": [1.5, 2.5, 1],
            "voltage": [12, 24, 12],
        },
        [
            "the 2 lines of 't.csv' below the names, from 'units' on, are skipped as units or "
            "types: words stand there in columns of numbers; skip_rows=0 overrules this guess."
        ],
    )
    columns, notes = read(text, skip_rows=0)
    assert (columns["area"][:2], notes) == (["m2", "lib_area"], [])
    columns, notes = read("Report,,,\n" + text)
    assert columns["area"] == [1.5, 2.5, 1]
    assert notes[-1].endswith("skip_rows=1 overrules this guess.")


@pytest.mark.parametrize(
    "line", ["A0,x,m2,V", ",,area,voltage", "name,kind,float,int64", "Unit:,,per day,any", "a,b,[lib],(sum)"]
)
def test_a_line_of_units_or_types(read, line):
    text = f"name,kind,area,voltage\n{line}\nA1,thin,1.5,12\nA2,,2.5,24\nA3,thick,1,12\nA4,thin,2,6\n"
    assert read(text)[0]["area"] == [1.5, 2.5, 1, 2]


@pytest.mark.parametrize(
    "first",
    [
        *("A0,x,-,n/a", "A0,x,?,12", "A0,x,,closed", "A0,x,1,closed"),
        *("A0,x,pending,pending", "A0,x,kg,pending", "A0,x,M,F"),
        "units,,a word on what the column is,another one",
    ],
)
def test_a_first_row_with_words_is_no_unit(read, first):
    text = f"name,kind,area,voltage\n{first}\nA1,thin,1.5,12\nA2,,2.5,24\nA3,thick,1,12\nA4,thin,2,6\n"
    assert len(read(text)[0]["name"]) == 5


@pytest.mark.parametrize("second", ["Bo,pending,pending", ",kg,cm"])
def test_a_file_without_names_keeps_its_first_rows(read, second):
    columns, sentences = read(f"Ada,1.5,12\n{second}\nCy,1.5,12\nDi,2.5,24\nEd,1,12\n")
    assert [column[:2] for column in columns.values()] == [
        [one, other or None] for one, other in zip(("Ada", "1.5", "12"), second.split(","), strict=True)
    ]
    assert "seems to have no header line" in sentences[0]


def test_a_column_without_a_name_that_is_not_empty_further_on(read):
    text = "a,b,\n" + "1,2,\n" * 1200 + "3,4,5\n"
    columns, sentences = read(text)
    assert columns["column_3"] == [None] * 1200 + [5]
    assert sentences == ["the last column of 't.csv' without a name: named column_3."]


def test_a_row_of_empty_cells_before_the_end_is_a_row(read):
    assert read("a,b\n1,2\n,\n3,4\n")[0] == {"a": [1, None, 3], "b": [2, None, 4]}


def test_a_file_without_a_header_loses_no_row(read):
    columns, sentences = read("39, State-gov, 77516\n50, Private, 83311\n")
    assert columns == {"column_1": [39, 50], "column_2": ["State-gov", "Private"], "column_3": [77516, 83311]}
    assert "seems to have no header line" in sentences[0]
    assert read("x,y\na,b\n", header=False)[0] == {"column_1": ["x", "a"], "column_2": ["y", "b"]}


def test_cells_separated_by_spaces(read):
    text = 'mpg  hp\tname\n18.0  ?   "chevrolet chevelle"\n15.0  165 buick\n\n'
    columns, sentences = read(text, name="auto.txt")
    assert columns == {"mpg": [18, 15], "hp": [None, 165], "name": ["chevrolet chevelle", "buick"]}
    assert sentences == [
        "the cells of 'auto.txt' are separated by spaces; sep=',' or another overrules this guess."
    ]
    assert read(text, name="auto.txt", sep="space") == (columns, [])


def test_newlines_in_quotes(read):
    columns, _ = read('a;"b\nc"\n1;"x\r\ny; ""z"""\n2;w\n')
    assert columns == {"a": [1, 2], "b c": ['x\ny; "z"', "w"]}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("T\n\na;b;c\n1;2;3\n1;2\n", "line 5 of 't.csv' has 2 cells where the header has 3; correct it"),
        ("a;b\n1;2\n1;2;3\n", "line 3 of 't.csv' has 3 cells where the header has 2; correct it"),
        ('a,b\n1,"x\n2,y\n', "from line 2 on: unexpected end of data; close its quotes"),
        ('a,b\n1,"x" y\n2,y"\n', "from line 2 on: ',' expected after '\"'; close its quotes"),
        ("1,2.5\n1,2.5\n1\n", "line 3 of 't.csv' has 1 cells where the first rows have 2; correct it"),
    ],
)
def test_errors_name_the_line(read, monkeypatch, tmp_path, text, sentence):
    with pytest.raises(DataError) as raised:
        read(text)
    assert sentence in str(raised.value).replace(f"{tmp_path}/", "")


@pytest.mark.parametrize(
    ("suffix", "compress"),
    [
        (".gz", gzip.compress),
        (".bz2", bz2.compress),
        (".xz", lzma.compress),
        (".zst", lambda content: pyarrow.compress(content, "zstd", asbytes=True)),
    ],
)
def test_compressed_files(read, suffix, compress):
    assert read(compress("a;b\n1,5;é\n".encode()), name=f"t.csv{suffix}") == ({"a": [1.5], "b": ["é"]}, [])
    with pytest.raises(DataError, match=r"is not a whole .* file; compress it again"):
        read(compress(b"a;b\n1,5;x\n" * 999)[:-12], name=f"t.csv{suffix}")


def test_several_files_of_one_table_have_the_types_of_the_whole(tmp_path):
    (tmp_path / "1.csv").write_text("chrom,pos,x\n1,5,0.50\n2,6,1\n", encoding="utf-8")
    (tmp_path / "2.csv").write_text("chrom,pos,x\nX,5.5,-\n", encoding="utf-8")
    with open_stream([tmp_path / "1.csv", tmp_path / "2.csv"], 2**20) as stream:
        assert stream.kinds == {"chrom": "text", "pos": "number", "x": "text"}
        cells = [dict(stream.read(piece, ["chrom", "x"])) for piece in stream.pieces]
    assert [cell["chrom"].tolist() for cell in cells] == [["1", "2"], ["X"]]
    assert [cell["x"].tolist() for cell in cells] == [["0.50", "1"], ["-"]]


def test_a_table_file_keeps_its_options(tmp_path):
    (tmp_path / "t.csv").write_text("a|b\n1,5|x\n", encoding="utf-8")
    file = open_table(tmp_path / "t.csv", decimal=".", na="x")
    assert columns_of(read_table(file)) == {"a": ["1,5"], "b": [None]}
    with open_stream(file, 2**20) as stream:
        assert {name: column.tolist() for name, column in stream.read(stream.pieces[0], ["a"])} == {
            "a": ["1,5"]
        }
        assert stream.kinds["b"] == "empty"


def test_the_layout_is_shown(tmp_path):
    (tmp_path / "t.csv").write_bytes("größe;b\n1,5;x\n".encode("cp1252"))
    layout = find_layout(tmp_path / "t.csv")
    assert (layout.encoding, layout.sep, layout.decimal, layout.names) == ("cp1252", ";", ",", ("größe", "b"))
    assert len(layout.notes) == 1
    (tmp_path / "t.jsonl").write_text('{"a": 1}\n', encoding="utf-8")
    with pytest.raises(DataError, match="is JSON lines, which has no layout"):
        find_layout(tmp_path / "t.jsonl")


def test_an_option_without_use_is_an_error(tmp_path):
    (tmp_path / "t.jsonl").write_text('{"a": 1}\n', encoding="utf-8")
    (tmp_path / "t.csv").write_text("a\n1\n", encoding="utf-8")
    with pytest.raises(ParameterError, match=r"sep has no use for '.*t\.jsonl', which is JSON lines"):
        read_table(tmp_path / "t.jsonl", sep=";")
    with pytest.raises(ParameterError, match=r"sheet has no use for '.*t\.csv', which is CSV; leave"):
        read_table(tmp_path / "t.csv", sheet="one")


@pytest.mark.slow
def test_wide_tables(read):
    names = [f"x{i}" for i in range(1000)]
    row = ["0,5"] * 1000
    columns, sentences = read(";".join(names) + "\n" + ";".join(row) + "\n" + ";".join(row) + "\n")
    assert sentences == []
    assert np.array_equal(list(columns.values()), np.full((1000, 2), 0.5))


def test_a_damaged_byte_in_utf_8_is_no_guess(read):
    with pytest.raises(DataError, match=re.escape("is not UTF-8 text (first in line 4)")):
        read("a,b\né,1\nü,2\n".encode() + b"x\xff,3\n")


def test_a_character_across_two_blocks_of_bytes(read):
    rows = f"{'x' * 1021},1\n" * 1023  # of 1024 bytes each
    beginning = f"ab,c\n{rows}".encode()
    cell = b"y" * (2**20 - len(beginning) - 1)  # the first block ends within the letter after it
    columns, sentences = read(beginning + cell + "ü,2\nx,3\n".encode())
    assert sentences == []
    assert columns["ab"][-2:] == [f"{cell.decode()}ü", "x"]


def test_quotes_after_spaces_begin_a_cell(tmp_path):
    rows = ["Name,          Country,   Medal, Time", '"Bolt, Usain", "JAM",     "GOLD", 9.63']
    rows += ['"Blake",        "J ""A"" M", "SILVER", 9.75', '"Gatlin",   "USA", "BRONZE", 9.79'] * 3
    (tmp_path / "sprint.csv").write_text("\n".join(rows) + "\n")
    table = read_table(tmp_path / "sprint.csv")
    assert table.column_names == ["Name", "Country", "Medal", "Time"]
    assert table["Name"][0] == "Bolt, Usain"
    assert table["Country"][:3].tolist() == ["JAM", 'J "A" M', "USA"]
    assert table["Time"][:2].tolist() == [9.63, 9.75]
    rows.append('"Charles \\"Archie\\" Hahn", "USA", "GOLD", 21.6')
    (tmp_path / "sprint.csv").write_text("\n".join(rows) + "\n")
    assert read_table(tmp_path / "sprint.csv")["Name"][-1] == 'Charles "Archie" Hahn'
