"""The main window: its menus, its pages, its start and its end."""
