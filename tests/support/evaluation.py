"""What the tests of the evaluation share: results of runs, without the runs."""

import json
from pathlib import Path

import numpy as np

from autoal_gui.core.settings import CANDIDATES, PRESETS
from autoal_gui.evaluation.methods import method_of
from autoal_gui.evaluation.plan import DataSet, Job, Setup

PROGRAM = {"autoal-gui": "0", "code": "c0de", "python": "3"}
SETUP = Setup(PRESETS["cpu"].but(batch_size=20, warm_epochs=10), 20, 10)


def data_set(name="wbc", classes=3, content="5e7"):
    names = tuple("abcdefgh"[:classes])
    counts = tuple(range(100, 100 + classes))
    return DataSet(name, name, f"/nowhere/{name}", content, names, counts, counts, 28)


def confusion_of(score, classes=3, images=1000):
    """A confusion matrix whose balanced accuracy is `score`, to a thousandth."""
    right = round(score * images)
    wrong = images - right
    rows = np.zeros((classes, classes), int)
    for c in range(classes):
        rows[c, c] = right
        rows[c, (c + 1) % classes] = wrong
    return rows.tolist()


def record_of(
    method, seed, scores, found=None, setup=SETUP, weights=None, wall=2.0, program=PROGRAM
):
    """A finished run with a score a round; None where nothing was trained."""
    found = found or data_set()
    job = Job(setup, found, method_of(method), seed)
    named = weights or {job.method.mode: 1.0}
    return {
        "setup": setup.key,
        "key": job.key,
        "set": found.facts,
        "method": {
            "name": job.method.name,
            "mode": job.method.mode,
            "warm": job.method.warm,
            "changes": job.method.changes,
        },
        "seed": seed,
        "warm": {"epochs": 10.0, "seconds": 61.5, "sha256": "aa"} if job.method.warm else None,
        "program": program,
        "rounds": [
            {
                "labels": job.initial + i * setup.batch_of(job.pool),
                "confusion": None if score is None else confusion_of(score, len(found.classes)),
                "auroc": None if score is None else [score, score - 0.1, min(1.0, score + 0.1)],
                "weights": {name: 1 / len(named) for name in named},
                "plain_weights": named,
                "wall": wall,
            }
            for i, score in enumerate(scores)
        ],
    }


def write_records(folder: Path, records):
    folder.mkdir(parents=True, exist_ok=True)
    for number, record in enumerate(records):
        (folder / f"{number:05}.json").write_text(json.dumps(record))


def many_records(sets=4, methods=20, seeds=10):
    """A large evaluation: every method a little above or below random choice."""
    names = ["random", "vote", "paper", "paper+warm", "random+cold", "vote+cold", *CANDIDATES]
    names += [f"paper:cycles={n}" for n in range(2, 9)]
    for number in range(sets):
        found = data_set(f"set {number}", 8, f"{number:064}")
        for rank, method in enumerate(names[:methods]):
            for seed in range(seeds):
                rng = np.random.default_rng([number, seed])
                start, noise = (
                    0.5 + 0.05 * rng.random(),
                    np.random.default_rng([number, rank, seed]),
                )
                rise = 0.3 + 0.02 * np.sin(rank + number) + noise.normal(0, 0.02)
                curve = start + rise * (1 - np.exp(-np.arange(10) / 3))
                cold = not method_of(method).warm
                weights = {name: 1 / 7 + 0.05 * noise.random() for name in CANDIDATES}
                yield record_of(
                    method, seed, (curve - 0.2 * cold).tolist(), found,
                    weights=weights if "paper" in method or "vote" in method else None,
                    wall=(10 if "paper" in method else 2) + noise.random(),
                )  # fmt: skip


# -- evaluations of a tiny set: how they are asked for, and what they leave --

CHANGES = ("task_steps=3", "fit_steps=2", "search_steps=2", "search_batch=4", "warm_epochs=1",
           "stochastic_passes=2", "stem=7x7", "train_batch=8", "warm_batch=16")  # fmt: skip
SETTINGS = [word for change in CHANGES for word in ("--set", change)]
SHAPE = ("--batch", "5", "--initial", "12", "--rounds", "3", "--device", "cpu")
METHODS = ("random", "margin", "paper")


def small_set(folder: Path, name: str = "small", classes: int = 2) -> Path:
    """Write 40 pool and 20 test images, the brighter the higher their class."""
    generator = np.random.default_rng(0)
    arrays = {}
    for split, count in (("train", 40), ("test", 20)):
        labels = np.arange(count) % classes
        images = generator.integers(0, 100, (count, 16, 16)) + 30 * labels[:, None, None]
        arrays[f"{split}_images"] = images.astype(np.uint8)
        arrays[f"{split}_labels"] = labels[:, None].astype(np.uint8)
    file = folder / f"{name}.npz"
    np.savez(file, **arrays)
    return file


def words_of(data: Path, out: Path, methods=METHODS, seeds=2, jobs=2, warm=("--no-warm",)):
    words = ["evaluate", "--data", str(data), "--out", str(out), "--methods", *methods]
    return [*words, "--seeds", str(seeds), "--jobs", str(jobs), *warm, *SHAPE, *SETTINGS]


def records(out: Path) -> dict[tuple[str, int], dict]:
    files = [file for file in sorted((out / "runs").glob("*.json")) if file.is_file()]
    found = [json.loads(file.read_text()) for file in files]
    return {(record["method"]["name"], record["seed"]): record for record in found}


def without_times(record: dict) -> dict:
    """What the same seed must give again."""
    rounds = [
        {name: value for name, value in r.items() if name not in ("seconds", "wall", "processor")}
        for r in record["rounds"]
    ]
    return record | {"rounds": rounds, "warm": None, "program": None}
