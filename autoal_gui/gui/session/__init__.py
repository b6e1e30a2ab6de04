"""What the user can do, without a widget: the only room that writes to a project.

`Controller` opens and closes projects and connects the parts: `AskedImages`, `Labelling`,
`Training`, `Exports`, `Inference`, `ProjectSetup`, `Relabelling`, and those of `readers`.
`EngineQueue` says what runs in the engine and what waits for it.
"""
