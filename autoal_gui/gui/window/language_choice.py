"""The language of the window: which is chosen, and Qt's own words and numbers in it."""

import re
from datetime import datetime

from PySide6.QtCore import (
    QCoreApplication,
    QDate,
    QLibraryInfo,
    QLocale,
    QSettings,
    QTime,
    QTranslator,
)

from autoal_gui.core import language

KEY = "language"
AS_SYSTEM = ""
REGIONS = {"zh": "zh_CN"}
"""Where Qt's own catalogue is not called as the language is."""


def chosen(settings: QSettings) -> str:
    """Return the code that the user chose, or `AS_SYSTEM`."""
    code = str(settings.value(KEY, AS_SYSTEM))
    return code if code in language.LANGUAGES else AS_SYSTEM


def choose(settings: QSettings, code: str) -> None:
    """Remember a choice for this start and the next ones."""
    settings.setValue(KEY, code)


def in_use(choice: str) -> str:
    """Return the language of a choice; for `AS_SYSTEM` the first of the system's that we have."""
    if choice != AS_SYSTEM:
        return choice
    wanted = (name.partition("-")[0] for name in QLocale.system().uiLanguages())
    return next((code for code in wanted if code in language.LANGUAGES), "en")


def speak(application: QCoreApplication, choice: str) -> str:
    """Have everything that is made from now on speak a language; return its code.

    Windows that exist keep theirs, so that the language is set before a window is made.
    """
    code = in_use(choice)
    # The system's own region keeps its way to write numbers where it speaks that language.
    locale = QLocale.system() if choice == AS_SYSTEM else QLocale(code)
    QLocale.setDefault(locale)
    language.use(code, grouped, locale.decimalPoint(), date_time)
    for old in application.findChildren(QTranslator, KEY):
        application.removeTranslator(old)
        old.deleteLater()
    translator = QTranslator(application)
    translator.setObjectName(KEY)
    folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    if translator.load(f"qtbase_{REGIONS.get(code, code)}", folder):
        application.installTranslator(translator)
    return code


def date_time(when: datetime) -> str:
    """Return a day and a time as the language in use writes them.

    The month has its name: of two numbers nobody can tell which is the day.
    """
    locale, short = QLocale(), QLocale.FormatType.ShortFormat
    time = QTime(when.hour, when.minute)
    return f"{day_words(QDate(when.year, when.month, when.day))} {locale.toString(time, short)}"


def day_words(day: QDate) -> str:
    """Return a day as the language in use writes it, the month by its name, without the weekday."""
    whole = QLocale().dateFormat(QLocale.FormatType.LongFormat)
    return QLocale().toString(day, re.sub(r",? *dddd,? *", "", whole).replace("MMMM", "MMM"))


def grouped(count: int) -> str:
    """Return a whole number as the language in use writes it."""
    return QLocale().toString(count)
