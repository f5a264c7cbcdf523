"""Numba: its options, the folder of compiled kernels, and the choice of code by the width of numbers.

Kernels are plain Python: with ``NUMBA_DISABLE_JIT=1`` they run uncompiled, and can be stepped through.

Compiled entries are kept on disk. Numba's own cache does not notice an edit in *another* file than the
entry's, is not safe if many processes fill it at once, and does not know the same source elsewhere. So every
compiled entry has its own folder, named by a digest of all kernel sources and of the platform; it is filled
under a temporary name, then renamed, and never written to again. All environments of a machine with the same
versions share it.
"""

from __future__ import annotations

import gc
import hashlib
import importlib.metadata
import os
import platform
import shutil
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import numba
import numpy as np
from llvmlite import binding
from numba import types
from numba.core import caching, cgutils, codegen, config
from numba.extending import intrinsic, overload

from separatrix.engine.background import interruptible

Function = TypeVar("Function", bound=Callable[..., Any])

IS_COMPILED = not config.DISABLE_JIT

# A vector is one register of AVX-512, or 32 bytes elsewhere (one AVX register, two of ARM): eight vectors and
# what they are made from fit the registers.
VECTOR_BYTES = 64 if binding.get_host_cpu_features().get("avx512f", False) else 32

# error_model: a division by zero gives an infinity, as in NumPy, and costs no branch. fastmath: these five
# let loops over rows vectorise and fuse; never `True`, which would also assume that NaN and infinity do not
# occur, and divergence could not be detected.
OPTIONS: dict[str, Any] = {
    "error_model": "numpy",
    "fastmath": {"nsz", "arcp", "contract", "afn", "reassoc"},
    "nogil": True,
}


def kernel(function: Function) -> Function:
    """Compile a kernel that other kernels call."""
    compiled: Function = numba.njit(no_cpython_wrapper=True, no_cfunc_wrapper=True, **OPTIONS)(function)
    return compiled


def hot(function: Function) -> Function:
    """Compile a small function that kernels call for every vector or step. It is inlined."""
    options = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True, "forceinline": True, **OPTIONS}
    compiled: Function = numba.njit(**options)(function)
    return compiled


def inlined(function: Function) -> Function:
    """Insert a kernel's body into its caller before types are inferred.

    For functions that call kernels: a compiled function is optimised together with all that it calls, so that
    every level of calls between an entry and a kernel would optimise the kernel again, and double the
    compilation.
    """
    compiled: Function = numba.njit(inline="always", **OPTIONS)(function)
    return compiled


