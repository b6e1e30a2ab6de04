"""Backbones: the networks that turn an image into features, a file each."""
