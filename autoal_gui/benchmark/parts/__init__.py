"""What is measured, a part a file: `measure` yields figures, `ratios` what they come to."""
