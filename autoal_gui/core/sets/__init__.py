"""What a set of images is: layout, groups, splits, labels and columns, read from names and tables.

`layout` says what each level of folders means, `passed_over` what is no image of the set, `table`
and `columns` what a table says of the images, `partition` which images are set aside together.
Everything here works on plain strings: no pixel is read, and no window is needed.
"""
