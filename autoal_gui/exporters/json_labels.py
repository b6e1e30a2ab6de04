"""Labels as JSON: every image that was answered or is in the journal, with all that was said of it.

The document, UTF-8:

    {
     "format": "autoal-gui labels 1",
     "program": version of this program,
     "project": name; null where de-identified,
     "classes": [name, ...],
     "data_sha256": over the hashes of all images; null where de-identified,
     "de_identified": true or false,
     "acts": [act, ...]               what became of the images since the project was made
     "images": [image, ...]           ascending by image id
    }

An act is {"kind": "moved", "added", "replaced", "gone", "back", "kept" or "evaluation", "at",
"annotator", "after_line", "after_round", "images": [[image id, before, after], ...]}: before and
after are SHA-256, empty where de-identified, or "pool" and "evaluation".

An image is

    {
     "image_id": positive integer,
     "image": how the source names it; null where de-identified,
     "sha256": of the file that was labelled; null where de-identified,
     "other_pixels": true where that file was replaced since; never learned from,
     "split": "pool" or "evaluation",
     "answer": "label", "unsure", "skip", or null where no answer stands,
     "label": class name, or null,
     "source": "annotator"; "set" where the label came with the images; "bulk" where the model's
               class was confirmed for many images at a glance; null without an answer,
     "flagged": true or false,
     "comment": text; empty where there is none or where de-identified,
     "history": [line, ...]           every line of the journal on this image, in order
    }

and a line of the journal has all fields of `autoal_gui.core.labels.journal.Entry`: sequence, at
(UTC, ISO 8601), annotator, round_number, action, class_index, suggested, confidence, shown,
target, comment, purpose; with "label" and "suggested_label", the names of the two classes. In a
de-identified file annotators are numbered and comments are left out, since they may name anyone.
"""

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import autoal_gui
from autoal_gui.core.errors import ProjectError
from autoal_gui.core.images.acts import Act
from autoal_gui.core.images.source import ProgressCallback
from autoal_gui.core.labels.journal import Entry
from autoal_gui.core.language import mark, tr, tr_count
from autoal_gui.core.project.export_snapshot import (
    NO_CHOICES,
    Choices,
    Snapshot,
    no_progress,
    pseudonyms,
)
from autoal_gui.core.system.files import replacing
from autoal_gui.exporters.csv_labels import EVERY, NOT_WRITTEN

NAME = "json"
LABEL = mark("All answers (JSON)")
ABOUT = mark("For programs and archives: every answer, earlier ones too, with who and when.")
SUFFIX = ".json"
KIND = "labels"
ORDER = 12
OPTIONS = ("de_identified",)
FORMAT = "autoal-gui labels 1"


def write(
    target: Path,
    labels: Snapshot,
    choices: Choices = NO_CHOICES,
    progress: ProgressCallback = no_progress,
) -> str:
    """Write the document described above.

    Raises:
        ProjectError: the file cannot be written; one that was there is left as it was.
    """
    histories: dict[int, list[Entry]] = defaultdict(list)
    for entry in labels.entries:
        histories[entry.image_id].append(entry)
    ids = sorted((labels.answers.keys() | histories.keys()) & labels.pool.images.keys())
    aliases = pseudonyms(labels.entries) if choices.de_identified else None
    try:
        with replacing(target) as partial, partial.open("w", newline="", encoding="utf-8") as file:
            head = json.dumps(_head(labels, choices, aliases), ensure_ascii=False)
            file.write(f'{head[:-1]}, "images": [')
            for done, image_id in enumerate(ids, start=1):
                record = _image(image_id, labels, histories[image_id], aliases)
                file.write(",\n" if done > 1 else "\n")
                json.dump(record, file, ensure_ascii=False, allow_nan=False)
                if done % EVERY == 0:
                    progress(done, len(ids))
            file.write("\n]}\n")
    except OSError as error:
        raise ProjectError(tr(NOT_WRITTEN)) from error
    return tr_count("{count} image was written.", "{count} images were written.", len(ids))


def _head(labels: Snapshot, choices: Choices, aliases: Mapping[str, str] | None) -> dict[str, Any]:
    named = not choices.de_identified
    return {
        "format": FORMAT,
        "program": autoal_gui.__version__,
        "project": labels.name if named else None,
        "classes": labels.classes,
        "data_sha256": labels.pool.data_hash if named else None,
        "de_identified": choices.de_identified,
        "acts": [_act(act, aliases) for act in labels.acts],
    }


def _act(act: Act, aliases: Mapping[str, str] | None) -> dict[str, Any]:
    named = aliases is None
    return {
        "kind": act.kind,
        "at": act.at,
        "annotator": act.annotator if aliases is None else aliases.get(act.annotator),
        "after_line": act.line,
        "after_round": act.round_number,
        "images": [
            [one.image_id, one.before, one.after]
            if named or act.kind == "evaluation"
            else [one.image_id, "", ""]
            for one in act.changes
        ],
    }


def _image(
    image_id: int, labels: Snapshot, history: list[Entry], aliases: Mapping[str, str] | None
) -> dict[str, Any]:
    image, answer = labels.pool.images[image_id], labels.answers.get(image_id)
    kind = source = label = None
    if answer is not None:
        kind = "label" if answer.class_index is not None else answer.action
        source = "set" if answer.action == "import" else "annotator"
        source = "bulk" if answer.purpose == "confirm" else source
        label = _name(labels.classes, answer.class_index)
    return {
        "image_id": image_id,
        "image": image.key if aliases is None else None,
        "sha256": labels.hash_labelled(image_id) if aliases is None else None,
        "other_pixels": image_id in labels.other_pixels,
        "split": image.split,
        "answer": kind,
        "label": label,
        "source": source,
        "flagged": image_id in labels.flags,
        "comment": labels.comments.get(image_id, "") if aliases is None else "",
        "history": [_line(entry, labels.classes, aliases) for entry in history],
    }


def _line(
    entry: Entry, classes: tuple[str, ...], aliases: Mapping[str, str] | None
) -> dict[str, Any]:
    line = asdict(entry)
    del line["image_id"]
    line["label"] = _name(classes, entry.class_index)
    line["suggested_label"] = _name(classes, entry.suggested)
    if aliases is not None:
        line["annotator"], line["comment"] = aliases[entry.annotator], ""
    return line


def _name(classes: tuple[str, ...], index: int | None) -> str | None:
    return None if index is None else classes[index]
