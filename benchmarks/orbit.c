/* The orbit of the linear model with log-cosh, in (p, u) with u = 1/q and t = tanh p:

       s = 1 + eta^2 t^2,   p' = p s - 2 t u,   u' = u s - 2 eta^2 p t,

   each rounded to its midpoint after every step. FLINT's functions are declared here by hand, so
   that no header is needed; they are found in the FLINT that the loading process has. */

#include <string.h>

typedef long slong;
typedef struct { slong exponent, size, mantissa[2]; } arf_struct;
typedef struct { slong exponent; unsigned long mantissa; } mag_struct;
typedef struct { arf_struct mid; mag_struct rad; } arb_struct;

slong _arb_vec_allocated_bytes(const arb_struct *, slong);
void arb_init(arb_struct *);
void arb_clear(arb_struct *);
int arb_load_str(arb_struct *, const char *);
char *arb_dump_str(const arb_struct *);
void flint_free(void *);
void arb_get_mid_arb(arb_struct *, const arb_struct *);
void arb_tanh(arb_struct *, const arb_struct *, slong);
void arb_mul(arb_struct *, const arb_struct *, const arb_struct *, slong);
void arb_sub(arb_struct *, const arb_struct *, const arb_struct *, slong);
void arb_add_ui(arb_struct *, const arb_struct *, unsigned long, slong);
void arb_submul(arb_struct *, const arb_struct *, const arb_struct *, slong);
void arb_fma(arb_struct *, const arb_struct *, const arb_struct *, const arb_struct *, slong);
void arb_mul_2exp_si(arb_struct *, const arb_struct *, slong);

enum { PLAIN, FUSED };

static void plain_step(arb_struct *p, arb_struct *u, const arb_struct *eta2, arb_struct *x,
                       slong bits)
{
    arb_struct *t = x, *w = x + 1, *s = x + 2, *a = x + 3;
    arb_tanh(t, p, bits);
    arb_mul(w, eta2, t, bits);
    arb_mul(s, w, t, bits);
    arb_add_ui(s, s, 1, bits);
    arb_mul(w, w, p, bits);
    arb_mul_2exp_si(w, w, 1);
    arb_mul(t, t, u, bits);
    arb_mul_2exp_si(t, t, 1);
    arb_mul(a, p, s, bits);
    arb_sub(p, a, t, bits);
    arb_mul(a, u, s, bits);
    arb_sub(u, a, w, bits);
}

static void fused_step(arb_struct *p, arb_struct *u, const arb_struct *eta2, arb_struct *x,
                       slong bits)
{
    arb_struct *t = x, *w = x + 1, *s = x + 2, *one = x + 3;
    arb_tanh(t, p, bits);
    arb_mul(w, eta2, t, bits);
    arb_fma(s, w, t, one, bits);
    arb_mul(w, w, p, bits);
    arb_mul_2exp_si(w, w, 1);
    arb_mul_2exp_si(t, t, 1);
    arb_mul(p, p, s, bits);
    arb_submul(p, t, u, bits);
    arb_mul(u, u, s, bits);
    arb_sub(u, u, w, bits);
}

static void tell(const arb_struct *x, char *text)
{
    char *dumped = arb_dump_str(x);
    strcpy(text, dumped);
    flint_free(dumped);
}

/* Writes the last p and u in FLINT's text format into buffers of the caller. Returns 0, or 1 if
   FLINT's numbers are not laid out as they are here. */
int orbit(int variant, const char *p0, const char *u0, const char *eta2_text, slong steps,
          slong bits, char *p_text, char *u_text)
{
    arb_struct p, u, eta2, x[4];
    slong i;
    arb_init(&p);
    if (_arb_vec_allocated_bytes(&p, 1) != sizeof(arb_struct))
        return 1;
    arb_init(&u);
    arb_init(&eta2);
    for (i = 0; i < 4; i++)
        arb_init(x + i);
    arb_load_str(&p, p0);
    arb_load_str(&u, u0);
    arb_load_str(&eta2, eta2_text);
    arb_add_ui(x + 3, x + 3, 1, bits);
    for (i = 0; i < steps; i++) {
        (variant == FUSED ? fused_step : plain_step)(&p, &u, &eta2, x, bits);
        arb_get_mid_arb(&p, &p);
        arb_get_mid_arb(&u, &u);
    }
    tell(&p, p_text);
    tell(&u, u_text);
    arb_clear(&p);
    arb_clear(&u);
    arb_clear(&eta2);
    for (i = 0; i < 4; i++)
        arb_clear(x + i);
    return 0;
}
