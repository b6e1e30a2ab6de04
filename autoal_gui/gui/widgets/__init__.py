"""Building blocks of every page; none knows a room.

`Actions`, `Page`, `OwnAction`, `Theme`, `NoticeBar`, `CardColumn`, `Section`, `FlowLayout`,
`HelpButton`, and the inputs `EntryLine`, `PathField`, `StillComboBox`, `StillSpinBox`.
"""
