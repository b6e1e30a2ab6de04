"""The files behind a project's images: where they are, and what became of them."""
