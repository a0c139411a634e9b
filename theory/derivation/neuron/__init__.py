"""The chapters that speak of the single neuron alone."""
