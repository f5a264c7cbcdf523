"""The network and how it is trained, as frozen values that are checked at construction."""

from separatrix.network import optimizers
from separatrix.network.activations import ACTIVATIONS, Activation
from separatrix.network.embedding import PeriodicEmbedding
from separatrix.network.heads import HEADS, Head
from separatrix.network.initializers import INITIALIZERS, initial_theta
from separatrix.network.network import Dense, Network
from separatrix.network.optimizers import *  # noqa: F403  every optimiser is public
from separatrix.network.schedules import SCHEDULES, Schedule, TrainingLength

__all__ = [
    "ACTIVATIONS",
    "HEADS",
    "INITIALIZERS",
    "SCHEDULES",
    "Activation",
    "Dense",
    "Head",
    "Network",
    "PeriodicEmbedding",
    "Schedule",
    "TrainingLength",
    "initial_theta",
]
__all__ += optimizers.__all__
