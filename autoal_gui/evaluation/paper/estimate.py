"""How long an experiment takes here, by one short run of each set."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from autoal_gui.core.settings import RunSettings
from autoal_gui.core.system.scratch import ScratchFolder
from autoal_gui.evaluation.methods import method_of
from autoal_gui.evaluation.plan import DataSet, Job
from autoal_gui.evaluation.running.costs import counted, duration
from autoal_gui.evaluation.running.sampling import share_of
from autoal_gui.evaluation.running.worker import one_round, opened
from autoal_gui.evaluation.running.worker_pool import Workers

IMAGES = 600  # of the set that take part in the short run
LABELS = 300  # fill a batch of the search, at most
STEPS = 2  # of the shortest stage; the others keep their proportion
SEARCH = ("FitNet", "SearchNet")


@dataclass(frozen=True)
class Pace:
    """What a set's short run took, in seconds of the clock."""

    shortened: float
    """How many times as long the stages of a whole round are."""
    task: float
    search: float
    image: float
    """For each image that the model passed over, to score or to measure."""
    total: float

    def of(self, job: Job) -> float:
        """Return the seconds that a run takes at this pace; warm starts are not in it."""
        seconds, labels = 0.0, job.initial
        measured = sum(job.data_set.evaluation)
        for _ in range(job.setup.rounds):
            seconds += self.shortened * self.task
            seconds += self.image * (measured + max(0, job.pool - labels))
            seconds += self.shortened * self.search if job.method.mode == "paper" else 0
            labels += job.setup.batch_of(job.pool)
        return seconds


def measure_pace(job: Job) -> Pace:
    """Carry out a short round of AutoAL on some images of a run's set; nothing is kept."""
    found = job.data_set
    listing, reader = opened(found.data, found.workspace, found.options, found.scale)
    part = share_of(listing, min(1.0, IMAGES / max(1, len(listing.images))))
    settings, shortened = shortened_settings(Job(job.setup, found, method_of("paper"), 0).settings)
    with ScratchFolder() as folder:
        labels = min(LABELS, job.initial)
        round_, images = one_round(part, reader, settings, labels, folder)
    seconds: Mapping[str, float] = round_["seconds"]
    passes = seconds.get("scoring", 0.0) + seconds.get("evaluation", 0.0)
    return Pace(
        shortened,
        seconds.get("task model", 0.0),
        sum(seconds.get(name, 0.0) for name in SEARCH),
        passes / max(1, images),
        round_["wall"],
    )


def shortened_settings(settings: RunSettings) -> tuple[RunSettings, float]:
    """Return settings whose stages are all shorter by the same factor, and that factor."""
    names = ("task_steps", "fit_steps", "search_steps")
    steps = {name: getattr(settings, name) for name in names}
    factor = max(1.0, min(steps.values()) / STEPS)
    short = {name: max(1, round(count / factor)) for name, count in steps.items()}
    return settings.but(**short, batch_size=1), factor


def announcement(figure: str, workers: Workers, jobs: Sequence[Job], missing: Sequence[Job]) -> str:
    """Measure, and say on how many runs how long it will take here.

    Args:
        figure: of the paper.
        workers: carry out the short runs, and later the whole ones.
        jobs: all runs.
        missing: those of them that have no result.
    """
    sets: dict[DataSet, Job] = {job.data_set: job for job in missing}
    methods, seeds = {job.method for job in jobs}, {job.seed for job in jobs}
    planned = {job.data_set for job in jobs}
    words = (
        f"{figure}: {counted(len(planned), 'set')}, {counted(len(methods), 'method')}, "
        f"{counted(len(seeds), 'repeat')}: {counted(len(jobs), 'run')}"
    )
    if not missing:
        return f"{words}, all of them done."
    paces = {}
    for outcome in workers.run(measure_pace, list(sets.values())):
        if outcome.sentence:
            return f"{words}. How long they take could not be measured."
        paces[outcome.argument.data_set] = outcome.value
    took = sum(pace.total for pace in paces.values())
    busy = min(workers.size, len(missing))
    seconds = sum(paces[job.data_set].of(job) for job in missing) / busy
    return (
        f"{words}, {len(missing)} still to do. By a short run of each set ({took:.0f} s) they take "
        f"about {duration(seconds)} here, {busy} side by side. Stop and start again at any time."
    )
