"""Search: cross-validation of many networks, and a verdict with its uncertainty."""

from separatrix.search.architecture_search import ArchitectureSearchCV
from separatrix.search.optuna_objective import OptunaObjective, suggest_architecture
from separatrix.search.space import architectures
from separatrix.search.table_search import TableSearch, search_table

__all__ = [
    "ArchitectureSearchCV",
    "OptunaObjective",
    "TableSearch",
    "architectures",
    "search_table",
    "suggest_architecture",
]
