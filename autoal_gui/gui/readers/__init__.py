"""The pages of several readers: second reading, agreement, adjudication."""
