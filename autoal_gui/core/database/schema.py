"""The tables of a project file, of this version and of those that it can still open."""

FILE_NAME = "project.autoal"  # in the folder of a project
APPLICATION_ID = 0x41414C47  # "AALG"
SCHEMA_VERSION = 5

TABLES = """
CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE class (class_index INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE image (
    image_id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    sha256 TEXT NOT NULL,
    split TEXT NOT NULL CHECK (split IN ('pool', 'evaluation'))
);
CREATE TABLE unreadable (key TEXT PRIMARY KEY, reason TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE truth (
    image_id INTEGER PRIMARY KEY REFERENCES image,
    class_index INTEGER NOT NULL REFERENCES class
);
CREATE TABLE round (
    number INTEGER PRIMARY KEY,
    settings TEXT NOT NULL,
    outcome TEXT NOT NULL
        CHECK (outcome IN ('running', 'finished', 'failed', 'cancelled', 'interrupted')),
    started TEXT NOT NULL,
    ended TEXT NOT NULL DEFAULT '',
    labels INTEGER NOT NULL,
    sentence TEXT NOT NULL DEFAULT '',
    result TEXT NOT NULL DEFAULT '{}'
);
CREATE TABLE ranking (
    round_number INTEGER NOT NULL REFERENCES round,
    position INTEGER NOT NULL,
    image_id INTEGER NOT NULL REFERENCES image,
    suggested INTEGER REFERENCES class,
    confidence REAL,
    query TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (round_number, position)
) WITHOUT ROWID;
"""
JOURNAL = """
CREATE TABLE journal (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    annotator TEXT NOT NULL,
    round_number INTEGER NOT NULL,
    action TEXT NOT NULL
        CHECK (action IN ('label', 'unsure', 'skip', 'import', 'flag', 'unflag', 'comment',
                          'undo', 'redo', 'withdraw')),
    image_id INTEGER NOT NULL REFERENCES image,
    class_index INTEGER REFERENCES class,
    suggested INTEGER REFERENCES class,
    confidence REAL,
    shown INTEGER NOT NULL,
    target INTEGER REFERENCES journal,
    comment TEXT NOT NULL,
    purpose TEXT NOT NULL
        CHECK (purpose IN ('answer', 'repeat', 'second', 'adjudicate', 'confirm', 'check')),
    seal TEXT NOT NULL,
    CHECK ((action IN ('label', 'import')) = (class_index IS NOT NULL)),
    CHECK ((action IN ('undo', 'redo', 'withdraw')) = (target IS NOT NULL))
);
"""
GUARDS = """
CREATE TRIGGER journal_keeps BEFORE UPDATE ON journal
    BEGIN SELECT RAISE(ABORT, 'the journal only grows'); END;
CREATE TRIGGER journal_stays BEFORE DELETE ON journal
    BEGIN SELECT RAISE(ABORT, 'the journal only grows'); END;
-- REPLACE deletes without asking the trigger above.
CREATE TRIGGER journal_grows BEFORE INSERT ON journal
    WHEN EXISTS (SELECT 1 FROM journal WHERE sequence = NEW.sequence)
    BEGIN SELECT RAISE(ABORT, 'the journal only grows'); END;
"""
PREDICTION = """
-- What the last model makes of images whose class is known: float32, a number a class.
CREATE TABLE prediction (
    image_id INTEGER PRIMARY KEY REFERENCES image,
    round_number INTEGER NOT NULL REFERENCES round,
    probabilities BLOB NOT NULL
);
"""
METADATA = """
-- What the set says of an image besides its class, for those of which it says anything: the group,
-- the part of a published set (the last column tells a row from one of `image`), and a JSON list of
-- texts, one for each name in the setting `columns`.
CREATE TABLE metadata (
    image_id INTEGER PRIMARY KEY REFERENCES image,
    group_name TEXT NOT NULL,
    columns TEXT NOT NULL,
    part TEXT NOT NULL CHECK (part IN ('', 'train', 'validation', 'test'))
);
"""
ACTS = """
-- The file of an image as it was when its SHA-256 was taken: one that was replaced differs in it.
-- Bytes, and nanoseconds since 1970.
CREATE TABLE stamp (
    image_id INTEGER PRIMARY KEY REFERENCES image,
    size INTEGER NOT NULL,
    modified INTEGER NOT NULL
);
-- What became of the images since the project was made, see `acts.Act`; `line` is the last line of
-- the journal before it, `images` a JSON list of [image id, before, after].
CREATE TABLE act (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    annotator TEXT NOT NULL,
    line INTEGER NOT NULL,
    round_number INTEGER NOT NULL,
    kind TEXT NOT NULL
        CHECK (kind IN ('moved', 'added', 'replaced', 'gone', 'back', 'kept', 'evaluation')),
    images TEXT NOT NULL,
    seal TEXT NOT NULL
);
CREATE TRIGGER act_keeps BEFORE UPDATE ON act
    BEGIN SELECT RAISE(ABORT, 'the acts only grow'); END;
CREATE TRIGGER act_stays BEFORE DELETE ON act
    BEGIN SELECT RAISE(ABORT, 'the acts only grow'); END;
CREATE TRIGGER act_grows BEFORE INSERT ON act
    WHEN EXISTS (SELECT 1 FROM act WHERE sequence = NEW.sequence)
    BEGIN SELECT RAISE(ABORT, 'the acts only grow'); END;
"""
JOURNAL_1 = """
CREATE TABLE journal (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    annotator TEXT NOT NULL,
    round_number INTEGER NOT NULL,
    action TEXT NOT NULL
        CHECK (action IN ('label', 'unsure', 'skip', 'import', 'undo', 'redo')),
    image_id INTEGER NOT NULL REFERENCES image,
    class_index INTEGER REFERENCES class,
    suggested INTEGER REFERENCES class,
    confidence REAL,
    shown INTEGER NOT NULL,
    target INTEGER REFERENCES journal,
    comment TEXT NOT NULL,
    CHECK ((action IN ('label', 'import')) = (class_index IS NOT NULL)),
    CHECK ((action IN ('undo', 'redo')) = (target IS NOT NULL))
);
"""
JOURNAL_2 = """
CREATE TABLE journal (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    annotator TEXT NOT NULL,
    round_number INTEGER NOT NULL,
    action TEXT NOT NULL
        CHECK (action IN ('label', 'unsure', 'skip', 'import', 'flag', 'unflag', 'comment',
                          'undo', 'redo')),
    image_id INTEGER NOT NULL REFERENCES image,
    class_index INTEGER REFERENCES class,
    suggested INTEGER REFERENCES class,
    confidence REAL,
    shown INTEGER NOT NULL,
    target INTEGER REFERENCES journal,
    comment TEXT NOT NULL,
    purpose TEXT NOT NULL CHECK (purpose IN ('answer', 'repeat', 'second', 'adjudicate')),
    seal TEXT NOT NULL,
    CHECK ((action IN ('label', 'import')) = (class_index IS NOT NULL)),
    CHECK ((action IN ('undo', 'redo')) = (target IS NOT NULL))
);
"""

SCHEMAS = {
    1: TABLES + JOURNAL_1 + GUARDS,
    2: TABLES + JOURNAL_2 + GUARDS + PREDICTION,
    3: TABLES + JOURNAL_2 + GUARDS + PREDICTION + METADATA,
    4: TABLES + JOURNAL_2 + GUARDS + PREDICTION + METADATA + ACTS,
    SCHEMA_VERSION: TABLES + JOURNAL + GUARDS + PREDICTION + METADATA + ACTS,
}
"""The statements that make the tables, by version."""
