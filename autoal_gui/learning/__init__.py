"""The networks and the AutoAL search: torch, never Qt."""
