"""The building blocks of a page that is written: markup and charts."""
