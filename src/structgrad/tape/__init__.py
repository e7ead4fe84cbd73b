"""Writing down a run: the traced value, the tape, the table of rules, and the sweep back over it."""
