"""A session: one project at a time, the parts that work on it, and how they hear of each other.

No part knows another's signals: each announces what it has done, and here stands who acts on it.
No widget takes part, so that a session is tested alone.
"""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from autoal_gui.core.errors import AutoALError, ProjectDamaged
from autoal_gui.core.images.source import Listing
from autoal_gui.core.language import tr, tr_count
from autoal_gui.core.project.plan import ProjectPlan
from autoal_gui.core.project.project import Project
from autoal_gui.gui.services import Services
from autoal_gui.gui.session.asked_images import AskedImages
from autoal_gui.gui.session.engine_client import EngineClient
from autoal_gui.gui.session.engine_queue import EngineQueue, Priority
from autoal_gui.gui.session.exports import Exports
from autoal_gui.gui.session.file_checks import FileChecks
from autoal_gui.gui.session.files.adding import AddingImages
from autoal_gui.gui.session.files.labels_table import LabelsTable
from autoal_gui.gui.session.files.moving import MovedImages
from autoal_gui.gui.session.files.watch import FileWatch
from autoal_gui.gui.session.inference import Inference
from autoal_gui.gui.session.labelling import Labelling
from autoal_gui.gui.session.likeness.confirming import Confirming
from autoal_gui.gui.session.likeness.image_maps import ImageMaps
from autoal_gui.gui.session.open_project import OpenProject
from autoal_gui.gui.session.part import Part
from autoal_gui.gui.session.project_setup import ProjectSetup
from autoal_gui.gui.session.readers.adjudication import Adjudication
from autoal_gui.gui.session.readers.merge_job import Merging
from autoal_gui.gui.session.readers.second_reading import SecondReading
from autoal_gui.gui.session.relabelling import Relabelling
from autoal_gui.gui.session.rounds.model_in_use import ModelInUse
from autoal_gui.gui.session.rounds.next_round import NextRound
from autoal_gui.gui.session.training import Training


