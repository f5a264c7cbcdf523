from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sklearn.model_selection import train_test_split

import separatrix
from separatrix.cli.app import COMMANDS, load_command
from separatrix.errors import DataError, ParameterError

PAGE = Path(__file__).parents[2] / "docs" / "cli.md"
DOCS = PAGE.read_text(encoding="utf-8")


def options_of(command: str) -> list[str]:
    return [
        spelling
        for parameter in load_command(command).params
        if parameter.param_type_name == "option"
        for spelling in (*parameter.opts, *parameter.secondary_opts)
    ]


def test_version(run):
    result = run("--version")
    assert (result.exit_code, result.stdout) == (0, f"separatrix {separatrix.__version__}\n")


def test_help_names_every_command(run):
    result = run("--help")
    assert result.exit_code == 0
    assert all(f"  {name} " in result.stdout for name in COMMANDS)
    listed = result.stdout.partition("Commands:")[2]
    assert "..." not in listed
    assert "…" not in listed


@pytest.mark.parametrize("command", COMMANDS)
def test_the_list_of_commands_has_the_first_sentence_of_their_docstrings(command):
    assert load_command(command).help.splitlines()[0] == COMMANDS[command]


def test_the_list_of_commands_imports_nothing_heavy(tmp_path):
    code = (
        "import sys; sys.argv = ['separatrix', '--help']\n"
        "from separatrix.cli import main\n"
        "try: main()\n"
        "except SystemExit: print(*sys.modules)"
    )
    finished = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, check=True)
    *_, imported = finished.stdout.decode().splitlines()
    packages = {name.partition(".")[0] for name in imported.split()}
    assert "typer" in packages
    assert not packages & {"numba", "sklearn", "scipy", "polars", "matplotlib", "pandas", "numpy"}
    assert not {f"separatrix.cli.{command}" for command in COMMANDS} & set(imported.split())


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_a_command_has_every_option_with_a_sentence(run, command):
    result = run(command, "--help")
    assert result.exit_code == 0
    words = result.stdout.replace(",", " ").split()
    assert set(options_of(command)) <= set(words)
    for parameter in load_command(command).params:
        assert parameter.help.rstrip().endswith((".", "]")), parameter.name


def section_of(command: str) -> str:
    return DOCS.split(f"\n## {command}\n")[1].split("\n## ")[0]


def row_of(option) -> str:
    """Return the row of the documentation on an option: its spellings, its help, its default."""
    spellings = " / ".join([", ".join(sorted(option.opts, key=len)), *option.secondary_opts])
    help_, _, default = option.help.rstrip("]").partition(" [default: ")
    if not default and option.show_default and option.default is not False:
        default = option.show_default if isinstance(option.show_default, str) else option.default
    name = f"{spellings} {option.metavar}" if option.metavar else spellings
    return f"| `{name}` | {help_}{f' Default: {default}.' if default else ''} |"


def tables_of(command: str) -> Iterator[str]:
    """Yield the tables of the documentation on the options of a command, one for each heading."""
    panels: dict[str | None, list[str]] = {}
    for option in load_command(command).params:
        if option.param_type_name == "option":
            panels.setdefault(option.rich_help_panel, []).append(row_of(option))
    for panel, rows in panels.items():
        heading = f"### {panel}\n\n" if panel else ""
        yield heading + "\n".join(["| option | meaning |", "|---|---|", *rows])


def prose_of(command: str) -> str:
    """Return what a section says before the tables of options, whose first may have a heading."""
    prose = section_of(command).partition("\n| option | meaning |")[0].rstrip("\n")
    panels = {option.rich_help_panel for option in load_command(command).params}
    while prose.rpartition("\n")[2] in {f"### {panel}" for panel in panels}:
        prose = prose.rpartition("\n")[0].rstrip("\n")
    return prose


@pytest.mark.parametrize("command", COMMANDS)
def test_documentation_has_every_command_and_option_with_its_help(command):
    assert section_of(command).endswith("\n\n".join(["", *tables_of(command)]).rstrip("\n") + "\n"), (
        "docs/cli.md is out of date: run python tests/cli/test_app.py"
    )


@pytest.mark.parametrize("command", COMMANDS)
def test_documentation_has_no_heading_twice(command):
    headings = [line for line in section_of(command).splitlines() if line.startswith("### ")]
    assert len(headings) == len(set(headings))


def test_documentation_has_no_unknown_option():
    known = {option for command in COMMANDS for option in options_of(command)}
    known |= {"--version", "--debug", "--install-completion", "--show-completion", "--help"}
    shown = re.sub("<!--.*?-->", "", DOCS)
    words = shown.replace(",", " ").replace("`", " ").replace("|", " ").split()
    assert {word for word in words if word.startswith("--") and word.strip("-")} <= known


def test_an_error_is_one_line_and_exit_code_2(run):
    result = run("inspect", "none.safetensors")
    assert result.exit_code == 2
    assert result.stderr == (
        "separatrix: error: cannot read 'none.safetensors': there is no such file; check its name.\n"
    )
    assert result.stdout == ""


def test_debug_raises_the_error_itself(run):
    result = run("--debug", "inspect", "none.safetensors")
    assert isinstance(result.exception, separatrix.errors.ModelFileError)


def test_a_bug_is_not_caught(run, monkeypatch):
    def broken(*arguments):
        raise RuntimeError("a bug")

    monkeypatch.setattr("separatrix.cli.inspect.load", broken)
    result = run("inspect", "any.safetensors")
    assert result.exit_code == 1
    assert isinstance(result.exception, RuntimeError)


def test_ctrl_c_while_a_command_is_imported_ends_in_one_line(run, monkeypatch):
    def interrupted(name):
        raise KeyboardInterrupt

    monkeypatch.setattr("separatrix.cli.app.import_module", interrupted)
    result = run("inspect", "any.safetensors")
    assert result.exit_code == 130
    assert result.stderr == "separatrix: interrupted; nothing was written.\n"


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (
            ParameterError("max_iter", "must be 1 or more; see n_iter_no_change."),
            "--max-iter must be 1 or more; see ",
        ),
        (ParameterError("class_weight of class 'x'", "must be 1."), "--class-weight of class 'x' must be 1."),
        (ParameterError("theta", "must be finite; lower alpha=1."), "theta must be finite; lower --alpha=1."),
        (DataError("column max_iter has no value."), "column max_iter has no value."),
    ],
)
def test_errors_name_options_instead_of_parameters(error, sentence):
    assert load_command("fit").sentence(error).startswith(sentence)


def test_an_error_names_an_argument_as_help_does():
    assert load_command("recipe").sentence(ParameterError("name", "is unknown.")) == "NAME is unknown."


def test_an_error_of_a_check_of_scikit_learn_is_a_user_error(run, monkeypatch):
    def checked(*arguments):
        train_test_split([1, 2, 3, 4], random_state=-1)

    monkeypatch.setattr("separatrix.cli.inspect.load", checked)
    result = run("inspect", "any.safetensors")
    assert result.exit_code == 2
    assert "random_state" in result.stderr


def test_a_misspelt_option_has_exit_code_2(run):
    result = run("fit", "iris", "--hiden", "4")
    assert result.exit_code == 2
    assert "--hidden" in result.stderr


if __name__ == "__main__":
    text = DOCS
    for command in COMMANDS:
        section = section_of(command)
        text = text.replace(section, "\n\n".join([prose_of(command), *tables_of(command)]) + "\n")
    PAGE.write_text(text, encoding="utf-8")
