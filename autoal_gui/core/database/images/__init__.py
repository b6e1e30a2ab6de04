"""What became of the images and their files, as rows of the project file."""
