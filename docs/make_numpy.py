"""Write docs/numpy.md from the table of rules: what structgrad makes of each of NumPy's functions.

python docs/make_numpy.py
"""  # noqa: INP001  # a script

import importlib
import warnings
from pathlib import Path
from typing import Any

import numpy as np
from numpy.testing import overrides

import structgrad  # noqa: F401  # fills the table
from structgrad.tape.rule import Rule, find

PAGE = Path(__file__).with_name("numpy.md")
NAMESPACES = (
    *("numpy", "numpy.linalg", "numpy.fft", "numpy.emath", "numpy.lib.stride_tricks", "numpy.polynomial.polynomial"),
    *("numpy.strings", "numpy.char", "numpy.lib.recfunctions"),
)
METHODS = ("reduce", "accumulate", "reduceat", "outer", "at")
HEAD = """# NumPy, function by function

Written by `docs/make_numpy.py` from the table of rules, with NumPy {version}; `tests/test_numpy_page.py` compares them.

- **differentiates** by the arguments named, or *through its definition* in other functions of this page.
- **no slope**: answers as it does on plain values. Its result is a constant.
- **refused**: raises, says why, and what to do instead.

What stands on no table here is Python over these functions, or is given arrays of traced scalars by NumPy and computes
on them one by one; where a gradient would be lost, it raises.
"""


def page() -> str:
    """The whole page."""
    tables = [table_of(name) for name in NAMESPACES]
    return "\n".join([HEAD.format(version=np.__version__), *filter(None, tables), table_of_methods()])


def table_of(namespace: str) -> str:
    """The table of one namespace, "" if NumPy lets nobody override anything there."""
    lines = []
    for name, function in public(namespace).items():
        rule = find(function) or find(getattr(function, "_implementation", None))
        if rule is not None and (is_ufunc(function) or has_hook(function)):
            lines.append(f"| `{name}` | {status(rule)} | {arguments(rule)} |\n")
    head = f"## {namespace}\n\n| name | status | by |\n| --- | --- | --- |\n"
    return head + "".join(lines) if lines else ""


def table_of_methods() -> str:
    """The table of ufuncs and their methods; a method that NumPy does not have is a dash."""
    lines = []
    for name, ufunc in public("numpy").items():
        cells = [find((ufunc, method)) for method in METHODS if is_ufunc(ufunc)]
        if any(cells):
            lines.append(f"| `{name}` | {' | '.join(short(cell) for cell in cells)} |\n")
    head = f"## Methods of ufuncs\n\n| ufunc | {' | '.join(METHODS)} |\n|{' --- |' * 6}\n"
    return head + "".join(lines)


def public(namespace: str) -> dict[str, Any]:
    """The functions of a namespace by their public names, aliases as well."""
    module: Any = np.emath if namespace == "numpy.emath" else importlib.import_module(namespace)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of names that will go
        found = {name: getattr(module, name) for name in sorted(dir(module)) if not name.startswith("_")}
    return {name: f for name, f in found.items() if is_ufunc(f) or (callable(f) and not isinstance(f, type))}


def is_ufunc(function: Any) -> bool:
    """Whether it is a ufunc."""
    return isinstance(function, np.ufunc)


def has_hook(function: Any) -> bool:
    """Whether NumPy asks traced values about a function, be it for `like=` alone."""
    return bool(overrides.allows_array_function_override(function))


def status(rule: Rule) -> str:
    """The words for a status."""
    if rule.status == "refused":
        return f"refused: {rule.reason}"
    return "no slope" if rule.status == "flat" else "differentiates"


def arguments(rule: Rule) -> str:
    """The arguments that have a slope."""
    return {"slope": ", ".join(rule.pulls), "derived": "*its definition*"}.get(rule.status, "")


def short(rule: Rule | None) -> str:
    """The status of a method in a word."""
    if rule is None:
        return "–"
    return {"refused": "refused", "flat": "no slope"}.get(rule.status, "differentiates")


if __name__ == "__main__":
    PAGE.write_text(page())
