"""What is to be trained and how, as frozen values checked at construction."""

from separatrix.spec.activations import ACTIVATIONS, Activation
from separatrix.spec.heads import HEADS, Head
from separatrix.spec.initializers import INITIALIZERS, initial_theta
from separatrix.spec.network import Dense, Network
from separatrix.spec.optimizers import (
    LBFGS,
    OPTIMIZERS,
    SGD,
    Adagrad,
    Adam,
    AdamW,
    Optimizer,
    RMSprop,
)
from separatrix.spec.penalties import Penalty
from separatrix.spec.schedules import SCHEDULES, Progress, Schedule

__all__ = [
    "ACTIVATIONS",
    "HEADS",
    "INITIALIZERS",
    "LBFGS",
    "OPTIMIZERS",
    "SCHEDULES",
    "SGD",
    "Activation",
    "Adagrad",
    "Adam",
    "AdamW",
    "Dense",
    "Head",
    "Network",
    "Optimizer",
    "Penalty",
    "Progress",
    "RMSprop",
    "Schedule",
    "initial_theta",
]
