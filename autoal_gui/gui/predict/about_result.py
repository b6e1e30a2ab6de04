"""What is said of predictions: what they are, which rule gave the classes, and if they are old."""

from autoal_gui.core.images.source import SourceSpec
from autoal_gui.core.language import mark, threshold_percent, tr, tr_count
from autoal_gui.core.measures.caution import unlike_sentence
from autoal_gui.core.measures.operating.decision import Threshold
from autoal_gui.core.measures.operating.text import threshold_sentence
from autoal_gui.core.project.kept_point import kept_point
from autoal_gui.core.project.last_model import last_model
from autoal_gui.core.sets.summary import left_out_text
from autoal_gui.gui.predict.predict_jobs import ChosenModel
from autoal_gui.gui.predict.predict_session import PredictSession
from autoal_gui.gui.session.controller import Controller

NOT_A_DIAGNOSIS = mark("These are predictions of a model trained in this program, not a diagnosis.")
DROPPED = mark(
    "The project uses no threshold any more: press Predict again to give each image the class with "
    "the highest probability."
)

OTHER_IMAGES = mark(
    "What is shown and saved is still of the images chosen before. Press Predict for those above."
)


def about_result(session: PredictSession, controller: Controller) -> str:
    """Say it in plain sentences; without the rule as long as there is no result."""
    unlike = unlike_sentence(session.caution) if session.caution is not None else ""
    left_out = left_out_text((), session.listing.passed_over).replace("\n", " ")
    words = [unlike, tr(NOT_A_DIAGNOSIS), session.unknown_words(), left_out, _hidden(session)]
    if session.result is not None:
        words.append(_made_by(session))
        classes, used = session.result.classes, session.threshold
        if used is not None:
            words.append(threshold_sentence(classes, used.class_index, used.value))
    return " ".join(filter(None, words))


def _hidden(session: PredictSession) -> str:
    """Say how many labels are not told since the open project still asks for them."""
    if not session.hidden:
        return ""
    return tr_count(
        "The label of {count} image that the project still asks for stays hidden, and is not "
        "counted.",
        "The labels of {count} images that the project still asks for stay hidden, and are not "
        "counted.",
        session.hidden,
    )


def old_words(
    session: PredictSession, controller: Controller, chosen: SourceSpec | None = None
) -> str:
    """Say that other images are chosen by now, a newer model or another threshold; "" if not.

    `chosen` are the images that would be predicted next, None for those that were.

    While others are predicted nothing is asked for that these bring: the newest model and rule.
    """
    if session.result is None or session.is_busy:
        return ""
    if chosen is not None and chosen != session.spec:
        return tr(OTHER_IMAGES)
    words = (_newer(session, controller), _out_of_date(session, controller, session.threshold))
    return " ".join(filter(None, words))


def _made_by(session: PredictSession) -> str:
    model = session.shown_model
    return "" if model is None else tr("The model that made them: {model}.", model=model.name)


def _newer(session: PredictSession, controller: Controller) -> str:
    """Say which model made them, and which one there is where a round has made another."""
    model = session.shown_model
    if model is None or not _is_of_open_project(model, controller):
        return ""
    last = last_model(controller.project)
    if last is None or last.file == model.file:
        return ""
    return tr(
        "These predictions are by {model}. There is a newer model by now, {newer}: press Predict "
        "again to use it.",
        model=model.name,
        newer=last.name,
    )


def _is_of_open_project(model: ChosenModel, controller: Controller) -> bool:
    """Say whether it was the last model of the project that is open now."""
    is_here = controller.is_open and model.file.parent == controller.project.models_folder
    return model.is_own and is_here


def _out_of_date(session: PredictSession, controller: Controller, used: Threshold | None) -> str:
    """Say that the open project's own model has another threshold by now; "" if it has not."""
    model = session.shown_model
    if model is None or not _is_of_open_project(model, controller):
        return ""
    project = controller.project
    rule, point = project.settings.operating_point, kept_point(project)
    if rule is None:
        return "" if used is None else tr(DROPPED)
    if point is None or not _differ(used, point.threshold):
        return ""
    name, now = project.classes.names[rule.class_index], threshold_percent(point.threshold.value)
    if used is None or used.class_index != rule.class_index:
        return tr(
            "The project gives “{name}” from {now} on now: press Predict again to use that.",
            name=name,
            now=now,
        )
    return tr(
        "The project's threshold for “{name}” is {now} now, no longer {before}: press Predict "
        "again to use that.",
        name=name,
        now=now,
        before=threshold_percent(used.value),
    )


def _differ(used: Threshold | None, now: Threshold) -> bool:
    """Say whether two thresholds differ in what is shown."""
    if used is None or used.class_index != now.class_index:
        return True
    return threshold_percent(used.value) != threshold_percent(now.value)
