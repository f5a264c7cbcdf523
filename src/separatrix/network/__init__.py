"""What is to be trained and how, as frozen values checked at construction."""

from separatrix.network.activations import ACTIVATIONS, Activation
from separatrix.network.heads import HEADS, Head
from separatrix.network.initializers import INITIALIZERS, initial_theta
from separatrix.network.network import Dense, Network
from separatrix.network.optimizers import (
    LBFGS,
    OPTIMIZERS,
    SGD,
    Adagrad,
    Adam,
    AdamW,
    Optimizer,
    RMSprop,
)
from separatrix.network.penalties import Penalty
from separatrix.network.schedules import SCHEDULES, Progress, Schedule

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
