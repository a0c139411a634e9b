"""The chapters that speak of the two-layer linear network alone."""
