"""Story: one step of gradient descent on one row, in sentences and numbers that a learner can follow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from separatrix.explain.chapters import MAX_UNITS, Chapter, Passage, Story
from separatrix.explain.subject import input_names, output_names
from separatrix.model import Model
from separatrix.network import ACTIVATIONS, HEADS
from separatrix.text import distinct_texts, plural

Array = NDArray[Any]

NUDGE = 0.01  # by how much one weight is raised
MAX_TERMS = 6  # of a sum that is written out
_ALL_EXPANDED = 4  # layers with so few units are written out whole
_MOVED = 5  # parameters listed after the step
_NAMED_TERMS = 3  # of a loss that is written with the names of its outputs


def step_story(model: Model, value: Mapping[str, Array], rate: float, digits: int = 3) -> Story:
    """Return the story of one step of gradient descent on one row.

    Parameters
    ----------
    model : Model
        The network before the step.
    value : mapping of str to ndarray
        The numbers of the step by name, as `Trace` holds them, of one row.
    rate : float
        The learning rate.
    digits : int
        Significant digits.

    Returns
    -------
    Story

    Examples
    --------
    >>> from separatrix import Network
    >>> from separatrix.explain import trace
    >>> model = Model(Network.mlp(2, (), 1), [0.5, -1.0, 0.25], feature_names=["age", "dose"])
    >>> step = trace(model, [1.0, 2.0], 1, learning_rate=0.1)
    >>> story = step_story(model, {s.name: s.value for s in step.steps}, 0.1)
    >>> print(story.chapters[1].passages[0].details[1])
    = 0.5 * 1 - 1 * 2 + 0.25 = -1.25
    """
    writer = _Writer(model, value, rate, digits)
    n_layers = len(model.network.layers)
    forward = [writer.layer(n) for n in range(1, n_layers)]
    backward = [writer.hidden_blame(n) for n in range(n_layers - 1, 0, -1)]
    return Story(
        f"One step of gradient descent on one row: network {model.network}, learning rate {rate:g}",
        (
            writer.row(),
            *forward,
            writer.output(),
            writer.loss(),
            writer.output_blame(),
            *backward,
            writer.nudge(),
            writer.step(),
        ),
    )


class _Writer:
    """Writes the chapters."""

    def __init__(self, model: Model, value: Mapping[str, Array], rate: float, digits: int) -> None:
        self.model, self.value, self.rate, self.digits = model, value, rate, digits
        self.head, self.n_layers = HEADS[model.network.head], len(model.network.layers)
        self.inputs = input_names(model)
        names = output_names(model)
        self.outputs = [f"P({name})" for name in names] if self.head.output_name == "softmax" else names
        self.weights, self.biases = model.network.split(model.theta)

    def number(self, value: float) -> str:
        """Return a number with the digits of the story."""
        return f"{float(value) + 0.0:.{self.digits}g}"

    def output_number(self, value: float) -> str:
        """Return the value of a unit; one that is not quite 1 or -1 has the digits that show it."""
        return distinct_texts(float(value), float(np.sign(value)), self.digits)[0]

    def sources(self, n: int) -> list[str]:
        """Return the names of what layer `n` reads."""
        if n == 1:
            return self.inputs
        return [f"h{i + 1}" for i in range(self.model.network.sizes[n - 1])]

    def read(self, n: int) -> Array:
        """Return the values that layer `n` reads."""
        row: Array = self.value[f"a{n - 1}" if n > 1 else "x"][0]
        return row

    def row(self) -> Chapter:
        x = self.value["x"][0]
        shown = [f"{name} = {self.number(v)}" for name, v in zip(self.inputs, x, strict=True)][:12]
        more = f", and {plural(len(x) - 12, 'more input')}" if len(x) > 12 else ""
        answer = self.answer()
        encoded = "" if self.model.encoder is None else ", as the encoder makes them of the row,"
        return Chapter(
            "The row",
            f"The inputs{encoded} are {', '.join(shown)}{more}. The right answer is {answer}. "
            f"Numbers are rounded to {plural(self.digits, 'digit')} here, and exact in the computation.",
        )

    def answer(self) -> str:
        """Return the true class or number as text."""
        t, classes = self.value["t"][0], self.model.classes
        if classes is None:
            return ", ".join(self.number(v) for v in t)
        if not self.head.is_exclusive:
            names = [str(c) for c, v in zip(classes.tolist(), t, strict=True) if v > 0.5]
            return ", ".join(names) or "none of the labels"
        return str(classes.tolist()[self.true_class()])

    def true_class(self) -> int:
        """Return the index of the row's class."""
        t = self.value["t"][0]
        return int(t.argmax()) if len(t) > 1 else round(float(t[0]))

    def layer(self, n: int) -> Chapter:
        z, a = self.value[f"z{n}"][0], self.value[f"a{n}"][0]
        name = self.model.network.layers[n - 1].activation
        title = f"Forward, layer {n}: {plural(len(z), f'{name} unit')}"
        text = (
            "Each unit multiplies what it reads by its weights and adds its bias: the sum is z. "
            f"Its value is h = {name}(z)."
        )
        if n > 1:
            text = f"The same, with the values h of layer {n - 1} as inputs."
        if len(z) > MAX_UNITS:
            text += " The units that will get the most blame come first."
        passages: list[Passage] = []
        for j in self.order(n):
            h = f"h{j + 1} = {name}({self.number(z[j])}) = {self.number(a[j])}"
            passages.append(
                Passage(
                    f"unit {j + 1}: z = {self.number(z[j])}, h{j + 1} = {self.number(a[j])}",
                    (*self.sum_lines(n, j, "z"), h),
                    self.is_expanded(n, len(passages)),
                )
            )
        return Chapter(title, text, tuple(passages))

    def output(self) -> Chapter:
        n, function = self.n_layers, self.head.output_name
        z, a = self.value[f"z{n}"][0], self.value[f"a{n}"][0]
        passages: list[Passage] = []
        for k in range(len(z)):
            name = self.outputs[k]
            lines = self.sum_lines(n, k, "z")
            if function == "softmax":
                made = f"exp({self.number(z[k])}) / sum of exp(z) of all outputs"
            else:
                made = "z" if function == "identity" else f"{function}({self.number(z[k])})"
            lines += (f"{name} = {made} = {self.number(a[k])}",)
            summary = f"{name}: z = {self.number(z[k])}, output {self.number(a[k])}"
            passages.append(Passage(summary, lines, len(z) <= _ALL_EXPANDED or k == 0))
        return Chapter("Forward, output", self.head.formulas.meaning, tuple(passages))

    def loss(self) -> Chapter:
        loss = self.number(float(self.value["loss"]))
        return Chapter(
            "Loss",
            f"How wrong is that? loss = {self.loss_formula()} = {loss}. It is 0 for a perfect answer.",
        )

    def loss_formula(self) -> str:
        """Return the loss with the names of the outputs, then with this row's numbers."""
        a = self.value[f"a{self.n_layers}"][0]
        parts = [
            (self.head.formulas.loss_terms[int(t != 0)], name, self.output_number(p), self.signed(t))
            for name, p, t in zip(self.outputs, a, self.targets(), strict=True)
        ]
        parts = [part for part in parts if part[0]]
        numbers = _added([term.format(a=p, t=t) for term, _, p, t in parts])
        if len(parts) > _NAMED_TERMS:
            return numbers
        return f"{_added([term.format(a=name, t=t) for term, name, _, t in parts])} = {numbers}"

    def targets(self) -> Array:
        """Return the target of each output: of exclusive classes 1 for the row's class, 0 for the others."""
        t: Array = self.value["t"][0]
        n_out = self.model.network.n_out
        return t if len(t) == n_out else np.eye(n_out)[self.true_class()]

    def output_blame(self) -> Chapter:
        n = self.n_layers
        a, dz, targets = self.value[f"a{n}"][0], self.value[f"dz{n}"][0], self.targets()
        rule, *reasons = self.head.formulas.chain_rule
        passages: list[Passage] = []
        for k in range(len(dz)):
            formula = self.head.formulas.dz.replace("onehot(t)", "t")
            lines = (
                f"chain rule: {rule}",
                *reasons,
                f"dz = {formula.format(a='a', z='z')} with a = {self.number(a[k])} and t = "
                f"{self.number(targets[k])}: dz = {self.number(dz[k])}",
                *self.weight_lines(n, k),
            )
            summary = f"{self.outputs[k]}: blame dz = {self.number(dz[k])}"
            passages.append(Passage(summary, lines, len(dz) <= 2 or k == 0))
        text = (
            "Now backward. How much does the loss change when the sum z of the output grows a little? This "
            "number, the derivative dL/dz, is the blame of the output. If it is negative, a larger z would "
            "have been better. The blame of a weight is the blame of its unit times what the weight reads."
        )
        return Chapter("Backward, output", text, tuple(passages))

    def hidden_blame(self, n: int) -> Chapter:
        z, a = self.value[f"z{n}"][0], self.value[f"a{n}"][0]
        da, dz, above = self.value[f"da{n}"][0], self.value[f"dz{n}"][0], self.value[f"dz{n + 1}"][0]
        activation = ACTIVATIONS[self.model.network.layers[n - 1].activation]
        slope = activation.derivative(z, a)
        next_name = "the output" if n + 1 == self.n_layers else f"layer {n + 1}"
        passages: list[Passage] = []
        for j in self.order(n):
            terms = [
                (float(w), "dz" if len(above) == 1 else f"dz{k + 1}")
                for k, w in enumerate(self.weights[n][j])
            ]
            symbols, numbers = self.sums(terms, above, None)
            value = _bracketed(self.output_number(a[j]))
            formula = activation.derivative_text(self.number(z[j]), value)
            chain = f"dz = {self.number(da[j])} * {self.number(slope[j])} = {self.number(dz[j])}"
            lines = (
                f"arrives from {next_name}: dL/dh = {symbols}",
                f"= {numbers} = {self.number(da[j])}",
                f"slope of {activation.name} at z = {self.number(z[j])}: {formula} = {self.number(slope[j])}",
                f"chain rule: dL/dz = dL/dh * dh/dz, so {chain}",
                *self.weight_lines(n, j),
            )
            summary = (
                f"unit {j + 1}: blame {self.number(dz[j])} = {self.number(da[j])} that arrives * slope "
                f"{self.number(slope[j])}"
            )
            passages.append(Passage(summary, lines, self.is_expanded(n, len(passages))))
        text = (
            f"Each unit gets the blame of {next_name} through its weights, times its own slope: a unit "
            "whose curve is flat at z hardly changes anything."
        )
        return Chapter(f"Backward, layer {n}", text, tuple(passages), self.why(n, da, dz, slope))

    def why(self, n: int, da: Array, dz: Array, slope: Array) -> str:
        """Return which unit of a layer gets most of the blame, and why."""
        if not np.any(dz):
            return (
                f"No unit of layer {n} gets any blame: all slopes are 0 here. This row changes no weight of "
                "the layer, nor of those before it."
            )
        if len(dz) == 1:
            return ""
        j = int(np.abs(dz).argmax())
        share = abs(dz[j]) / np.abs(dz).sum()
        has_most = np.abs(da).argmax() == j
        is_steepest = abs(slope[j]) == np.abs(slope).max() > np.median(np.abs(slope))
        of_those = np.abs(da) * (slope != 0)
        if not has_most and not slope.all() and of_those.argmax() == j:
            reason = "most arrives there, among the units whose slope is not 0"
        elif has_most and is_steepest:
            reason = "most arrives there, and its slope is the steepest"
        elif has_most:
            reason = "most arrives there through its weights"
        elif is_steepest:
            reason = "its slope is the steepest"
        else:
            reason = "what arrives and its slope are both large there"
        return f"Unit {j + 1} gets most of the blame of layer {n}, {share:.0%}: {reason}."

    def nudge(self) -> Chapter:
        gradient = np.concatenate([self.value[name].ravel() for name in self.gradient_names()])
        theta = self.model.theta.astype(np.float64)
        index = int(np.abs(gradient).argmax())
        raised = theta.copy()
        raised[index] += NUDGE
        before, after = self.loss_at(theta), self.loss_at(raised)
        name = self.parameter(index)
        digits = max(self.digits, 3)
        start, end = (f"{value[index]:.{digits + 1}g}" for value in (theta, raised))
        return Chapter(
            "The nudge: is the gradient right?",
            f"Raise {name} by {NUDGE:g}, from {start} to {end}, and compute everything again. The loss goes "
            f"from {before:.{digits + 2}g} to {after:.{digits + 2}g}: a change of "
            f"{after - before:.{digits}g}. The gradient said "
            f"{gradient[index]:.{digits}g} * {NUDGE:g} = {gradient[index] * NUDGE:.{digits}g}. They agree as "
            "far as the loss is straight over so short a distance.",
        )

    def step(self) -> Chapter:
        gradient = np.concatenate([self.value[name].ravel() for name in self.gradient_names()])
        theta = self.model.theta.astype(np.float64)
        moved = np.argsort(-np.abs(gradient), kind="stable")[:_MOVED]
        passages = tuple(self.move(int(i), theta[i], gradient[i]) for i in moved if gradient[i])
        before, after = float(self.value["loss"]), float(self.value["new loss"])
        verdict = (
            "The step helped."
            if after < before
            else "Nothing changed: the gradient is 0 here."
            if after == before
            else "The loss grew: the learning rate is too large for this row."
        )
        text = (
            "Every weight moves against its blame, by the learning rate times the blame: new = old - rate * "
            "blame. The largest moves:"
        )
        start, end = distinct_texts(before, after, self.digits)
        return Chapter(
            "The step", text, passages, f"The loss of this row goes from {start} to {end}. {verdict}"
        )

    def move(self, index: int, old: float, gradient: float) -> Passage:
        """Return the step of one parameter, with as many digits as show that it moves."""
        start, end = distinct_texts(old, old - self.rate * gradient, self.digits)
        name = self.parameter(index)
        return Passage(f"{name}: {start} - {self.rate:g} * {self.signed(gradient)} = {end}")

    # Pieces

    def sum_lines(self, n: int, j: int, name: str) -> tuple[str, ...]:
        """Return the sum of unit `j` of layer `n` with names, then with numbers."""
        w, b = self.weights[n - 1][:, j], self.biases[n - 1]
        terms = [(float(v), source) for v, source in zip(w, self.sources(n), strict=True)]
        symbols, numbers = self.sums(terms, self.read(n), float(b[j]) if b.size else None)
        z = self.number(self.value[f"z{n}"][0, j])
        return (f"{name} = {symbols}", f"= {numbers} = {z}")

    def sums(self, terms: Sequence[tuple[float, str]], values: Array, bias: float | None) -> tuple[str, str]:
        """Return a weighted sum with names and with numbers; of many terms, the largest."""
        products = np.array([w for w, _ in terms]) * values
        kept = np.sort(np.argsort(-np.abs(products), kind="stable")[:MAX_TERMS])
        symbols = [(terms[i][0], f"{self.magnitude(terms[i][0])} * {terms[i][1]}") for i in kept]
        numbers = [
            (terms[i][0], f"{self.magnitude(terms[i][0])} * {self.signed(float(values[i]))}") for i in kept
        ]
        if len(kept) < len(terms):
            rest = float(products.sum() - products[kept].sum())
            symbols.append((1.0, plural(len(terms) - len(kept), "smaller term")))
            numbers.append((rest, self.magnitude(rest)))
        if bias is not None:
            symbols.append((bias, self.magnitude(bias)))
            numbers.append((bias, self.magnitude(bias)))
        return _joined(symbols), _joined(numbers)

    def magnitude(self, value: float) -> str:
        """Return a number without its sign."""
        return self.number(abs(value))

    def signed(self, value: float) -> str:
        """Return a number, in brackets if it is negative."""
        return _bracketed(self.number(value))

    def weight_lines(self, n: int, j: int) -> tuple[str, ...]:
        """Return the gradient of the weight of unit `j` of layer `n` that gets most blame."""
        column = self.value[f"dW{n}"][:, j]
        i = int(np.abs(column).argmax())
        read, dz = self.read(n)[i], self.value[f"dz{n}"][0, j]
        return (
            f"chain rule: dL/dw = dL/dz * dz/dw, so its weight from {self.sources(n)[i]} has the blame "
            f"{self.signed(float(dz))} * {self.signed(float(read))} = {self.number(column[i])}",
        )

    def order(self, n: int) -> list[int]:
        """Return the units of a hidden layer: in order if all are listed, else from most blame to least."""
        dz = np.abs(self.value[f"dz{n}"][0])
        if len(dz) <= MAX_UNITS:
            return list(range(len(dz)))
        return [int(j) for j in np.argsort(-dz, kind="stable")]

    def is_expanded(self, n: int, position: int) -> bool:
        """Return whether the text writes out a unit, at a position of the list of its layer."""
        units = self.order(n)
        if len(units) <= _ALL_EXPANDED:
            return True
        return units[position] == int(np.abs(self.value[f"dz{n}"][0]).argmax())

    def gradient_names(self) -> list[str]:
        """Return the names of the gradient's parts, in the order of theta."""
        names = []
        for n in range(1, self.n_layers + 1):
            names += [name for name in (f"dW{n}", f"db{n}") if name in self.value]
        return names

    def loss_at(self, theta: Array) -> float:
        """Return the loss of the row with other parameters."""
        exact = replace(self.model, theta=theta, encoder=None)
        z = exact.decision_function(self.value["x"])
        z = z[:, np.newaxis] if z.ndim == 1 else z
        return float(self.head.loss(z, self.value["t"]).sum())

    def parameter(self, index: int) -> str:
        """Return the name of a parameter in words."""
        for n, s in enumerate(self.model.network.layout, start=1):
            units = "the output" if n == self.n_layers and s.n_out == 1 else None
            where = "" if n == self.n_layers or self.n_layers == 2 else f" of layer {n}"

            def unit(j: int, n: int = n, units: str | None = units, where: str = where) -> str:
                return units or (self.outputs[j] if n == self.n_layers else f"unit {j + 1}{where}")

            if s.weight.start <= index < s.weight.stop:
                i, j = divmod(index - s.weight.start, s.n_out)
                return f"the weight from {self.sources(n)[i]} to {unit(j)}"
            if s.bias.start <= index < s.bias.stop:
                return f"the bias of {unit(index - s.bias.start)}"
        raise IndexError(index)


def _bracketed(text: str) -> str:
    """Return a number in brackets if it is negative."""
    return f"({text})" if text.startswith("-") else text


def _added(terms: Sequence[str]) -> str:
    """Return terms, some of which begin with a minus, as a sum."""
    return " + ".join(terms).replace("+ -", "- ")


def _joined(terms: Sequence[tuple[float, str]]) -> str:
    """Return terms with their signs between them."""
    (first_sign, first), *others = terms
    text = f"-{first}" if first_sign < 0 else first
    return text + "".join(f" {'-' if sign < 0 else '+'} {term}" for sign, term in others)
