"""Commands that act on a project: its images and what measures it."""
