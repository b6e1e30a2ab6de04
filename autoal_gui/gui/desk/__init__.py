"""The desk of an open project: the image, the answers to it, its batch, and the panels beside it.

`Desk` puts together `Header`, `BatchStrip`, `ImageBar` (with `ContrastMenu`), `ClassPanel`,
`GridPanel`, `HeatPanel` and `WhyPanel`; `IdleWatch` adds up the time that the reader has waited.
"""
