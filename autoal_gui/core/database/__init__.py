"""The SQLite file of a project: its tables, its rows, its checks and its backups."""
