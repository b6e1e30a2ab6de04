"""What is measured: metrics with their intervals, and the advice to stop."""
