"""Dialogs that make a project and change what it was made with.

`NewProjectDialog` puts together `SetChooser`, `ImportProgress`, `ClassList` and `MethodForm`; its
`Importer` lists the images. `SettingsDialog`, `ClassesDialog` and `ImportReportDialog` come later.
"""
