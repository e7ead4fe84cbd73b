"""What optics say when a path leads nowhere: what stands there, what it has, what to write instead."""

import difflib
from collections.abc import Iterable

from structgrad.errors import NoFieldError, OpticError

_SHOWN = 12  # so many names are listed


def at(where: str) -> str:
    """How a message names the place with this path."""
    return where or "the struct"


def listed(names: Iterable[str]) -> str:
    """Names as a list in a message, a long one cut."""
    shown = list(names)
    more = f", and {len(shown) - _SHOWN} more" if len(shown) > _SHOWN else ""
    return (", ".join(shown[:_SHOWN]) or "none") + more


def count(n: int, noun: str, plural: str = "") -> str:
    """A number of things: "1 item", "2 items"."""
    return f"{n} {noun}" if n == 1 else f"{n} {plural or noun + 's'}"


def no_field(where: str, owner: str, name: str, fields: Iterable[str], aside: str = "") -> NoFieldError:
    """The error of a field that objects of class `owner` do not have.

    aside: a sentence on what `name` is instead.
    """
    names = list(fields)
    near = difflib.get_close_matches(name, names, n=1)
    guess = f"; did you mean {near[0]!r}?" if near else "."
    fields_are = f"Its fields: {listed(names)}." if names else "It has no fields; items are written [...]."
    return NoFieldError(f"{at(where)} is of class {owner}, which has no field {name!r}{guess} {fields_are}{aside}")


def into_leaf(where: str, owner: str, step: str) -> OpticError:
    """The error of a path that goes on after a leaf, such as the row of an array."""
    error = NoFieldError if step.startswith(".") else OpticError
    remedy = f" Focus {where}, and index it or compute with it inside the function." if where else ""
    return error(
        f"{at(where)} is a leaf of class {owner}, and {step} leads into it, but the path of an optic ends at "
        f"leaves.{remedy}"
    )


def into_unknown(where: str, owner: str, step: str) -> OpticError:
    """The error of a path into an object that is neither container nor leaf."""
    error = NoFieldError if step.startswith(".") else OpticError
    return error(
        f"{at(where)} is of class {owner}, which structgrad cannot take apart, so {step} leads nowhere. "
        f"Make the class a dataclass, or decorate it with structgrad.extend.container."
    )


def no_items(where: str, owner: str, step: str, names: Iterable[str]) -> OpticError:
    """The error of an item of a record."""
    return OpticError(
        f"{at(where)} is of class {owner}, which has fields and no items, so {step} finds nothing there. "
        f"Its parts: {listed(names)}."
    )


def hidden_field(owner: str, name: str) -> OpticError:
    """The error of a field in class form whose name is also a method of optics."""
    return OpticError(
        f"class {owner} has a field {name!r}, which the method {name!r} of optics hides in class form. "
        f"Use the lambda form: lens({owner}, lambda s: s.{name}) has the field as its focus, and the methods "
        f"of lens({owner}, lambda s: s) are not mistaken for fields."
    )
