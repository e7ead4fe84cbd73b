# autograd.numpy has NumPy's names, and its types where no value is traced. Goes with ../__init__.pyi.
from numpy import *
