"""The run of `fit`: read the tables, train, keep the model, judge it, print the report."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import typer

from separatrix import check
from separatrix.cli import fit_report, fitting
from separatrix.cli.console import INTERRUPTED, exit_if_interrupted, show, show_json, warn
from separatrix.cli.film import prepare_film, write_film
from separatrix.cli.judging import (
    check_folds,
    check_report,
    decision_lines,
    judged_by_folds,
    parsed_cost,
    refuse_decision,
    with_decision,
    write_fit_report,
)
from separatrix.cli.model_output import check_output, free_name
from separatrix.cli.options import in_option_names
from separatrix.cli.progress import warnings_as_notes
from separatrix.cli.table_input import TableInput, checked_task, open_tables
from separatrix.data.column_options import ColumnOptions
from separatrix.data.read_options import ReadOptions
from separatrix.data.table import Table, require_column
from separatrix.ensemble import AnyModel
from separatrix.errors import DataError, OutputError, SeparatrixError
from separatrix.evaluate.assessment import Assessment
from separatrix.io import save
from separatrix.report.decisions import DecisionChoice


@dataclass(frozen=True)
class FitRun:
    """One call of `fit`; the attributes are its options."""

    sources: Sequence[str]
    target: str | None
    task: str | None
    model: str | None
    test_size: float
    test: str | None
    groups: str | None
    output: Path | None
    memory: str | None
    checkpoint: Path | None
    checkpoint_minutes: float
    report: Path | None
    cost: str | None
    trees: bool
    folds: bool
    threshold: float | None
    calibrate: bool
    film: Path | None
    as_json: bool
    reading: ReadOptions
    columns: ColumnOptions
    settings: dict[str, Any]

    @cached_property
    def kind(self) -> fitting.Kind:
        """The kind of model to train."""
        named = {"groups": self.groups, "checkpoint": self.checkpoint, "film": self.film}
        given = {name: value for name, value in named.items() if value is not None}
        return fitting.chosen_kind(self.model, self.settings | given)

    @cached_property
    def decision(self) -> DecisionChoice:
        """How the model is to be calibrated, and to decide."""
        return DecisionChoice(self.calibrate, self.threshold, parsed_cost(self.cost))

    def carry_out(self) -> None:
        """Train, save, judge and report; exit with the code of Ctrl-C if that ended the training."""
        if self.kind == "network" and self.film is not None:
            prepare_film(self.film, self.settings)
        first = "the first epoch" if self.kind == "network" else "all folds of one configuration were trained"
        with (
            exit_if_interrupted(f"interrupted before {first}, or twice; no model was written."),
            ExitStack() as stack,
        ):
            tables = self.open(stack)
            with warnings_as_notes():
                fitted = self.train(tables)
        with exit_if_interrupted("interrupted before the model was written."):
            path, model = self.keep(fitted)
        with exit_if_interrupted(f"interrupted while judging the model, which is written to '{path}'."):
            try:
                assessment = self.judge(tables, fitted, model, path)
            except SeparatrixError:
                warn(f"the model is written to '{path}', but cannot be judged.")
                raise
        self.show(tables, fitted, model, assessment, path)
        if self.film is not None:
            with exit_if_interrupted(f"interrupted while drawing; the model is written to '{path}'."):
                write_film(self.film, fitted.estimator, tables)
        self.warn_of_end(fitted, path)

    def open(self, stack: ExitStack) -> TableInput:
        """Return the tables, after a check of everything that could fail after the training."""
        _ = self.decision
        if self.test is None:
            check.number("test_size", self.test_size, 0.0, 1.0, open_low=True, open_high=True)
        wanted = None if self.task is None else checked_task(self.task)
        tables = open_tables(
            self.sources,
            self.test,
            self.memory,
            stack,
            in_pieces=self.checkpoint is not None,
            target=self.target,
            task=fitting.known_task(wanted, self.checkpoint),
            reading=self.reading,
            columns=self.columns,
            groups=self.groups,
        )
        path = self.output or free_name()
        check_output(path)
        if self.checkpoint is not None and self.checkpoint.resolve() == path.resolve():
            raise OutputError(f"cannot write '{path}': it is the checkpoint; name another file.")
        check_report(self.report)
        is_read_whole = self.kind == "tabular" or tables.memory is None
        check_folds(folds=self.folds, report=self.report, is_read_whole=is_read_whole)
        if self.folds and self.groups is not None and isinstance(tables.test, Table):
            require_column(self.groups, tables.test.columns)
        if self.decision.is_asked and tables.task == "regression":
            refuse_decision(self.decision)
        return tables

    def train(self, tables: TableInput) -> fitting.Fitted:
        """Return the trained model with its rows; a `DataError` if there is none to keep."""
        test_size = self.test_size if self.test is None else 0.0
        if self.kind == "tabular":
            return fitting.fit_ensemble(tables, self.settings, test_size, self.groups)
        fitted = fitting.fit_network(
            tables, self.settings, test_size, self.checkpoint, self.checkpoint_minutes
        )
        stop = fitted.estimator.stop_
        if stop.reason == "diverged" and stop.best_epoch == 0:
            raise DataError(f"{in_option_names(stop.message).rstrip('.')}; no model was written.")
        return fitted

    def keep(self, fitted: fitting.Fitted) -> tuple[Path, AnyModel]:
        """Write the model, and remove the checkpoint of a training that has ended by itself."""
        path = self.output or free_name()
        model = with_decision(fitted.estimator.to_model(), fitted, self.decision)
        save(model, path)
        if self.checkpoint is not None and fitted.estimator.stop_.reason != "interrupted":
            self.checkpoint.unlink(missing_ok=True)
        return path, model

    def judge(self, tables: TableInput, fitted: fitting.Fitted, model: AnyModel, path: Path) -> Assessment:
        """Return the assessment on test rows, or by folds; write the page about the model if asked for."""
        crossed = None
        if self.folds:
            is_chosen = self.decision.needs_rows
            crossed = judged_by_folds(fitted, model.decision, is_chosen=is_chosen, trees=self.trees)
            assessment = crossed.assessment
        else:
            assessment = fit_report.assess_fit(model, fitted, trees=self.trees)
        if self.report is not None:
            write_fit_report(
                self.report,
                model,
                fitted,
                source=tables.name,
                model_file=path,
                cost=self.decision.cost,
                trees=self.trees,
                folds=crossed,
            )
        return assessment

    def show(
        self,
        tables: TableInput,
        fitted: fitting.Fitted,
        model: AnyModel,
        assessment: Assessment,
        path: Path,
    ) -> None:
        """Print the report."""
        hint = fit_report.advice(assessment, model, fitted)
        diagnosis = getattr(fitted.estimator, "diagnosis_", None)
        if self.as_json:
            values = fit_report.fit_values(tables, fitted, model, assessment, path)
            findings = [] if diagnosis is None else diagnosis.to_list()
            show_json({**values, "advice": hint, "diagnosis": findings})
            return
        decisions = decision_lines(model, self.decision.cost)
        parts = fit_report.fit_parts(tables, fitted, model, assessment, hint, decisions)
        if diagnosis is not None and diagnosis.findings:
            parts.append("The training shows:\n" + in_option_names(str(diagnosis)))
        page = "" if self.report is None else f" Report written to '{self.report}'."
        show(*parts, f"Model written to '{path}'.{page} Next: separatrix predict {path} TABLE")

    def warn_of_end(self, fitted: fitting.Fitted, path: Path) -> None:
        """Warn of a training that diverged; exit if Ctrl-C ended it."""
        stop = fitted.estimator.stop_
        if stop.reason == "diverged":
            warn(in_option_names(stop.message))
        if stop.reason == "interrupted":
            kept = f"; the same command continues from '{self.checkpoint}'" if self.checkpoint else ""
            warn(f"{stop.message.rstrip('.')}; the model so far is saved to '{path}'{kept}.")
            raise typer.Exit(INTERRUPTED)
