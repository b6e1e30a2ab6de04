"""The figures as a table and as JSON, beside what they should be."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Target:
    """What a ratio should be on a 2-core CPU, measured on PneumoniaMNIST."""

    limit: float
    at_least: bool = False
    """Whether the limit is the least that will do; else it is the most."""
    preset: str = ""
    """The one that the limit was measured with, where it depends on that."""

    def met(self, value: float) -> bool:
        """Say whether a ratio is as it should be."""
        return value >= self.limit if self.at_least else value <= self.limit

    def __str__(self) -> str:
        return f"{'>=' if self.at_least else '<='} {self.limit:g}"


TARGETS = {
    # The least of Table 2 in Wang et al. 2025.
    "round_paper_over_entropy": Target(2.95, preset="paper"),
    "round_auto_over_entropy": Target(1.3),
    "round_auto_over_entropy_beside": Target(1.3),
    "scoring_over_bare_model": Target(0.9, at_least=True),
    "time_10x_pool": Target(11),
    "time_10x_pool_first_round": Target(11),
    "peak_memory_mb_165466": Target(600),
    "time_10x_pool_beside": Target(11),
    "time_10x_pool_first_round_beside": Target(11),
    "peak_memory_mb_165466_beside": Target(700),
    "first_batch_s": Target(15),
    "lateness_training_p99_ms": Target(16),  # a frame of a screen
    "key_to_image_idle_p99_ms": Target(16),
    "key_to_image_training_p99_ms": Target(33),
    "key_to_image_idle_map_p99_ms": Target(16),
    "key_to_image_training_map_p99_ms": Target(33),
    "key_to_image_idle_224_px_p99_ms": Target(16),
    "key_to_image_training_224_px_p99_ms": Target(33),
    "map_peak_memory_mb": Target(150),
    "map_alike_max_ms": Target(100),
}


def table(ratios: Mapping[str, float], preset: str) -> str:
    """Return a line for each ratio: name, value, and the target where there is one.

    A target of another preset than that of the ratios is said to be one: it compares two things.
    """
    width = max(map(len, ratios), default=0)
    lines = []
    for name, value in ratios.items():
        target = TARGETS.get(name)
        wanted = "" if target is None else f"{target!s:>9}  {verdict(target, value, preset)}"
        lines.append(f"{name:<{width}}  {value:>10.3f}  {wanted}".rstrip())
    return "\n".join(lines)


def verdict(target: Target, value: float, preset: str) -> str:
    """Return in a word whether a target was met, and whether it is of the same preset."""
    word = "met" if target.met(value) else "missed"
    alike = target.preset in ("", preset)
    return word if alike else f"{word} (by preset {preset}; the goal is of preset {target.preset})"
