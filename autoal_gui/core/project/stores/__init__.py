"""What is kept of a project, a store each: labels, rounds, batches, settings; the warm start."""
