"""The run of `fit`: read the tables, train, keep the model, judge it, print the report."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import typer

from separatrix.cli import fit_report, fitting
from separatrix.cli.console import INTERRUPTED, exit_if_interrupted, show, show_json, warn
from separatrix.cli.film import prepare_film, write_film
from separatrix.cli.fit_options import OutputOptions, PieceOptions, TargetOptions
from separatrix.cli.judging import (
    check_classes,
    check_folds,
    check_read_whole,
    check_report,
    cut_warnings,
    decision_lines,
    has_few_rows,
    judged_by_folds,
    with_decision,
    write_fit_report,
)
from separatrix.cli.judging_options import JudgingOptions
from separatrix.cli.model_output import check_output, free_name
from separatrix.cli.options import in_option_names
from separatrix.cli.progress import warnings_as_notes
from separatrix.cli.recording import prepare_recording, write_recording
from separatrix.cli.table_input import TableInput, checked_task, open_tables, with_guesses
from separatrix.data.column_options import ColumnOptions
from separatrix.data.read_options import ReadOptions
from separatrix.ensemble import AnyModel
from separatrix.errors import DataError, OutputError, ParameterError, SeparatrixError
from separatrix.evaluate.assessment import Assessment
from separatrix.files import check_writable
from separatrix.io import save
from separatrix.report.cross_validation import N_FOLDS, CrossAssessment
from separatrix.report.decisions import CutCost
from separatrix.train.recorded import recording_path

TEST_SIZE = 0.25


@dataclass(frozen=True)
class FitRun:
    """One call of `fit`; the attributes are its options."""

    sources: Sequence[str]
    wanted: TargetOptions
    written: OutputOptions
    pieces: PieceOptions
    judging: JudgingOptions
    reading: ReadOptions
    columns: ColumnOptions
    settings: dict[str, Any]

    @cached_property
    def kind(self) -> fitting.Kind:
        """The kind of model to train."""
        named = {
            "groups": self.wanted.groups,
            "checkpoint": self.pieces.checkpoint,
            "film": self.written.film,
            "record": self.written.record or None,
        }
        given = {name: value for name, value in named.items() if value is not None}
        return fitting.chosen_kind(self.wanted.model, self.settings | given)

    def carry_out(self) -> None:
        """Train, save, judge and report; exit with the code of Ctrl-C if that ended the training."""
        if self.written.film is None and self.written.panels is not None:
            raise ParameterError("panels", "are those of a film; name its file with --film, or leave it out.")
        if self.kind == "network" and self.written.film is not None:
            prepare_film(self.written.film, self.written.panels, self.settings)
        if self.kind == "network" and self.written.record:
            prepare_recording(self.settings, self.pieces.checkpoint)
        first = "the first epoch, or twice"
        if self.kind == "tabular":
            first = "all folds of one kind of network were trained and an ensemble was chosen"
        with (
            exit_if_interrupted(f"interrupted before {first}; no model was written."),
            ExitStack() as stack,
        ):
            tables = self.open(stack)
            with warnings_as_notes():
                fitted = self.train(tables)
        with exit_if_interrupted("interrupted before the model was written."):
            path, model, cut = self.keep(fitted, tables.guesses)
        with exit_if_interrupted(f"interrupted while judging: the model is written to '{path}', not judged."):
            try:
                judged = self.judge(tables, fitted, model, path)
            except SeparatrixError:
                warn(f"the model is written to '{path}', but cannot be judged.")
                raise
        self.show(tables, fitted, model, judged, path, cut)
        if self.written.film is not None:
            with exit_if_interrupted(f"interrupted while drawing; the model is written to '{path}'."):
                write_film(self.written.film, fitted.estimator, tables, self.written.panels)
        self.warn_of_end(fitted, path)

    def open(self, stack: ExitStack) -> TableInput:
        """Return the tables, after a check of everything that could fail after the training."""
        self.judging.check()
        wanted = None if self.wanted.task is None else checked_task(self.wanted.task)
        tables = open_tables(
            self.sources,
            self.judging.test,
            self.pieces.memory,
            stack,
            in_pieces=self.pieces.checkpoint is not None,
            target=self.wanted.target,
            task=fitting.known_task(wanted, self.pieces.checkpoint),
            reading=self.reading,
            columns=self.columns,
            groups=self.wanted.groups,
        )
        path = self.written.output or free_name()
        check_output(path)
        if self.pieces.checkpoint is not None and self.pieces.checkpoint.resolve() == path.resolve():
            raise OutputError(f"cannot write '{path}': it is the checkpoint; name another file.")
        if self.written.record:
            check_writable(recording_path(path))
        check_report(self.judging.report)
        is_read_whole = self.kind == "tabular" or tables.memory is None
        check_read_whole(self.judging, is_read_whole=is_read_whole)
        check_classes(self.judging.decision, tables)
        if self.judging.folds:
            check_folds(self.judging.folds, tables, self.wanted.groups)
        return tables

    @property
    def test_size(self) -> float:
        """The fraction of the rows that are test rows, where folds do not judge."""
        return TEST_SIZE if self.judging.test_size is None else self.judging.test_size

    def n_folds(self, tables: TableInput) -> int:
        """Return the number of folds that judge; 0 if test rows do."""
        if self.judging.folds is not None:
            return self.judging.folds
        is_split = self.judging.test is not None or self.judging.test_size is not None
        is_limited = self.settings.get("time_limit") is not None  # which is for one training
        if is_split or is_limited or tables.memory is not None or self.written.film is not None:
            return 0
        return N_FOLDS if has_few_rows(N_FOLDS, tables, self.wanted.groups) else 0

    def train(self, tables: TableInput) -> fitting.Fitted:
        """Return the trained model with its rows.

        Raises
        ------
        DataError
            If there is none to keep, as the training diverged.
        KeyboardInterrupt
            If there is none to keep, as Ctrl-C ended the training; a model file of before then stays.
        """
        test_size = 0.0 if self.judging.test is not None or self.n_folds(tables) else self.test_size
        if self.kind == "tabular":
            ensemble = fitting.fit_ensemble(tables, self.settings, test_size, self.wanted.groups)
            if ensemble.estimator.stop_.is_part:
                raise KeyboardInterrupt
            return ensemble
        fitted = fitting.fit_network(
            tables, self.settings, test_size, self.pieces.checkpoint, self.pieces.checkpoint_minutes
        )
        stop = fitted.estimator.stop_
        if stop.reason == "diverged" and stop.best_epoch == 0:
            raise DataError(f"{in_option_names(stop.message).rstrip('.')}; no model was written.")
        return fitted

    def keep(self, fitted: fitting.Fitted, guesses: Sequence[str]) -> tuple[Path, AnyModel, CutCost | None]:
        """Write the model, and remove the checkpoint of a training that has ended by itself."""
        path = self.written.output or free_name()
        model, cut = with_decision(fitted.estimator.to_model(), fitted, self.judging.decision)
        model = with_guesses(model, guesses)
        save(model, path)
        if self.written.record:
            write_recording(path, fitted.estimator, model)
        if self.pieces.checkpoint is not None and fitted.estimator.stop_.reason != "interrupted":
            self.pieces.checkpoint.unlink(missing_ok=True)
        return path, model, cut

    def judge(
        self, tables: TableInput, fitted: fitting.Fitted, model: AnyModel, path: Path
    ) -> tuple[Assessment | None, str]:
        """Return the assessment with what judged; write the page about the model if asked for.

        There is none if folds would judge a training that Ctrl-C has ended.
        """
        crossed: CrossAssessment | None = None
        assessment: Assessment | None = None
        judged = ""
        trees, cost = self.judging.trees, self.judging.decision.cost
        n_folds = self.n_folds(tables)
        if not n_folds:
            assessment = fit_report.assess_fit(model, fitted, trees=trees, cost=cost)
        elif fitted.estimator.stop_.reason == "interrupted":
            no_page = "" if self.judging.report is None else ", and no page was written"
            return None, (
                f"The model was not judged{no_page}, as its training was interrupted: separatrix evaluate "
                "judges it on other rows."
            )
        else:
            is_chosen = self.judging.decision.needs_rows
            crossed = judged_by_folds(fitted, model, n_folds, is_chosen=is_chosen, trees=trees, cost=cost)
            assessment = crossed.assessment
            judged = fit_report.judged_text(crossed)
        if self.judging.report is not None:
            write_fit_report(
                self.judging.report,
                model,
                fitted,
                source=tables.name,
                model_file=path,
                cost=cost,
                trees=trees,
                folds=crossed,
            )
        return assessment, judged

    def show(
        self,
        tables: TableInput,
        fitted: fitting.Fitted,
        model: AnyModel,
        judged: tuple[Assessment | None, str],
        path: Path,
        cut: CutCost | None,
    ) -> None:
        """Print the report."""
        assessment, how = judged
        for sentence in cut_warnings(cut, assessment):
            warn(sentence)
        hint = None if assessment is None else fit_report.advice(assessment, model, fitted)
        diagnosis = getattr(fitted.estimator, "diagnosis_", None)
        if self.written.as_json:
            values = fit_report.fit_values(tables, fitted, model, assessment, path)
            findings = [] if diagnosis is None else diagnosis.to_list()
            of_cut = None if cut is None else cut.to_dict()
            show_json({**values, "advice": hint, "diagnosis": findings, "cut": of_cut})
            return
        decisions = decision_lines(model, self.judging.decision.cost, cut)
        is_asked = self.judging.positive is not None
        parts = fit_report.fit_parts(
            tables, fitted, model, assessment, how, hint, decisions, is_positive_asked=is_asked
        )
        if diagnosis is not None and diagnosis.findings:
            parts.append("The training shows:\n" + in_option_names(str(diagnosis)))
        if leak := fit_report.leak_text(tables.schema):
            parts.append(leak)
        is_written = self.judging.report is not None and assessment is not None
        page = f" Report written to '{self.judging.report}'." if is_written else ""
        show(*parts, f"Model written to '{path}'.{page} Next: separatrix predict {path} TABLE")

    def warn_of_end(self, fitted: fitting.Fitted, path: Path) -> None:
        """Warn of a training that diverged; exit if Ctrl-C ended it."""
        stop = fitted.estimator.stop_
        if stop.reason == "diverged":
            warn(in_option_names(stop.message))
        if stop.reason == "interrupted":
            kept = (
                f"; the same command continues from '{self.pieces.checkpoint}'"
                if self.pieces.checkpoint
                else ""
            )
            warn(f"{stop.message.rstrip('.')}; the model so far is saved to '{path}'{kept}.")
            raise typer.Exit(INTERRUPTED)
