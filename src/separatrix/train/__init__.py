"""Training: the loop around an engine, with its history, recording and stops."""

from separatrix.train.base import Callback, LoopSettings, TrainingProgress, TrainingResult
from separatrix.train.history import History
from separatrix.train.lbfgs import minimize
from separatrix.train.loop import train
from separatrix.train.recording import Recording, recording_epochs
from separatrix.train.stops import Reason, Stop

__all__ = [
    "Callback",
    "History",
    "LoopSettings",
    "Reason",
    "Recording",
    "Stop",
    "TrainingProgress",
    "TrainingResult",
    "minimize",
    "recording_epochs",
    "train",
]
