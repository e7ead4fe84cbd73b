"""`structgrad.optim`: what a person does with a gradient shaped like the model."""

from structgrad.optim.compose import at, chain, change, freeze, inject
from structgrad.optim.gradients import clip, clip_norm, decay
from structgrad.optim.methods import adagrad, adam, adamw, lion, momentum, nesterov, rmsprop, sgd
from structgrad.optim.optimizer import Optimizer, State

__all__ = [
    "Optimizer",
    "State",
    "adagrad",
    "adam",
    "adamw",
    "at",
    "chain",
    "change",
    "clip",
    "clip_norm",
    "decay",
    "freeze",
    "inject",
    "lion",
    "momentum",
    "nesterov",
    "rmsprop",
    "sgd",
]
