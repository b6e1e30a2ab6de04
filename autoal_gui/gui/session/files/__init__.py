"""The files behind the images of the open project, as the user and others change them."""
