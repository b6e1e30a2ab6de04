"""What the trials are made with: programs to kill, inputs to bend, and what is tried with them."""
