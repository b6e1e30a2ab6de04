"""Ways in which the unlabelled images teach: each guesses their classes from the labelled ones."""
