"""`scipy.stats`, differentiable: the same names and parameters; what is not mirrored is SciPy's own."""

from typing import Final

from structgrad.scipy.mirrored import rest_of
from structgrad.scipy.stats.circle import vonmises, wrapcauchy
from structgrad.scipy.stats.counts import bernoulli, betabinom, binom, geom, nbinom, poisson
from structgrad.scipy.stats.halfline import chi2, expon, gamma, pareto
from structgrad.scipy.stats.interval import beta, truncnorm, uniform
from structgrad.scipy.stats.kernels import gaussian_kde
from structgrad.scipy.stats.line import cauchy, gennorm, gumbel_l, gumbel_r, laplace, logistic, norm, t
from structgrad.scipy.stats.normals import multivariate_normal
from structgrad.scipy.stats.samples import sem
from structgrad.scipy.stats.simplex import dirichlet, multinomial

__getattr__: Final = rest_of("scipy.stats")
__all__ = [
    "norm",
    "cauchy",
    "laplace",
    "logistic",
    "gumbel_r",
    "gumbel_l",
    "t",
    "gennorm",
    "expon",
    "gamma",
    "chi2",
    "pareto",
    "uniform",
    "beta",
    "truncnorm",
    "vonmises",
    "wrapcauchy",
    "bernoulli",
    "binom",
    "geom",
    "nbinom",
    "poisson",
    "betabinom",
    "multivariate_normal",
    "dirichlet",
    "multinomial",
    "gaussian_kde",
    "sem",
]
