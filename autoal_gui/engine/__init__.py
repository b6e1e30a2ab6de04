"""The seam between the window and the networks: one QThread, commands in, events out."""
