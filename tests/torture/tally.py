"""What an injury was tried on, how often, and what it cost."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Tally:
    """Counts of one injury; ``harm`` says what was lost, half written or wrongly told."""

    injury: str
    unit: str
    tried: int = 0
    harm: list[str] = field(default_factory=list)
    note: str = ""

    def hold(self, is_well: bool, what: str) -> None:
        """Note harm where something is not as it should be."""
        if not is_well:
            self.harm.append(what)

    def line(self) -> str:
        """The tally as printed."""
        said = f"{self.injury:<34}{self.tried:>7,} {self.unit:<22} harm done: {len(self.harm)}"
        return f"{said}  {self.note}".rstrip()
