"""What a trained network is used for: predictions, explanations, exports."""
