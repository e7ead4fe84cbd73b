"""Structured arrays are no numbers, and are refused."""

from numpy.lib import recfunctions

from structgrad.tape.rule import refuse

for _function in vars(recfunctions).values():
    if getattr(_function, "__module__", None) == recfunctions.__name__ and hasattr(_function, "_implementation"):
        refuse(
            _function,
            "a structured array is no array of numbers. Keep its fields in a dict or a dataclass of arrays: the "
            "gradient has the same fields.",
        )
