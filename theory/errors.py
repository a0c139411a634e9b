"""Errors that speak to the user: what was wrong, where, and what is allowed."""


class InputError(ValueError):
    """Bad input, explained in one line; the command line turns it into exit status 2."""


class ExpressionError(InputError):
    """A text that is not an admissible expression in z or an exact number."""


class NoExpansionError(InputError):
    """An expression without a power series at 0 that can be computed exactly."""


class NotFiniteError(InputError):
    """An expression whose value at a point is not a finite real number."""


class UnresolvedError(NotFiniteError):
    """A value that no precision in reach tells from 0."""


class NotEvenError(InputError):
    """A response that is not even (a loss that is not even, an activation that is not odd)."""


class NotNormalisedError(InputError):
    """A response with r(0) ≠ 1."""


class NoWeightsError(InputError):
    """A point (p, q) that belongs to no weights of the model."""


class ReducedMapError(InputError, ArithmeticError):
    """A reduced map of another form than the theory of the slow curve takes."""


class NoCurvatureError(InputError):
    """A response with r''(0) = 0, where the theory divides by r''(0)."""
