"""Search: which network is right, found by training thousands and judged with the uncertainty included."""

from separatrix.search.architecture_search import ArchitectureSearchCV
from separatrix.search.hidden_layers import architectures
from separatrix.search.optuna_objective import OptunaObjective, suggest_architecture

__all__ = ["ArchitectureSearchCV", "OptunaObjective", "architectures", "suggest_architecture"]
