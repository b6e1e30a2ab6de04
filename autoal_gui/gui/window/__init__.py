"""The main window: its pages, dialogs, menus and commands, its start and its end.

`MainWindow` makes the parts and connects them: `PageStack`, `DialogOpener`, `NewProjects`,
`RecentProjects` and `Menus`. The commands are rows of a table in `commands`.
"""
