"""A damaged project file is rebuilt, byte by byte where it must be."""
