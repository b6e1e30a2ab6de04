"""What the answers that taught a model say of it."""
