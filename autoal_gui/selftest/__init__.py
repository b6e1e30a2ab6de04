"""`autoal-gui selftest`: the installed program checks itself on sets that it draws."""
