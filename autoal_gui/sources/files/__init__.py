"""The files of a folder: which are images, which are left out, which have changed."""
