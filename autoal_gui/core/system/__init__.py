"""The operating system: files, processes, memory and safe names."""
