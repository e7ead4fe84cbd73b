"""`save` and `load`: a struct to a file, and back into a struct like it."""

import os
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from structgrad.saving.atomic import replace
from structgrad.saving.format import Saved, SavedFileError, pack, unpack
from structgrad.saving.numbers import from_tensor, from_text, is_text, tensor_of, text_of
from structgrad.saving.schema import Schema, refuse_difference, schema
from structgrad.struct.walk import build

T = TypeVar("T")


def save(path: str | os.PathLike[str], struct: Any) -> None:
    """Save the numbers of a struct, params or an optimizer's state, in a safetensors file.

    Each number and array stands there under its path, as `tree.paths` prints it; int, Fraction and Decimal as exact
    text in the metadata. What is carried along, in leaves and in Static fields, is noted in words, so that `load` can
    compare it: texts, numbers, arrays and members of an Enum with their value, functions and classes with their
    qualified name, other objects with their class alone. Nothing is pickled. The file is replaced as a whole and
    brought to the disk: after a crash at any moment it is the old one or the new one.

    Errors, all before the file is touched: UnknownLeafError names the path of a leaf that a file cannot hold,
    LostGradientError that of a traced one; SavedFileError if the header passes 100 MB, or two keys print alike;
    ImportError without the package safetensors. OSError from the system leaves the old file.

    >>> import tempfile, numpy as np
    >>> from structgrad.saving import load, save
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save(f"{folder}/net.safetensors", {"w": np.array([1.0, 2.0]), "act": np.tanh})
    ...     load(f"{folder}/net.safetensors", like={"w": np.zeros(2), "act": np.tanh})
    {'w': array([1., 2.]), 'act': <ufunc 'tanh'>}
    """
    whole = schema(struct)
    numbers = {where: leaf for where, leaf in whole.leaves.items() if where not in whole.carried}
    exact = {where: text_of(leaf) for where, leaf in numbers.items() if is_text(leaf)}
    tensors = {where: tensor_of(leaf) for where, leaf in numbers.items() if where not in exact}
    replace(Path(path), pack(Saved(whole.rows, tensors, exact)))


def load(path: str | os.PathLike[str], like: T) -> T:
    """A struct with the numbers of a file that `save` wrote, and all else from `like`.

    like: a struct with the structure, classes, dtypes and shapes of the one that was saved, whatever its numbers;
    it stays as it is, and its arrays are not those of the result. No `__init__` or validator of the user runs.
    Functions, texts and Static fields of the result are those of `like`.

    StructMismatchError names the first path where the file and `like` differ, also in what is carried along:
    parameters for np.tanh do not load into a model with np.sin. SavedFileError if the file is cut short, damaged
    in any byte, or no such file. Either way nothing is loaded. Errors of `save` for a `like` that could not be saved.

    >>> import tempfile
    >>> from structgrad.saving import load, save
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save(f"{folder}/state.safetensors", {"step": 3, "decay": 0.9})
    ...     load(f"{folder}/state.safetensors", like={"step": 0, "rate": 0.9})
    Traceback (most recent call last):
    structgrad.errors.StructMismatchError: ... ['decay'] (float) there, where like has ['rate'] (float)
    """
    wanted = schema(like)
    saved = unpack(Path(path).read_bytes(), str(path))
    refuse_difference(str(path), saved.rows, wanted.rows)
    try:
        leaves = _leaves(saved, wanted)
    except (ValueError, KeyError, TypeError, ArithmeticError) as error:
        raise SavedFileError(f"{path} does not hold what its record says: {type(error).__name__}, {error}") from None
    loaded: T = build(wanted.nodes, leaves)
    return loaded


def _leaves(saved: Saved, wanted: Schema) -> list[Any]:
    """The leaves of the struct that is loaded. KeyError or ValueError where the file breaks its own word."""
    leaves: list[Any] = []
    for where, leaf in wanted.leaves.items():
        if where in wanted.carried:
            leaves.append(leaf.copy() if type(leaf) in (np.ndarray, set) else leaf)
        elif is_text(leaf):
            leaves.append(from_text(leaf, saved.exact[where]))
        else:
            leaves.append(from_tensor(leaf, saved.tensors[where]))
    return leaves
