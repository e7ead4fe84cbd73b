"""The gradient of the sum of a matrix product, the steps of the run it is taken from, and a drawing.

The sum of all entries of A·B has the same slopes in every row of A: the sums of the rows of B. In
the same way every column of the slopes by B holds the sums of the columns of A. `sg.trace` gives the
run: a line for each step with its inputs, a leaf by the path of its field. Being plain data, it is a
few lines to a drawing in DOT, the language of Graphviz.

Prints:
    by a, in each row: [6.0, 15.0]
    by b, in each column: [12.0, 16.0]
    .a : float64[4, 2]
    .b : float64[2, 3]
    %2 = matmul(.a, .b) : float64[4, 3]
    %3 = sum(%2) : float64
    return %3
    drawing of 4 boxes and 3 arrows in ...matmul_trace.dot
"""

import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import structgrad as sg


@dataclass(frozen=True)
class Factors:
    a: sg.Array
    b: sg.Array


def total(f: Factors) -> sg.Scalar:
    return np.sum(f.a @ f.b)


factors = Factors(a=np.arange(8.0).reshape(4, 2), b=np.arange(1.0, 7.0).reshape(2, 3))
slopes = sg.grad_bp(total)(factors)

rows_of_b, columns_of_a = np.sum(factors.b, axis=1), np.sum(factors.a, axis=0)
assert np.array_equal(slopes.a, np.tile(rows_of_b, (4, 1)))
assert np.array_equal(slopes.b, np.tile(columns_of_a, (3, 1)).T)
print(f"by a, in each row: {slopes.a[0].tolist()}")
print(f"by b, in each column: {slopes.b[:, 0].tolist()}")

trace = sg.trace(total)(factors)
assert len(trace) == 2
print(trace)

labels = {leaf.name: leaf.name for leaf in trace.inputs} | {step.name: step.operation for step in trace.steps}
boxes = [f'"{name}" [label="{label}"];' for name, label in labels.items()]
arrows = [f'"{source}" -> "{step.name}";' for step in trace.steps for source in step.inputs if source in labels]

drawing = Path(tempfile.mkdtemp()) / "matmul_trace.dot"
drawing.write_text("\n".join(["digraph {", *boxes, *arrows, "}"]) + "\n")
print(f"drawing of {len(boxes)} boxes and {len(arrows)} arrows in {drawing}")
