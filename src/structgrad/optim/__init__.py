"""`structgrad.optim`: what a person does with a gradient shaped like the model."""

from structgrad.optim.accumulation import accumulate
from structgrad.optim.ahead import lookahead
from structgrad.optim.averages import averaged, ema
from structgrad.optim.batching import Batches, Mapped, batches
from structgrad.optim.compose import at, chain, change, freeze, inject
from structgrad.optim.constraint import Constraint
from structgrad.optim.descent import Descent
from structgrad.optim.factored import adafactor
from structgrad.optim.fixed_points import fixed_point
from structgrad.optim.gradients import clip, clip_norm, decay
from structgrad.optim.held_out import HeldOut
from structgrad.optim.loop import descend, last
from structgrad.optim.methods import adagrad, adam, adamw, lion, momentum, nesterov, rmsprop, sgd
from structgrad.optim.minima import minimize
from structgrad.optim.not_finite import NotFiniteError
from structgrad.optim.optimizer import Optimizer, State
from structgrad.optim.penalties import l1, l2, norm
from structgrad.optim.residuals import least_squares
from structgrad.optim.roots import root
from structgrad.optim.schedules import constant, cosine, join, linear, piecewise, warmup
from structgrad.optim.solution import Solution

__all__ = [
    "Batches",
    "Constraint",
    "Descent",
    "HeldOut",
    "Mapped",
    "NotFiniteError",
    "Optimizer",
    "Solution",
    "State",
    "accumulate",
    "adafactor",
    "adagrad",
    "adam",
    "adamw",
    "at",
    "averaged",
    "batches",
    "chain",
    "change",
    "clip",
    "clip_norm",
    "constant",
    "cosine",
    "decay",
    "descend",
    "ema",
    "fixed_point",
    "freeze",
    "inject",
    "join",
    "l1",
    "l2",
    "last",
    "least_squares",
    "linear",
    "lion",
    "lookahead",
    "minimize",
    "momentum",
    "nesterov",
    "norm",
    "piecewise",
    "rmsprop",
    "root",
    "sgd",
    "warmup",
]
