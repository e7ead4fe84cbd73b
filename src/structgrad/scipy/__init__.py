"""SciPy's modules, differentiable: `from structgrad.scipy import stats` in place of `from scipy import stats`."""
