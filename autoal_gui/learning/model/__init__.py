"""Networks: how they are built, kept in a file and put on a device."""