class Controller(QObject):
    """Opens and closes projects, and owns and connects the parts that work on them."""

    opening = Signal(bool)
    """A project is about to be opened, in the window's thread; or that has ended, however."""
    project_opened = Signal()
    project_closing = Signal()
    """The project is about to be closed; what is half typed can still go into it."""
    project_closed = Signal()
    notice = Signal(str)
    failed = Signal(str, str)
    """(one plain sentence, details that hold no patient data)."""
    damaged = Signal()
    """`failed` has just said that a project's file is damaged: it can be recovered."""
    gone = Signal()
    """`failed` has just said that the project file is gone: a copy of the project can be saved."""
    told = Signal(str)
    """What is to be read until it is closed, and is no failure; what failed before is past."""
    done = Signal(str)
    """What ended well and asks for nothing: it need not be closed."""
    images_absent = Signal()
    """The images of the project that has been opened are not where they were."""
    images_wanted = Signal(str, object)
    """(title, image ids): show these images, and nothing else, on the review page."""

    def __init__(self, services: Services, parent: QObject | None = None) -> None:
        super().__init__(parent)
        opened = self._opened = OpenProject(services)
        self._said = ""  # what is being told while a project opens
        self.engine = EngineQueue(EngineClient(services.make_backend, self), self)
        next_round = NextRound()
        self.images = AskedImages(opened, next_round, self)
        self.in_use = ModelInUse(opened, self)
        self.labelling = Labelling(opened, self.images, self)
        self.confirming = Confirming(opened, self.images, self.labelling, self)
        self.training = Training(opened, self.engine, next_round, self)
        self.exports = Exports(opened, self.engine, self)
        self.inference = Inference(opened, self.engine, self)
        self.likeness = ImageMaps(opened, self.engine, self.images, self)
        self.setup = ProjectSetup(opened, self)
        self.relabelling = Relabelling(opened, self.images, self.labelling, self)
        self.adjudication = Adjudication(opened, self)
        self.second_reading = SecondReading(opened, self)
        self.merging = Merging(opened, self)
        self.labels_table = LabelsTable(opened, self)
        self.moving = MovedImages(opened, self)
        self.adding = AddingImages(opened, self)
        self.watch = FileWatch(opened, self)
        self.checks = FileChecks(self)
        self._connect()

    def _connect(self) -> None:
        for part in self.findChildren(Part):
            part.notice.connect(self.notice)
            part.failed.connect(self.failed)
            part.gone.connect(self.gone)
        answers_changed = self.labelling.answers_changed
        # Before any widget hears of it: what they tell of the next round is so then.
        answers_changed.connect(self.training.follow_answers)
        answers_changed.connect(self.images.fit)
        self.training.rounds_changed.connect(self.images.fit)
        # First: what tells of the next image reads what is kept.
        self.training.ranked.connect(self.likeness.keep_predictions)
        self.training.ranked.connect(self.images.rerank)
        answers_changed.connect(self.confirming.follow)
        self.confirming.told.connect(self.told)
        self.setup.settings_changed.connect(self.images.fit)
        self.setup.settings_changed.connect(self.training.follow_settings)
        self.setup.answers_moved.connect(self.labelling.announce)
        self.adjudication.answers_changed.connect(answers_changed)
        self.merging.merged.connect(answers_changed)
        self.moving.moved.connect(self.open_anew)
        self.adding.added.connect(self._on_other_images)
        self.setup.evaluation_drawn.connect(self._on_other_images)
        self.labels_table.added.connect(self.open_anew)
        self.watch.told.connect(self.told)
        self.watch.changed.connect(self.images.leave_out)
        self.watch.changed.connect(answers_changed)
        self.watch.kept.connect(answers_changed)
        self.watch.ended.connect(self._on_watched)
        self.checks.stored.connect(self.images.leave_out)
        self.checks.ended.connect(self._on_checked)

    def warm_up(self) -> None:
        """Let the engine get ready before the first round."""
        self.engine.warm_up()

    @property
    def services(self) -> Services:
        """What the window needs of the rest of the program."""
        return self._opened.services

    # -- the project --------------------------------------------------------------------------

    @property
    def project(self) -> Project:
        """The open project.

        Raises:
            ValueError: none is open, a fault of the program.
        """
        return self._opened.project

    @property
    def is_open(self) -> bool:
        """Whether a project is open."""
        return self._opened.is_open

    def open_project(self, folder: Path) -> bool:
        """Open a project and go on where it was left; say whether that worked."""
        return self._opened.is_in(folder) or self._take(partial(self._opened.read, folder))

    def create_project(self, folder: Path, plan: ProjectPlan, listing: Listing) -> bool:
        """Write a new project into a folder and open it; say whether that worked."""
        return self._take(partial(self._opened.create, folder, plan, listing))

    def _take(self, make: Callable[[], Project]) -> bool:
        self.opening.emit(True)
        try:
            return self._open(make)
        finally:
            self.opening.emit(False)

    def _open(self, make: Callable[[], Project]) -> bool:
        try:
            project = make()
        except AutoALError as error:
            self.failed.emit(str(error), "")
            if isinstance(error, ProjectDamaged):
                self.damaged.emit()
            return False
        self.close_project()
        self.inference.reset()  # which may run without a project
        self._opened.hold(project)
        self.training.next_round.open(self.project)
        self.images.begin()
        self.confirming.begin()
        self.project_opened.emit()
        self.images.show_following()
        self.training.begin()
        if project.absent:
            self.images_absent.emit()
        else:
            self.watch.start(self._said)
        return True

    @Slot(str)
    def open_anew(self, sentence: str) -> None:
        """Open the project again, whose images are others or elsewhere now; tell a sentence."""
        folder = self.project.folder
        self.close_project()
        self._said = sentence
        opened = self.open_project(folder)
        self._said = ""
        if opened:
            self.told.emit(sentence)

    @Slot(str)
    def _on_other_images(self, sentence: str) -> None:
        """Open the project with other images or splits, and rank anew where it was ranked."""
        self.open_anew(sentence)
        if self.is_open and self.project.rounds.finished():
            self.training.train_now()

    @Slot()
    def _on_watched(self) -> None:
        """Read what has not been read yet, once it is known what there is."""
        if self.is_open:
            self.checks.start(self.project)

    def save_copy(self, folder: Path) -> bool:
        """Write the open project, whose own file may be gone, to a folder and go on there.

        Returns:
            Whether that worked; if not, the project stays open where it was.
        """
        try:
            self.project.save_copy(folder)
        except AutoALError as error:
            self.failed.emit(str(error), "")
            self.gone.emit()
            return False
        if not self.open_project(folder):
            return False
        self.done.emit(tr("A copy was saved in {folder}, and is open now.", folder=folder))
        return True

    def close_project(self) -> None:
        """Stop what runs and release the project; everything is saved already."""
        if not self.is_open:
            return
        self.project_closing.emit()
        self.inference.reset()
        self.likeness.reset()
        sentence = self.exports.stop()
        self.training.reset()
        self.engine.reset()
        self.moving.close()
        self.adding.close()
        self.labels_table.close()
        self.watch.close()
        self.checks.close()
        self.images.reset()
        self.labelling.reset()
        self.second_reading.reset()
        self.merging.cancel()
        self._opened.release()
        self.project_closed.emit()
        if sentence:  # not as a notice, which the next project's words would replace at once
            self.failed.emit(tr(sentence), "")

    def close(self) -> None:
        """Close project and engine; their threads have ended when this returns."""
        try:
            self.close_project()
        finally:  # a thread that is left would end the whole program with it
            self.merging.close()
            self.engine.close()

    # -- what concerns several parts ----------------------------------------------------------

    @property
    def at_rest(self) -> bool:
        """Whether the engine does nothing, and no round is about to start."""
        return self.engine.at_rest

    def cancel(self) -> None:
        """Stop what the engine does, and nothing else; the last good model is kept.

        What a warm start has learned until then is used, by the round that waits for it too. A
        model that waits to be written is written then: it was asked for apart from the round.
        """
        if self.engine.runs(Priority.FIRST, Priority.ROUND):
            self.engine.withdraw(Priority.FIRST)
            self.engine.withdraw(Priority.ROUND)
        self.engine.cancel()

    def show_images(self, title: str, image_ids: tuple[int, ...]) -> None:
        """Ask for a page of these images, under a title that says what they have in common."""
        self.images_wanted.emit(title, image_ids)

    @Slot(object)
    def _on_checked(self, unreadable: frozenset[int]) -> None:
        """Say how many of the files that were read beside the labelling cannot be used."""
        if unreadable:
            self.notice.emit(
                tr_count(
                    "All files have been read; {count} cannot be used, see the import report.",
                    "All files have been read; {count} cannot be used, see the import report.",
                    len(unreadable),
                )
            )
