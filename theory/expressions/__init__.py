"""From a text to an expression in z: the only place where a string becomes mathematics."""
