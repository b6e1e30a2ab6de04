"""Images decoded beside the window and drawn, one at a time or in grids; no label is given here.

`ImageLoader` decodes into `Levels`, `ImageView` shows one (`Viewport` is its geometry);
`Thumbnails` makes the small ones, `ImageGrid` shows many by `GridModel` and `GridDelegate`.
"""
