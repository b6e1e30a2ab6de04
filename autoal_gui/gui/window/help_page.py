"""The manual inside the program: a page for each question, searched by any word."""

from pathlib import Path

from PySide6.QtCore import Qt, QUrl, Slot
from PySide6.QtGui import QTextCursor, QTextDocument
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from autoal_gui.core.language import in_use, tr
from autoal_gui.core.resources import resources
from autoal_gui.gui.session.controller import Controller
from autoal_gui.gui.widgets.actions import Actions
from autoal_gui.gui.widgets.page import Page
from autoal_gui.gui.widgets.text import text_label
from autoal_gui.gui.widgets.theme import BODY, Theme, scale_font

TOPICS = (
    "first-steps",
    "labelling",
    "rounds",
    "why",
    "training",
    "weights",
    "performance",
    "map",
    "checking",
    "bulk",
    "exporting",
    "privacy",
)
"""The pages in their order: names of the files in `resources/help/<language>`."""
TOPIC = Qt.ItemDataRole.UserRole


class HelpPage(Page):
    """A list of pages, a field to search them, and the page that was chosen."""

    def __init__(self, controller: Controller, theme: Theme, actions: Actions) -> None:
        super().__init__(tr("Help"), controller, theme, actions)
        self.texts = {topic: page_file(topic).read_text(encoding="utf-8") for topic in TOPICS}
        self.search = QLineEdit()
        self.search.setPlaceholderText(tr("Search the help"))
        self.search.setAccessibleName(tr("Search the help"))
        self.search.setClearButtonEnabled(True)
        self.list = QListWidget()
        self.list.setObjectName("topics")
        self.list.setAccessibleName(tr("Pages of the help"))
        self.none = text_label(tr("No page has these words."), role="muted")
        self.view = QTextBrowser()
        self.view.setAccessibleName(tr("Help"))
        self.view.setOpenLinks(False)
        scale_font(self.view, BODY)
        self._lay_out()
        self.search.textChanged.connect(self._on_search)
        self.list.currentItemChanged.connect(self._on_topic)
        self.view.anchorClicked.connect(self._on_link)
        theme.changed.connect(self._on_topic)
        self._on_search("")

    def _lay_out(self) -> None:
        left = QVBoxLayout()
        left.setContentsMargins(0, 0, 0, 0)
        left.addWidget(self.search)
        left.addWidget(self.none)
        left.addWidget(self.list, 1)
        side = QWidget()
        side.setLayout(left)
        side.setFixedWidth(17 * self.fontMetrics().height())
        self.view.document().setDocumentMargin(24)
        self.view.setMaximumWidth(58 * self.fontMetrics().height())  # longer lines read badly
        row = QHBoxLayout()
        row.setContentsMargins(12, 12, 12, 12)
        row.setSpacing(12)
        row.addStretch()
        row.addWidget(side)
        row.addWidget(self.view, 1)
        row.addStretch()
        self.body.addLayout(row, 1)

    def enter(self) -> None:
        """Let who comes in search or choose at once."""
        self.list.ensurePolished()
        self.list.doItemsLayout()  # the style's paddings came after the items
        self.list.setFocus()

    def show_topic(self, topic: str) -> None:
        """Show a page of `TOPICS`."""
        self.search.clear()
        for row in range(self.list.count()):
            if self.list.item(row).data(TOPIC) == topic:
                self.list.setCurrentRow(row)

    @property
    def topic(self) -> str:
        """The page that is shown; "" where none has the words searched for."""
        item = self.list.currentItem()
        return "" if item is None else str(item.data(TOPIC))

    @Slot(str)
    def _on_search(self, words: str) -> None:
        """List the pages that have every word."""
        before = self.topic
        self.list.clear()
        for topic, text in self.texts.items():
            if all(word in text.casefold() for word in words.casefold().split()):
                item = QListWidgetItem(heading(text))
                item.setData(TOPIC, topic)
                self.list.addItem(item)
                if topic == before:
                    self.list.setCurrentItem(item)
        if self.list.currentItem() is None:
            self.list.setCurrentRow(0)
        self.none.setVisible(self.list.count() == 0)
        self._mark(words)

    def _on_topic(self) -> None:
        if not self.topic:
            return
        accent = self.theme.colours.accent
        document = self.view.document()
        document.setDefaultStyleSheet(f"a {{ color: {accent}; }} li {{ margin-bottom: 4px; }}")
        document.setMarkdown(
            self.texts[self.topic], QTextDocument.MarkdownFeature.MarkdownDialectCommonMark
        )
        self._mark(self.search.text())

    def _mark(self, words: str) -> None:
        """Select the first place of the first word, and scroll there."""
        self.view.moveCursor(QTextCursor.MoveOperation.Start)
        first = next(iter(words.split()), "")
        if first:
            self.view.find(first)

    @Slot(QUrl)
    def _on_link(self, link: QUrl) -> None:
        """Follow a link to another page; the manual has no others."""
        self.show_topic(Path(link.path()).stem)


def page_file(topic: str) -> Path:
    """Return the file of a page in the language in use, else in English."""
    folder = resources() / "help"
    file = folder / in_use() / f"{topic}.md"
    return file if file.is_file() else folder / "en" / f"{topic}.md"


def heading(text: str) -> str:
    """Return the title of a page, which is its first line."""
    return text.split("\n", 1)[0].lstrip("# ").strip()
