"""Every command of the window, one row each, by menu; `table` has them all.

Menus, buttons, the sheet of keys and the dialog that changes keys are made of these rows. To add a
command, add a row to the module of its menu. Names stay, since users' own keys are kept by them.
"""
