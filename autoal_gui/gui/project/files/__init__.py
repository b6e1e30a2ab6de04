"""The files behind a project's images: found again, added to, set aside."""
