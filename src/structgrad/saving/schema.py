"""What a struct is: each node in words, which must be the same in a file and in what it is loaded into."""

from itertools import zip_longest
from typing import Any

from attrs import frozen

from structgrad.errors import StructMismatchError
from structgrad.saving.constants import constant_rows, container_words
from structgrad.saving.format import Row, SavedFileError
from structgrad.saving.numbers import refuse_others, words
from structgrad.struct.leaf import about_class
from structgrad.struct.static import annotations_of, static_names
from structgrad.struct.walk import Nodes, flatten, leaf_spaces, walk


@frozen(eq=False)
class Schema:
    """A struct as rows of words, its leaves under their paths, and which of these are carried along."""

    rows: list[Row]
    leaves: dict[str, Any]
    carried: set[str]
    nodes: Nodes


def schema(x: Any) -> Schema:
    """The schema of a struct. An error names the path of the first leaf that a file cannot hold."""
    leaves, nodes = flatten(x)
    spaces = iter(leaf_spaces(x, leaves))
    rows: list[Row] = []
    named: dict[str, Any] = {}
    carried: set[str] = set()
    for path, value, kind in walk(x):
        if kind is not None:
            rows.append((path, container_words(value, kind)))
            for name in _static(type(value)):
                if hasattr(value, name):
                    rows += constant_rows(f"{path}.{name}", getattr(value, name))
            continue
        if path in named:
            raise SavedFileError(f"two leaves have the path {path}, for their keys print alike; use texts as keys")
        named[path] = value
        if next(spaces).role == "static":
            carried.add(path)
            rows += constant_rows(path, value)
        else:
            refuse_others(path, value)
            rows.append((path, words(value)))
    return Schema(rows, named, carried, nodes)


@about_class
def _static(cls: type) -> tuple[str, ...]:
    """The Static fields of a class, which no walk sees."""
    hints = annotations_of(cls) | {a.name: a.type for a in getattr(cls, "__attrs_attrs__", ())}
    names = static_names(cls, hints)
    return tuple(name for name in hints if name in names)


def refuse_difference(name: str, saved: list[Row], like: list[Row]) -> None:
    """StructMismatchError that says where file `name` and the struct to load into differ first."""
    if saved == like:
        return
    pairs = zip_longest(saved, like, fillvalue=("", "nothing more"))
    (path, has), (other, wanted) = next((row, wish) for row, wish in pairs if row != wish)
    if path == other:
        raise StructMismatchError(
            f"{name} has another struct: {path or 'the whole'} is {has} there, and {wanted} in like"
        )
    there, here = (f"{where} ({what})" if where else what for where, what in ((path, has), (other, wanted)))
    raise StructMismatchError(f"{name} has another struct: {there} there, where like has {here}")
