"""The experiments of AutoAL's paper, made again on whichever of its sets are there."""
