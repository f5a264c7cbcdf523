from __future__ import annotations

import pytest

from separatrix.cli.app import COMMANDS, load_command

NUMERIC = {
    *("COVERAGE", "EPOCHS", "FOLDS", "FRACTION", "FRACTIONS", "FREQUENCIES", "INTEGER", "MINUTES", "N"),
    *("NUMBER", "NUMBERS", "RATE", "SECONDS", "SIZES"),
}
"""What help calls the values that are numbers."""


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (
            "fit iris --hiden 4",
            "--hiden is no option of separatrix fit; separatrix fit --help lists them. "
            "Did you mean '--hidden'?",
        ),
        ("inspect a -x", "-x is no option of separatrix inspect; separatrix inspect --help lists them."),
        ("--foo", "--foo is no option of separatrix; separatrix --help lists them."),
        ("look iris --debug", "--debug belongs before the command; write separatrix --debug look."),
        ("fit iris --hidden", "--hidden needs a value, got none; write --hidden SIZES."),
        ("fit iris -t", "-t needs a value, got none; write -t COLUMN."),
        (
            "fit iris --early-stopping=3",
            "--early-stopping takes no value, got '3'; write --early-stopping or --no-early-stopping.",
        ),
        ("fit iris --json=3", "--json takes no value, got '3'; write --json."),
        ("fit iris --alpha x", "--alpha must be a number such as 0.5, got 'x'."),
        ("fit iris --alpha 0,5", "--alpha must be a number such as 0.5, got '0,5'; write 0.5."),
        ("fit iris --folds 2.5", "--folds must be a whole number such as 5, got '2.5'."),
        ("fit iris --rate x", "--rate must be a number such as 0.01, or auto, got 'x'."),
        (
            "fit iris --hidden-layer-sizes=a",
            "--hidden-layer-sizes must be whole numbers such as 16,8, got 'a'.",
        ),
        ("fit iris --hidden a", "--hidden must be whole numbers such as 16,8, got 'a'."),
        ("fit iris --alpha -1", "--alpha must be a number in [0, infinity), got -1.0."),
        (
            "fit iris --seed -1",
            "--seed must be a whole number from 0 to 4294967295, got '-1'.",
        ),
        (
            "fit iris --engine nump",
            "--engine must be one of 'auto', 'numpy', 'numba', got 'nump'. Did you mean 'numpy'?",
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
    for parameter in load_command(command).params:
        if parameter.param_type_name == "option" and parameter.metavar in NUMERIC:
            result = run(command, parameter.opts[0], "a,b")
            assert result.exit_code == 2
            assert result.stderr.startswith(f"separatrix: error: {parameter.opts[0]} must be ")
            assert "got 'a,b'" in result.stderr
            assert result.stderr.count("\n") == 1


@pytest.mark.slow
@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_that_takes_a_value_says_that_it_has_none(run, command):
    for parameter in load_command(command).params:
        if parameter.param_type_name == "option" and not parameter.is_flag:
            result = run(command, parameter.opts[0])
            assert result.exit_code == 2
            expected = f"{parameter.opts[0]} needs a value, got none; write {parameter.opts[0]} "
            assert result.stderr == f"separatrix: error: {expected}{parameter.metavar}.\n"


def test_no_word_at_all_shows_the_help(run):
    assert "Commands:" in run().output