def by_width(narrow: Callable[[Any], Any], wide: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Return a function ``f(x)`` of a vector (see `lanes`), `narrow` for float32 and `wide` for float64."""

    def choose(x: Any) -> Any:
        return narrow(x) if x.dtype == np.float32 else wide(x)

    if not IS_COMPILED:
        return choose

    @overload(choose, jit_options={**OPTIONS, "forceinline": True})
    def pick(x):  # Numba compares its signature with the kernels'
        return narrow if x.element == types.float32 else wide

    return choose


def _borrow(context: Any, builder: Any, kind: Any, value: Any) -> Any:
    if isinstance(kind, types.Array):
        array = context.make_array(kind)(context, builder, value)
        array.meminfo = cgutils.get_null_value(array.meminfo.type)
        array.parent = cgutils.get_null_value(array.parent.type)
        return array._getvalue()
    if isinstance(kind, types.BaseTuple):
        parts = cgutils.unpack_tuple(builder, value)
        borrowed_parts = [_borrow(context, builder, k, part) for k, part in zip(kind, parts, strict=True)]
        return context.make_tuple(builder, kind, borrowed_parts)
    return value


if not IS_COMPILED:

    def borrowed(value: Any) -> Any:
        """Return the value itself."""
        return value

else:

    @intrinsic
    def borrowed(_context, kind):
        """Return an array, or a tuple with arrays in it, that is not reference-counted.

        For arguments of an entry, which its caller keeps alive: counting references to them inside (atomic,
        for every tuple unpacked and every kernel called) took two thirds of the time of a small network's
        step.
        """

        def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            return _borrow(context, builder, signature.args[0], arguments[0])

        return kind(kind), codegen


_COMPILING = threading.RLock()  # compiling sets Numba's cache folder, which is the process's


class KernelError(RuntimeError):
    """A kernel cannot be compiled: by this version of Numba, or on this processor."""


class Entry:
    """A kernel that is called from Python, compiled once for each kind of arguments and kept on disk."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function
        self.compiled: dict[str, Callable[..., Any]] = {}

    def load(self, kind: str, arguments: Sequence[Any]) -> Callable[..., Any]:
        """Return the function compiled for arguments of these types; `kind` is the name of their dtype."""
        if not IS_COMPILED:
            return np.errstate(all="ignore")(self.function)  # compiled code does not warn either
        if kind not in self.compiled:
            signature = tuple(numba.typeof(argument) for argument in arguments)
            interruptible(lambda: self._load(kind, signature))
        return self.compiled[kind]

    def _load(self, kind: str, signature: tuple[Any, ...]) -> None:
        with _COMPILING:
            if kind not in self.compiled:
                try:
                    self.compiled[kind] = self._from_disk(kind, signature)
                except Exception as error:  # of Numba, of LLVM, or of what they import
                    reason = " ".join(str(error).split())[:200]
                    raise KernelError(f"{self.function.__name__}: {reason}") from error

    def is_loaded(self, kind: str) -> bool:
        """Return whether `load` returns at once."""
        return kind in self.compiled

    def on_disk(self, kind: str) -> bool:
        """Return whether the function is compiled already, so that loading it is quick."""
        return not IS_COMPILED or kind in self.compiled or self._folder(kind).exists()

    def _folder(self, kind: str) -> Path:
        return cache_folder() / f"{self.function.__name__}-{kind}"

    def _from_disk(self, kind: str, signature: tuple[Any, ...]) -> Callable[..., Any]:
        folder = self._folder(kind)
        if folder.exists():
            return _compile(self.function, signature, folder)
        try:
            folder.parent.mkdir(parents=True, exist_ok=True)
            unfinished = Path(tempfile.mkdtemp(dir=folder.parent))
        except OSError:  # a read-only home: compile for this process only
            return _compile(self.function, signature, None)
        try:
            compiled = _compile(self.function, signature, unfinished)
            try:
                unfinished.rename(folder)
            except OSError:
                if not folder.exists():  # another error than that another process was first
                    raise
            return compiled
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)


def _compile(
    function: Callable[..., Any], signature: tuple[Any, ...], folder: Path | None
) -> Callable[..., Any]:
    with _numba_cache_in(folder, function):
        compiled = numba.njit(cache=folder is not None, **OPTIONS)(function)
    with _no_garbage_collection(), _no_unrolling():
        compiled.compile(signature)
    compiled.disable_compile()  # an argument of another type is an error here
    return compiled  # type: ignore[no-any-return]


@contextmanager
def _no_garbage_collection() -> Iterator[None]:
    # compiling creates millions of small objects; searching them for cycles takes a tenth of its time
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


@contextmanager
def _no_unrolling() -> Iterator[None]:
    # LLVM unrolls every loop eight times. Those of a small network take two turns, and spend a fifth of a
    # step on entering and leaving. Numba has no option for it, so its pass builder is replaced while kernels
    # compile; a Numba that has another one is left as it is.
    usual = getattr(codegen, "create_pass_builder", None)
    if usual is None or not hasattr(binding.PipelineTuningOptions, "loop_unrolling"):
        yield
        return

    def without_unrolling(machine: Any, opt: int = 3, **vectorize: bool) -> Any:
        options = binding.create_pipeline_tuning_options(opt)
        options.loop_unrolling = False
        options.loop_vectorization = vectorize.get("loop_vectorize", False)
        options.slp_vectorization = vectorize.get("slp_vectorize", False)
        return binding.create_pass_builder(machine, options)

    codegen.create_pass_builder = without_unrolling
    try:
        yield
    finally:
        codegen.create_pass_builder = usual


