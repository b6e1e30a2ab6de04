"""The map: every image a dot, the nearer two lie the more alike they are."""
