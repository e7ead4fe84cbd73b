"""Every error structgrad raises, and how it finds the line of the user's code it speaks of.

StructgradError
├── NotScalarError             the result of a loss is not one real number
├── NothingToDifferentiateError  no leaf of the argument has a slope
├── UnknownLeafError           a struct holds an object that is neither container nor leaf
├── CycleError                 a struct contains itself
├── StructMismatchError        two structs that must be alike are not
├── CotangentError             a cotangent is not shaped like its value
├── LostGradientError          a conversion would have dropped the gradient
├── EscapedError               a traced value was used after its run had ended
├── MissingRuleError           a function has no rule
├── RuleError                  a rule or an op is wrong in itself
├── OpticError                 a path that is not a path; NoFieldError: a misspelt field
├── NoFocusError               an optic found nothing where it had to find something
├── NotFiniteError             (in optim) a loss or its gradient is NaN or infinite; its origin
├── SavedFileError             (in saving) a file is damaged, or was not written by save
└── GradientCheckError         a derivative disagrees with its check
"""

import os.path
import sys
from types import FrameType

_HERE = os.path.dirname(__file__).replace("\\", "/")


class StructgradError(Exception):
    """Base of all errors raised by structgrad.

    >>> issubclass(NotScalarError, StructgradError)
    True
    """


class NotScalarError(StructgradError, TypeError):
    """The function to differentiate did not return one real number."""


class NothingToDifferentiateError(StructgradError, TypeError):
    """No leaf of the argument is a float, a complex or an array of them."""


class UnknownLeafError(StructgradError, TypeError):
    """A struct holds an object of a class that structgrad knows nothing about."""


class CycleError(StructgradError, ValueError):
    """A struct contains itself."""


class StructMismatchError(StructgradError, ValueError):
    """Two structs that must have the same structure differ; the message names the first path."""


class CotangentError(StructgradError, ValueError):
    """A cotangent has another structure, shape or kind than the value it belongs to."""


class LostGradientError(StructgradError, TypeError):
    """A conversion of a traced value would have cut it off from its gradient."""


class EscapedError(StructgradError, RuntimeError):
    """A traced value was used after the run that made it had ended."""


class MissingRuleError(StructgradError, TypeError):
    """A function without a rule met a traced value."""


class RuleError(StructgradError, ValueError):
    """A rule or an op is declared in a way that cannot work."""


class OpticError(StructgradError, TypeError):
    """A function given to `lens`, `prism` or `traversal` does more than follow fields and items."""


class NoFieldError(OpticError, AttributeError):
    """An optic names a field that the struct does not have."""


class NoFocusError(StructgradError, LookupError):
    """An optic found nothing in this struct where it had to find something."""


class GradientCheckError(StructgradError, AssertionError):
    """A derivative disagrees with central differences, or a type with the laws."""


def users_line() -> str:
    """The place in the user's code that is running now, as " (model.py:12)", or "" where there is none.

    Frames of structgrad, of NumPy and of SciPy are passed over.
    """
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        name = frame.f_code.co_filename.replace("\\", "/")
        if not name.startswith((_HERE, "<frozen")) and "/numpy/" not in name and "/site-packages/scipy/" not in name:
            return f" ({os.path.basename(name)}:{frame.f_lineno})"
        frame = frame.f_back
    return ""
