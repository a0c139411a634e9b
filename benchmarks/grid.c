/* The linear model's reduced map for log-cosh, p and u = 1/q in place: the reference of bench_grid.py.
   It does nothing but step; blocks of 512 orbits stay in the first-level cache. */

#include <math.h>
#include <stddef.h>

#define BLOCK 512

void grid(double *restrict p, double *restrict u, size_t count, long steps, double eta)
{
    double epsilon = eta * eta;
#pragma omp parallel for num_threads(2) schedule(static)
    for (size_t begin = 0; begin < count; begin += BLOCK) {
        size_t size = count - begin < BLOCK ? count - begin : BLOCK;
        double *restrict ps = p + begin, *restrict us = u + begin;
        for (long t = 0; t < steps; t++)
#pragma omp simd
            for (size_t i = 0; i < size; i++) {
                double x = ps[i], s = tanh(x), a = 1 + epsilon * s * s;
                ps[i] = x * a - 2 * s * us[i];
                us[i] = us[i] * a - 2 * epsilon * x * s;
            }
    }
}
