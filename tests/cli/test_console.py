from __future__ import annotations

import re

import pytest

from separatrix.cli import console


def test_long_lines_are_not_broken_in_a_pipe(capsys):
    console.show("word " * 100, console.summary([("name", "value " * 100)]))
    out = capsys.readouterr().out.splitlines()
    assert out == [("word " * 100).rstrip(), "", ("name  " + "value " * 100).rstrip()]


def test_markup_is_printed_unchanged(capsys):
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


HEADER = ("", "network", "linear regression", "dummy")
NUMBERS = ("46,187 [43,210, 49,500]",) * 3
ROWS = [("R²", *NUMBERS), ("RMSE", *NUMBERS), ("a label longer than most", *NUMBERS)]


def shown(width: int, n_spare: int = 0) -> str:
    from rich.console import Console

    console_of_width = Console(width=width, highlight=False)
    with console_of_width.capture() as captured:
        console_of_width.print(console.table(HEADER, ROWS, n_spare=n_spare))
    return captured.get()


@pytest.mark.parametrize("width", [30, 50, 60, 70, 80, 90, 100, 120])
def test_a_table_in_a_narrow_terminal_has_every_cell(width):
    text = shown(width)
    assert all(len(line) <= width for line in text.splitlines())
    joined = "".join(text.split())
    for word in ("R²", "RMSE", "regression", "alabel"):
        assert word in joined
    assert text.count("46,187") == text.count("[43,210,") == text.count("49,500]") == 9


def test_a_table_takes_the_widest_shape_that_fits():
    assert "46,187 [43,210, 49,500]  46,187 [43,210, 49,500]" in shown(100)
    assert re.search(r"\nRMSE +46,187 +46,187 +46,187 *\n +\[43,210, 49,500\]  \[43", shown(80))
    assert re.search(r"\nRMSE *\n  network +46,187 \[43,210, 49,500\] *\n  linear regression ", shown(50))


def test_spare_columns_are_left_out_before_rows_become_blocks():
    assert shown(80, n_spare=1) == shown(80)
    assert "dummy" not in shown(65, n_spare=1)
    assert re.search(
        r"\nRMSE +46,187 \[43,210, 49,500\]  46,187 \[43,210, 49,500\] *\n", shown(65, n_spare=1)
    )
    assert shown(40, n_spare=1) == shown(40)