class InFolder:
    """Locator that keeps a function's files in the folder of its entry, wherever the package is installed.

    Numba's own locators name files by the path of the source, and so find nothing in another environment.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        self.folder, self.line = str(config.CACHE_DIR), function.__code__.co_firstlineno

    wanted: ClassVar[Callable[..., Any] | None] = None
    """The function that is being compiled; another thread may compile one of the user's meanwhile."""

    @classmethod
    def from_function(cls, function: Callable[..., Any], _path: str) -> InFolder | None:
        """Return the locator of the function that is wanted, None for any other: Numba then asks its own."""
        return cls(function) if function is cls.wanted else None

    def get_cache_path(self) -> str:
        """Return the folder."""
        return self.folder

    def ensure_cache_path(self) -> None:
        """Do nothing: the folder is there, and need not be writable."""

    def get_source_stamp(self) -> str:
        """Return the same for all sources: they are in the digest that names the folder."""
        return ""

    def get_disambiguator(self) -> str:
        """Return what distinguishes functions of one name."""
        return str(self.line)


KNOWS_LOCATORS = hasattr(config, "CACHE_LOCATOR_CLASSES")
"""Whether this Numba can be given a locator. Otherwise the path of the package is in the digest, too."""


@contextmanager
def _numba_cache_in(folder: Path | None, function: Callable[..., Any]) -> Iterator[None]:
    # Numba reads these settings when a function is decorated; kernels of the user keep theirs.
    if folder is None:
        yield
        return
    settings = {"CACHE_DIR": str(folder)}
    if KNOWS_LOCATORS:
        usual = getattr(getattr(caching, "CacheImpl", None), "_locator_classes", ())
        others = config.CACHE_LOCATOR_CLASSES or ",".join(locator.__name__ for locator in usual)
        settings["CACHE_LOCATOR_CLASSES"] = f"{__name__}.{InFolder.__name__},{others}".rstrip(",")
        InFolder.wanted = function
    before = {name: getattr(config, name) for name in settings}
    for name, value in settings.items():
        setattr(config, name, value)
    try:
        yield
    finally:
        for name, value in before.items():
            setattr(config, name, value)


@cache
def cache_folder() -> Path:
    """Return the folder of compiled kernels for these sources on this machine.

    ``SEPARATRIX_CACHE_DIR`` sets another folder than the platform's cache folder.
    """
    return _cache_root() / _digest()


def _cache_root() -> Path:
    chosen = os.environ.get("SEPARATRIX_CACHE_DIR")
    if chosen:
        return Path(chosen).expanduser()
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local")) / "separatrix"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "separatrix"
    return Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "separatrix"


def _digest() -> str:
    digest = hashlib.sha256()
    here = Path(__file__).parent
    for source in sorted([*here.glob("*.py"), *here.glob("kernels/*.py")]):
        digest.update(source.name.encode() + b"\0" + source.read_bytes() + b"\0")
    for package in ("numba", "llvmlite", "numpy", "scipy"):
        digest.update(importlib.metadata.version(package).encode() + b"\0")
    build = (
        f"{sys.implementation.cache_tag}{getattr(sys, 'abiflags', '')} {getattr(config, 'USING_SVML', '')}"
    )
    digest.update(f"{platform.python_version()} {build} {platform.machine()} {_cpu()}".encode())
    if not KNOWS_LOCATORS:
        digest.update(str(here).encode())
    return digest.hexdigest()[:20]


def _cpu() -> str:
    return f"{binding.get_host_cpu_name()} {binding.get_host_cpu_features().flatten()}"
