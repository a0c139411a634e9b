"""Sixty losses and activations from the literature, from imagination, and in several spellings."""

_KINKED = (
    "sqrt(1+z**2) - z*(z**3-3*z**2*asin(sin(5*z))/5+3*z*(asin(sin(5*z))/5)**2"
    "-(asin(sin(5*z))/5)**3)*exp(-3*z**2)/200"
)
LOSSES = (
    # robust statistics
    "z**2/2",  # least squares
    "log(cosh(z))",
    "sqrt(1+z**2)",  # pseudo-Huber
    "z*atan(z) - log(1+z**2)/2",
    "log(1+z**2)/2",  # Cauchy, Student
    "z**2/(2*(1+z**2))",  # Geman and McClure
    "(1-exp(-z**2))/2",  # Welsch
    "2*(1+z**2/2)**(1/2) - 2",  # Barron's family, α = 1
    "3/2*((1+z**2*2/3)**(1/4)*4 - 4)/2",  # α = 1/2, rescaled
    "((1+2*z**2)**(3/4) - 1)/3",  # α = 3/2, rescaled
    "2*log(1+z**2/4)",  # α = 0, rescaled
    "z*asinh(z) - sqrt(1+z**2)",
    "sqrt(pi)/2*z*erf(z) + exp(-z**2)/2",
    "3*log(sinh(z)/z)",  # Langevin
    "4*log(cosh(z/2))",
    "z*tanh(z)/2",
    "cosh(z) - 1",
    "exp(z) - z - 1",  # linex
    "abs(z)",
    # classification: the logistic loss and its relatives
    "2*(log(1+exp(z))+log(1+exp(-z)))",
    "log(1+exp(z))",
    "2*log(1+cosh(z))",
    "3/2*log(1/2+cosh(z))",
    # spellings of log-cosh
    "log((exp(z)+exp(-z))/2)",
    "log((exp(2*z)+1)/2) - z",
    "abs(z)+log(1+exp(-2*abs(z)))-log(2)",
    "log(cosh(z))+0*z**4",
    "1000000*log(cosh(z/1000))",
    # mixtures and compositions
    "(log(cosh(z))+sqrt(1+z**2))/2",
    "log(cosh(z))/2 + 200*log(cosh(z/20))",
    "sqrt(2)*asinh(cosh(z))",
    "2*sqrt(1+z**2) - 2*log(1+sqrt(1+z**2))",
    "(log(cosh(z+1))+log(cosh(z-1)))/(2*(1-tanh(1)**2))",
    "(log(cosh(z)) + log(cosh(z-6)) + log(cosh(z+6)))/(1+2/cosh(6)**2)",
    # made to mislead
    _KINKED,
    "sqrt(1+z**2) - 3*z**4*((z**2-1/10)+sqrt((z**2-1/10)**2+1/10**12))**3*exp(-15*z**2)",
    "log(cosh(z)) + z**6*exp(-(1000*(z**2-54))**2)",
)
ACTIVATIONS = (
    "tanh(z)",
    "z/sqrt(1+z**2)",
    "atan(z)",
    "erf(sqrt(pi)*z/2)",
    "1-erfc(sqrt(pi)*z/2)",
    "2*atan(tanh(z/2))",
    "4/(1+exp(-z)) - 2",
    "(log(cosh(z+1))-log(cosh(z-1)))/(2*tanh(1))",  # a soft clip
    "(tanh(z+1)+tanh(z-1))/(2*(1-tanh(1)**2))",
    "z/(1+abs(z))",  # softsign
    "z/(1+z**4)**(1/4)",
    "2*z/(1+sqrt(1+z**2))",
    "sin(z)",
    "z*exp(-z**2/2)",
    "z/(1+exp(-z))",  # SiLU
    "z*(1+erf(z/sqrt(2)))/2",  # GELU
    "asinh(z)",
    "asinh(asinh(asinh(asinh(z))))",
    "tanh(tanh(z))",
    "atan(asinh(z))",
    "tanh(z+z**3/10)",
    "(tanh(z)+10**26*log(z/10**26+sqrt(1+z**2/10**52)))/2",
    "log((1+exp(z+1))/(1+exp(1-z)))-z",
)
