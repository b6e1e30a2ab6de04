"""What training makes of the labels, as panels that follow the controller.

`TrainingPanel` (with `Sparkline`), `WeightsPanel` (with `PinTable`), and `PerformancePanel` (with
`ConfusionMatrix`); what they say stands in `training_text` and `performance_text`.
"""
