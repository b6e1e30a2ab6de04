"""From the values of a file to the grey or colour that is shown."""
