"""The sum of squares of a list, over a number: arguments of two types, differentiated at once.

For f(x, ys) = Σ y² / x the derivatives are −Σ y² / x² by x and 2y / x by each y. The gradient by
the number is a number, the gradient by the list is a list, of the same length. `sum` and the
comprehension are Python's own.

The items are written 1.0, 6.0, 2.0: whole numbers (1, 6, 2) are counts to structgrad, and their
gradient is 0.

Prints:
    f = 4.555556
    by x: -0.5061728395
    by ys: [0.2222222222, 1.3333333333, 0.4444444444]
"""

import numpy as np

import structgrad as sg


def f(x: float, ys: list[float]) -> sg.Scalar:
    return sum(y**2 for y in ys) / x


value, (by_x, by_ys) = sg.backprop(f, argnums=(0, 1))(9.0, [1.0, 6.0, 2.0])

assert value == 41.0 / 9.0
assert np.isclose(by_x, -0.5061728395061729, rtol=1e-15)
assert isinstance(by_ys, list)
assert np.allclose(by_ys, [2 / 9, 12 / 9, 4 / 9], rtol=1e-15)

print(f"f = {value:.6f}")
print(f"by x: {by_x:.10f}")
print(f"by ys: [{', '.join(f'{dy:.10f}' for dy in by_ys)}]")
