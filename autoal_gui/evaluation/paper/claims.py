"""What the paper says, as far as it is known here: its sets and budgets, and what it claims.

Wang, Zhan & Huang, ICML 2025. A number that is not here is not known to the program, and its page
says so rather than guess.
"""

from dataclasses import dataclass

from autoal_gui.evaluation.plan import Percent

REPEATS = 3  # of each run
FIRST_POINTS = 3.3
"""Points by which the paper's curves differ before the first query, at most."""
SLOWEST = 6.54
"""The whole process over that of entropy sampling, the largest of table 2."""
FASTEST = 2.95
"""The smallest."""


@dataclass(frozen=True)
class PaperSet:
    """A set of the paper, and how much of its pool gets a label."""

    title: str
    initial: Percent
    batch: Percent
    last: Percent
    labels: int | None = None
    """How many labels the first budget is in the paper, where that is known."""

    @property
    def rounds(self) -> int:
        """Points of each curve."""
        return 1 + round((self.last.value - self.initial.value) / self.batch.value)


def _set(
    title: str, initial: float, batch: float, last: float, labels: int | None = None
) -> PaperSet:
    return PaperSet(title, Percent(initial), Percent(batch), Percent(last), labels)


SETS = {
    "cifar10": _set("CIFAR-10", 4, 2, 20),
    "cifar100": _set("CIFAR-100", 8, 4, 44),
    "svhn": _set("SVHN", 4, 2, 20),
    "tinyimagenet": _set("TinyImageNet", 8, 4, 40),
    "organcmnist": _set("OrganCMNIST", 4, 2, 20, 519),
    "pathmnist": _set("PathMNIST", 2, 1, 10),
    "tissuemnist": _set("TissueMNIST", 4, 2, 20, 6619),
}
"""By the name that the command line gives them, in the order of the paper."""
OTHERS = SETS["organcmnist"]
"""The budgets of any other set."""


def paper_set(name: str) -> PaperSet | None:
    """Return the set of the paper that a set's name stands for, such as "pathmnist:64"."""
    return SETS.get(name.lower().replace("_", ":").split(":")[0])


@dataclass(frozen=True)
class Figure:
    """A figure or table of the paper."""

    title: str
    draws: str
    """What it draws, a sentence."""
    claim: str
    """What the paper makes of it, a sentence; empty where no claim is known."""
    methods: tuple[str, ...]
    """As `methods.methods_of` reads them, beside random choice and the uniform vote."""


WHOLE = "paper"
RIVALS = ("badge", "coreset", "lpl", "vaal", "ensvarr", "ddu", "albl")
"""The paper's baselines that are not among its candidates."""
PARTS = ("paper:ablation=backbone", "paper:ablation=loss head")
FEWER = (
    "paper:candidates=entropy",
    "paper:candidates=entropy,kmeans,bald",
    "paper:candidates=entropy,kmeans,bald,margin,mean_std",
)
"""One, three and five candidates; unlike ones come first, or one more would be no more."""
ALWAYS = ("random", "vote")
"""What the paper lacks."""

FIGURES = {
    "figure2": Figure(
        "Figure 2: AutoAL beside its candidates and other methods",
        "The accuracy over the share of the pool that has a label, a chart a set.",
        "AutoAL is more accurate than all of its candidates and than the other methods.",
        (WHOLE, "candidates", *RIVALS),
    ),
    "figure3": Figure(
        "Figure 3: AutoAL without one of its parts",
        "The accuracy of AutoAL, of its backbone alone and of its loss head alone, as read here.",
        "AutoAL is more accurate than its backbone alone and than its loss head alone.",
        (WHOLE, *PARTS),
    ),
    "figure4": Figure(
        "Figure 4: AutoAL with 1, 3, 5 and 7 candidates",
        "The accuracy by the number of candidates. Which make the 1, 3 and 5 is our choice.",
        "AutoAL is more accurate with 3 candidates than with 1, with 5 than with 3, and with 7 "
        "than with 5.",
        (*FEWER, WHOLE),
    ),
    "figure5": Figure(
        "Figure 5: what each candidate weighs",
        "The share of each candidate in what AutoAL asks for, round by round.",
        "",
        (WHOLE,),
    ),
    "table2": Figure(
        "Table 2: what AutoAL takes",
        "The time of the whole process beside that of entropy sampling.",
        f"The whole process takes {FASTEST} to {SLOWEST} times as long as entropy sampling.",
        ("entropy", WHOLE),
    ),
}
