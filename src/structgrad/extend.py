"""`structgrad.extend`: rules for more functions, and more classes of containers."""

from structgrad import rules  # noqa: F401  # so that a rule of yours comes after ours
from structgrad.struct.opt_in import container
from structgrad.tape.call import primitive
from structgrad.tape.rule import derive, flat, refuse, rule

__all__ = ["rule", "derive", "flat", "refuse", "primitive", "container"]
