from __future__ import annotations

import pytest

from separatrix.cli import console


def test_long_lines_are_not_broken_in_a_pipe(capsys):
    console.show("word " * 100, console.facts([("name", "value " * 100)]))
    out = capsys.readouterr().out.splitlines()
    assert out == [("word " * 100).rstrip(), "", ("name  " + "value " * 100).rstrip()]


def test_what_looks_like_markup_is_printed_as_it_is(capsys):
    console.show(console.table(("", "[bold]"), [("[red]a", ":smile:")]))
    assert capsys.readouterr().out.splitlines() == ["        [bold]", "[red]a  :smile:"]


def test_notes_go_to_standard_error(capsys):
    console.note("one.")
    console.warn("two.")
    console.error_line("three.")
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == "note: one.\nwarning: two.\nseparatrix: error: three.\n"


def test_json_has_no_nan():
    with pytest.raises(ValueError, match="not JSON compliant"):
        console.show_json({"value": float("nan")})


@pytest.mark.parametrize(
    ("values", "line"),
    [
        ([], ""),
        ([3.0], "▁"),
        ([1.0, 1.0], "▁▁"),
        ([8.0, 1.0], "█▁"),
        ([1.0] * 50 + [2.0] * 50, "▁" * 20 + "█" * 20),
    ],
)
def test_sparkline(values, line):
    assert console.sparkline(values) == line
