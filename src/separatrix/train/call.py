"""Call: what one call of `train` is given, and who looks on; shared by the loop and by L-BFGS."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from separatrix.engine.base import Engine, Run, State
from separatrix.train.base import Callback, LoopSettings
from separatrix.train.interrupt import Interrupt
from separatrix.train.observer import Observer
from separatrix.train.recording import Recorder


@dataclass
class Call:
    """One call of `train`; a subclass trains."""

    run: Run
    settings: LoopSettings
    engine: Engine
    callbacks: Sequence[Callback]
    interrupt: Interrupt
    state: State = field(init=False)
    observer: Observer = field(init=False)
    recorder: Recorder = field(init=False)

    def __post_init__(self) -> None:
        self.state = self.run.state
        self.observer = Observer(self.settings, self.callbacks, self.state)
        self.recorder = Recorder(
            self.settings.record, self.settings.max_epochs, self.state.epoch, self.state.theta
        )
