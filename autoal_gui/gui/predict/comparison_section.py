"""Several models on the same images: who is better, by how much, and whether that can be chance."""

from autoal_gui.core.language import mark, number, percent, tr, tr_count
from autoal_gui.core.measures.paired import difference_words, paired_sentence
from autoal_gui.core.sets.comparison import Comparison
from autoal_gui.gui.predict.measured_section import Scrolled
from autoal_gui.gui.widgets.cards import Section
from autoal_gui.gui.widgets.text import text_label

LINES = 10  # of text that are seen at a time
ABOUT = mark(
    "Differences are in points of a percentage, with a 95% interval: from drawing the images, or "
    "whole groups such as patients, again and again. p is how often models that are equally good "
    "differ by as much (McNemar's exact test; groups count as one). The more models are compared, "
    "the surer a difference has to be."
)
NO_LABELS = mark(
    "No image has a label that all of the models know, so that nobody can say which is better. "
    "Images on which they differ need a look."
)


class ComparisonSection(Section):
    """A line that opens: each model against the first."""

    def __init__(self) -> None:
        super().__init__("")
        self.results = text_label()
        self.about = text_label(tr(ABOUT), role="muted")
        self.body.addWidget(Scrolled(LINES, self.results, self.about))

    def show_comparison(self, found: Comparison | None) -> None:
        """Show how models compare; None where no label is known."""
        self.about.setVisible(found is not None)
        if found is None:
            self.button.setText(tr("The models cannot be compared here"))
            self.results.setText(tr(NO_LABELS))
            return
        words = tr_count(
            "Models compared on {count} labelled image",
            "Models compared on {count} labelled images",
            len(found.measured[0].truth),
        )
        self.button.setText(words)
        self.results.setText("\n".join(comparison_lines(found)))


def comparison_lines(found: Comparison) -> list[str]:
    """Return how right each model is, and how it compares with the first, line by line."""
    lines = []
    for place, (name, measured) in enumerate(zip(found.names, found.measured, strict=True)):
        metrics = measured.metrics
        lines.append(
            tr(
                "{name}: right on {right} of {images}, balanced accuracy {balanced}",
                name=name,
                right=number(metrics.correct),
                images=number(metrics.total),
                balanced=percent(metrics.balanced_accuracy),
            )
        )
        if place:
            pair, sure = found.paired[place - 1], found.sure[place - 1]
            difference = tr(
                "Against {first}: accuracy {accuracy}, balanced accuracy {balanced}.",
                first=found.names[0],
                accuracy=difference_words(pair.accuracy),
                balanced=difference_words(pair.balanced_accuracy),
            )
            lines.append(f"{difference} {paired_sentence(found.names[0], name, pair, sure)}")
    return lines
