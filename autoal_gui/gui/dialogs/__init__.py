"""Dialogs over the window that no room owns; each asks one thing.

`CommentEditor`, `ExportDialog`, `Finder` (in `ImageNames` or `ClassNames`), `KeysDialog`,
`LeaveDialog`, `ShortcutSheet`.
"""
