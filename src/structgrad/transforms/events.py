"""What `nan_origin` tells, and how it reads."""

from attrs import frozen

from structgrad.transforms.notes import Place


@frozen
class Event:
    """One place where numbers stopped being finite.

    phase: "leaf" and "constant" were given so, "forward" and "backward" were computed from finite numbers, "nan"
    is the first NaN of a run that had gone to infinity before. value: the first such number, at `index` of an array.
    operation, line: of the user's code, empty for a leaf. kinds: shapes and dtypes, the output first, then the
    inputs; going back, of the input alone. paths: the leaves that it comes from.
    """

    phase: str
    value: complex
    index: tuple[int, ...]
    operation: str
    line: str
    kinds: tuple[str, ...]
    paths: tuple[str, ...]

    def __str__(self) -> str:
        where = f"{self.value}" + (f" at {list(self.index)}" if self.index else "")
        place = Place(self.operation, self.line)
        paths = ", ".join(self.paths[:5]) + (f" and {len(self.paths) - 5} more" if len(self.paths) > 5 else "")
        paths = paths or "no leaf"
        if self.phase == "leaf":
            return f"leaf: {paths} is {where}, {self.kinds[0]}"
        if self.phase == "constant":
            return f"constant: {place} is given {where}, {self.kinds[0]}"
        if self.phase == "backward":
            return f"backward: the pullback of {place} makes {where} for its input {self.kinds[0]}, which is of {paths}"
        return f"{self.phase}: {place} makes {where}, {self.kinds[0]} of ({', '.join(self.kinds[1:])}), from {paths}"


@frozen
class Origin:
    """What `nan_origin` found: events in the order of the run; none, and false, where all is finite."""

    events: tuple[Event, ...]

    def __bool__(self) -> bool:
        return bool(self.events)

    def __str__(self) -> str:
        return "\n".join(map(str, self.events)) or "all numbers are finite"
