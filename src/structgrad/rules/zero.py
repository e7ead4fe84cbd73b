"""Functions without a slope: comparisons, rounding, positions, questions about shape and dtype, new arrays."""

from typing import Any

import numpy as np

from structgrad.arrays import dtype_of
from structgrad.rules.casts import cast
from structgrad.tape.call import innermost, on_values
from structgrad.tape.rule import LATER, derive, flat, refuse

COMPARISONS = (
    np.equal,
    np.not_equal,
    np.less,
    np.less_equal,
    np.greater,
    np.greater_equal,
    np.isclose,
    np.allclose,
    np.array_equal,
    np.array_equiv,
    np.isin,
)
LOGIC = (np.logical_and, np.logical_or, np.logical_xor, np.logical_not, np.all, np.any)
TESTS = (
    np.isnan,
    np.isinf,
    np.isfinite,
    np.isposinf,
    np.isneginf,
    np.isnat,
    np.isreal,
    np.iscomplex,
    np.isrealobj,
    np.iscomplexobj,
    np.signbit,
)
ROUNDING = (
    np.floor,
    np.ceil,
    np.trunc,
    np.rint,
    np.round,
    np.around,
    np.fix,
    np.floor_divide,
    np.spacing,
)
# They take no floats; NumPy's own error says so best.
WHOLE_NUMBERS = (
    np.bitwise_and,
    np.bitwise_or,
    np.bitwise_xor,
    np.bitwise_count,
    np.invert,
    np.left_shift,
    np.right_shift,
    np.gcd,
    np.lcm,
    np.packbits,
    np.unpackbits,
    np.ravel_multi_index,
    np.unravel_index,
)
POSITIONS = (
    np.argmax,
    np.argmin,
    np.nanargmax,
    np.nanargmin,
    np.argsort,
    np.argpartition,
    np.lexsort,
    np.argwhere,
    np.nonzero,
    np.flatnonzero,
    np.count_nonzero,
    np.searchsorted,
    np.digitize,
    np.diag_indices_from,
    np.tril_indices_from,
    np.triu_indices_from,
)
QUESTIONS = (
    np.shape,
    np.ndim,
    np.size,
    np.result_type,
    np.can_cast,
    np.min_scalar_type,
    np.common_type,
    np.may_share_memory,
    np.shares_memory,
    np.einsum_path,
    np.array_repr,
    np.array_str,
    np.array2string,
)
CONSTANTS = (np.zeros_like, np.ones_like, np.empty_like, np._core.umath._ones_like)  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]  # private
DATES = (np.busday_count, np.busday_offset, np.is_busday, np.datetime_as_string)

flat(*COMPARISONS, *LOGIC, *TESTS, *ROUNDING, *WHOLE_NUMBERS, *POSITIONS, *QUESTIONS, *CONSTANTS, *DATES)
if _in1d := getattr(np, "in1d", None):  # NumPy 2.0 to 2.3
    flat(_in1d)

# Texts and structured arrays are seldom used, and their modules take time to import.
LATER["numpy.strings"] = LATER["numpy.char"] = "structgrad.rules.texts"
LATER["numpy.lib.recfunctions"] = "structgrad.rules.records"


def _full_like(
    a: Any,
    fill_value: Any,
    dtype: Any = None,
    order: Any = "K",
    subok: bool = True,
    shape: Any = None,
    **kwargs: Any,
) -> Any:
    """Constant, unless what it is filled with is traced and a dtype with a slope is filled."""
    dtype = dtype_of(a) if dtype is None else np.dtype(dtype)
    if innermost((fill_value,)) is None or dtype.kind not in "fc":
        return on_values(np.full_like, (a, fill_value, dtype, order, subok, shape), kwargs)
    zeros = np.zeros_like(a, dtype, order, subok, shape)
    return cast(zeros + fill_value, dtype)


derive(np.full_like, _full_like)

_SAVES = "a traced value lives only within its run. Save what the function returns, or stop_gradient(v)."
for _saver in (np.save, np.savetxt, np.savez, np.savez_compressed):
    refuse(_saver, _SAVES)
