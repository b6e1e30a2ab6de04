"""Building blocks of every page; none knows a room.

`Actions`, `Page`, `OwnAction`, `Theme`, `Failure`, `CardColumn`, `Section`, `FlowLayout`,
`HelpButton`, and the inputs `EntryLine`, `PathField`, `StillComboBox`, `StillSpinBox`.
"""
