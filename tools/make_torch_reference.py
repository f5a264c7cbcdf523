"""Write torch_reference.json: what PyTorch computes, to be compared with where there is no PyTorch.

Run with PyTorch installed: ``python tools/make_torch_reference.py``.
"""

from __future__ import annotations

import json
from itertools import cycle, pairwise
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.optim import lr_scheduler

N_STEPS = 20
ACTIVATIONS = {
    "identity": nn.Identity(),
    "logistic": nn.Sigmoid(),
    "tanh": nn.Tanh(),
    "relu": nn.ReLU(),
    "leaky_relu": nn.LeakyReLU(),
    "elu": nn.ELU(),
    "selu": nn.SELU(),
    "gelu": nn.GELU(),
    "silu": nn.SiLU(),
    "softplus": nn.Softplus(threshold=1000.0),
    "mish": nn.Mish(),
}
OPTIMIZERS = {
    "SGD": (torch.optim.SGD, {"lr": 0.3}, {}),
    "SGD, momentum": (torch.optim.SGD, {"lr": 0.1, "momentum": 0.8}, {"momentum": 0.8}),
    "SGD, nesterov": (
        torch.optim.SGD,
        {"lr": 0.1, "momentum": 0.8, "nesterov": True},
        {"momentum": 0.8, "nesterovs_momentum": True},
    ),
    "Adam": (
        torch.optim.Adam,
        {"lr": 0.05, "betas": (0.8, 0.99), "eps": 1e-4},
        {"beta_1": 0.8, "beta_2": 0.99, "epsilon": 1e-4, "epsilon_hat": False},
    ),
    "AdamW": (torch.optim.AdamW, {"lr": 0.05, "weight_decay": 0.2}, {"weight_decay": 0.2}),
    "RMSprop": (torch.optim.RMSprop, {"lr": 0.02, "alpha": 0.9}, {"rho": 0.9}),
    "Adagrad": (torch.optim.Adagrad, {"lr": 0.2}, {}),
}
HEADS = {  # name: outputs, loss of a batch
    "binary": (1, nn.BCEWithLogitsLoss()),
    "multiclass": (3, lambda z, t: nn.functional.cross_entropy(z, t[:, 0].long())),
    "regression": (2, lambda z, t: 0.5 * ((z - t) ** 2).sum(dim=1).mean()),
    "poisson": (1, nn.PoissonNLLLoss(log_input=True, full=False)),
}
INITIAL = [(2, (4,), 1), (1, (20,), 1), (7, (5, 3), 4), (16, (4,), 2)]
SEEDS = [0, 1, 25, 2**31, 2**32 - 1, 2**32 + 7]


def mlp(n_in: int, hidden: tuple[int, ...], n_out: int, activation: str) -> nn.Sequential:
    sizes = (n_in, *hidden, n_out)
    linear = [nn.Linear(a, b) for a, b in pairwise(sizes)]
    return nn.Sequential(
        *[part for layer in linear[:-1] for part in (layer, ACTIVATIONS[activation])], linear[-1]
    )


def theta(net: nn.Sequential) -> list[float]:
    layers = [layer for layer in net if isinstance(layer, nn.Linear)]
    return torch.cat([p for s in layers for p in (s.weight.T.reshape(-1), s.bias)]).tolist()


def targets(head: str, n_out: int, rng: np.random.RandomState) -> np.ndarray:
    if head == "multiclass":
        return rng.randint(0, n_out, (9, 1)).astype(float)
    if head == "binary":
        return rng.randint(0, 2, (9, n_out)).astype(float)
    return rng.poisson(2.0, (9, n_out)).astype(float)


def trajectory(optimizer: str, head: str, activation: str) -> dict[str, Any]:
    kind, torch_options, options = OPTIMIZERS[optimizer]
    n_out, loss_of = HEADS[head]
    rng = np.random.RandomState(3)
    X, T = rng.normal(size=(9, 3)).round(3), targets(head, n_out, rng)
    torch.manual_seed(4)
    net = mlp(3, (4, 3), n_out, activation).double()
    entry = {
        "optimizer": kind.__name__,
        "options": options,
        "rate": torch_options["lr"],
        "head": head,
        "activation": activation,
        "X": X.tolist(),
        "T": T.tolist(),
        "theta_start": theta(net),
    }
    stepper = kind(net.parameters(), **torch_options)
    losses, t = [], torch.tensor(T)
    for _ in range(N_STEPS):
        stepper.zero_grad()
        loss = loss_of(net(torch.tensor(X)), t)
        loss.backward()
        stepper.step()
        losses.append(loss.item())
    return {**entry, "losses": losses, "theta_end": theta(net)}


def trajectories() -> list[dict[str, Any]]:
    activations = cycle(ACTIVATIONS)
    return [trajectory(o, head, next(activations)) for o in OPTIMIZERS for head in HEADS]


def initial() -> list[dict[str, Any]]:
    entries = []
    for n_in, hidden, n_out in INITIAL:
        for seed in SEEDS:
            torch.manual_seed(seed)
            start = theta(mlp(n_in, hidden, n_out, "tanh"))
            entries.append({"n_in": n_in, "hidden": hidden, "n_out": n_out, "seed": seed, "theta": start})
    return entries


def rates(kind: type, n_steps: int, **options: Any) -> list[float]:
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1)
    schedule = kind(optimizer, **options)
    found = []
    for _ in range(n_steps):
        found.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()
    return found


def main() -> None:
    reference = {
        "trajectories": trajectories(),
        "initial": initial(),
        "rates": {
            "step, 12 epochs": rates(lr_scheduler.StepLR, 12, step_size=5, gamma=0.3),
            "cosine, 12 steps": rates(lr_scheduler.CosineAnnealingLR, 12, T_max=12, eta_min=0.02),
            "one_cycle, 20 steps": rates(
                lr_scheduler.OneCycleLR, 20, max_lr=0.1, total_steps=20, pct_start=0.25, cycle_momentum=False
            ),
        },
    }
    path = Path(__file__).parents[1] / "tests" / "reference" / "torch_reference.json"
    path.write_text(json.dumps(reference, indent=None, separators=(",", ":")) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
