"""The packages beside NumPy that have rules here: each is asked for when a traced value meets a function of theirs."""

from structgrad.tape.rule import LATER

LATER["scipy.special"] = "structgrad.rules.scipy_special"
