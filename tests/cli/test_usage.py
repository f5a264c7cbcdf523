from __future__ import annotations

import pytest

from separatrix.cli.app import COMMANDS, load_command

NUMERIC = {
    *("COVERAGE", "EPOCHS", "FOLDS", "FRACTION", "FRACTIONS", "FREQUENCIES", "INTEGER", "MINUTES", "N"),
    *("NUMBER", "NUMBERS", "RATE", "ROWS", "SECONDS", "SIZES"),
}
"""What help calls the values that are numbers."""

OTHERS = {
    *("CHARACTER", "CLASS", "COLUMN", "DIR", "FILE", "HOW", "KIND", "LEVEL", "NAME", "NAME=LEVELS", "NAMES"),
    *("SIGN", "TABLE", "TASK", "WHAT", "WORD"),
    *("A,B", "A,B,…", "COSTS", "SIZE", "WEIGHTS"),
}
"""What it calls the others: words, and in the last line what is read only with a table or a model."""

WITHOUT_NUMBERS = {"inspect", "recipe", "warm"}
WITHOUT_VALUES = {"inspect", "warm"}
"""Commands without an option that takes a number, or any value."""


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (
            "fit iris --hiden 4",
            "--hiden is no option of separatrix fit; separatrix fit --help lists them. "
            "Did you mean '--hidden'?",
        ),
        ("fit iris -h=3", "-h=3 is no option of separatrix fit; separatrix fit --help lists them."),
        (
            "predict -1 x",
            "-1 is no option of separatrix predict; separatrix predict --help lists them. "
            "If it is an argument, write -- before it.",
        ),
        (
            "predict x -1.5",
            "-1.5 is no option of separatrix predict; separatrix predict --help lists them. "
            "If it is an argument, write -- before it.",
        ),
        ("inspect a -x", "-x is no option of separatrix inspect; separatrix inspect --help lists them."),
        ("--foo", "--foo is no option of separatrix; separatrix --help lists them."),
        ("look iris --debug", "--debug belongs before the command; write separatrix --debug look."),
        ("fit iris --version", "--version goes without a command; write separatrix --version."),
        (
            "fit iris --show-completion",
            "--show-completion goes without a command; write separatrix --show-completion.",
        ),
        ("fit iris --hidden", "--hidden needs a value, got none; write --hidden SIZES."),
        ("fit iris -t", "-t needs a value, got none; write -t COLUMN."),
        (
            "fit iris --early-stopping=3",
            "--early-stopping takes no value, got '3'; write --early-stopping or --no-early-stopping.",
        ),
        ("fit iris --json=3", "--json takes no value, got '3'; write --json."),
        ("fit iris --help=3", "--help takes no value, got '3'; write --help."),
        ("--help=3", "--help takes no value, got '3'; write --help."),
        ("--version=3", "--version takes no value, got '3'; write --version."),
        ("fit iris --alpha x", "--alpha must be a number such as 0.5, got 'x'."),
        ("fit iris --alpha 0,5", "--alpha must be a number such as 0.5, got '0,5'; write 0.5."),
        ("fit iris --alpha 5,", "--alpha must be a number such as 0.5, got '5,'."),
        (
            "fit iris --checkpoint-every 1,000",
            "--checkpoint-every must be a number such as 0.5, got '1,000'; write 1000, or 1.000.",
        ),
        ("fit iris --alpha 0,125", "--alpha must be a number such as 0.5, got '0,125'; write 0.125."),
        ("fit iris --rate 0,1", "--rate must be a number such as 0.01, or auto, got '0,1'; write 0.1."),
        ("fit iris --n-init 1,5", "--n-init must be a whole number or auto, got '1,5'."),
        ("fit iris --batch-size 1,5", "--batch-size must be a whole number, auto or full, got '1,5'."),
        (
            "fit iris --n-iter-no-change 1,5",
            "--n-iter-no-change must be a whole number or inf, got '1,5'.",
        ),
        (
            "fit iris --class-weight setosa=1,5,virginica=2",
            "--class-weight must be a number for each class, such as yes=5,no=1, got '1,5'; write 1.5.",
        ),
        ("fit iris --engine numpy --rate -1", "--rate must be a number in (0, infinity), got -1.0."),
        (
            "fit iris --engine numpy --learning-rate-init=-1",
            "--learning-rate-init must be a number in (0, infinity), got -1.0.",
        ),
        ("fit iris --folds 2.5", "--folds must be a whole number such as 5, got '2.5'."),
        ("fit iris --rate x", "--rate must be a number such as 0.01, or auto, got 'x'."),
        (
            "fit iris --hidden-layer-sizes=a",
            "--hidden-layer-sizes must be whole numbers such as 16,8, got 'a'.",
        ),
        ("fit iris --hidden a", "--hidden must be whole numbers such as 16,8, got 'a'."),
        ("fit iris --engine numpy --alpha -1", "--alpha must be a number in [0, infinity), got -1.0."),
        (
            "fit iris --seed -1",
            "--seed must be a whole number from 0 to 4294967295, got '-1'.",
        ),
        (
            "fit iris --engine nump",
            "--engine must be one of 'auto', 'numpy', 'numba', got 'nump'. Did you mean 'numpy'?",
        ),
        (
            "fit circles --early-stopping yes",
            "several tables must be files, got 'circles yes' with the data set 'circles'; name the data set "
            "alone, and give an option without a value, such as --early-stopping, none.",
        ),
        ("--debug", "a command is missing; separatrix --help lists them."),
        ("fit", "TABLE is missing; write separatrix fit TABLE."),
        ("predict m.safetensors", "TABLE is missing; write separatrix predict MODEL TABLE."),
        (
            "look a b.csv",
            "separatrix look takes TABLE, and got 'b.csv' as well; leave it out, "
            "or put a name with spaces in quotes.",
        ),
        ("warm now", "separatrix warm takes no argument, and got 'now' as well; leave it out."),
        (
            "fot iris",
            "'fot' is no command of separatrix; separatrix --help lists them. Did you mean 'fit'?",
        ),
    ],
)
def test_wrong_words_are_one_sentence_and_exit_code_2(run, line, sentence):
    result = run(*line.split())
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == f"separatrix: error: {sentence}\n"


@pytest.mark.slow
@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_with_a_number_says_what_it_got(run, command):
    options = with_values(command)
    assert {each.metavar for each in options} <= NUMERIC | OTHERS
    numeric = [each for each in options if each.metavar in NUMERIC]
    assert bool(numeric) == (command not in WITHOUT_NUMBERS)
    for parameter in numeric:
        result = run(command, parameter.opts[0], "a,b")
        assert result.exit_code == 2
        assert result.stderr.startswith(f"separatrix: error: {parameter.opts[0]} must be ")
        assert "got 'a,b'" in result.stderr
        assert result.stderr.count("\n") == 1


@pytest.mark.slow
@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_that_takes_a_value_says_that_it_has_none(run, command):
    options = with_values(command)
    assert bool(options) == (command not in WITHOUT_VALUES)
    for parameter in options:
        result = run(command, parameter.opts[0])
        assert result.exit_code == 2
        expected = f"{parameter.opts[0]} needs a value, got none; write {parameter.opts[0]} "
        assert result.stderr == f"separatrix: error: {expected}{parameter.metavar}.\n"


def with_values(command):
    options = [each for each in load_command(command).params if each.param_type_name == "option"]
    return [each for each in options if not each.is_flag]


def test_no_word_at_all_shows_the_help(run):
    result = run()
    assert result.exit_code == 2
    assert "Commands:" in result.output
