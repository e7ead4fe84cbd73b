# autograd 1.9 ships no types. Only what benchmarks/ imports; goes when autograd has a py.typed.
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, TypeVar

_T = TypeVar("_T")
_P = ParamSpec("_P")

def grad(fun: Callable[Concatenate[_T, _P], Any], argnum: int = 0) -> Callable[Concatenate[_T, _P], _T]: ...
def value_and_grad(
    fun: Callable[Concatenate[_T, _P], Any], argnum: int = 0
) -> Callable[Concatenate[_T, _P], tuple[float, _T]]: ...
