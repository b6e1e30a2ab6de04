"""What the user can do, without a widget: the only room that writes to a project."""
