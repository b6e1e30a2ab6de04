"""The page on which answers are looked at again and mended."""
