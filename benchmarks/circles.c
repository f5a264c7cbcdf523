/* The `circles` loop as one would write it for this one network (2-4-1, logistic, cross-entropy, Adam, full batch)
   and nothing else: all rows in one pass, every sum in a register. The compiler vectorises it.

   cc -O3 -march=native -ffast-math -mprefer-vector-width=512 -shared -fPIC circles.c -o circles.so -lm

   - log2(e) is folded into the weights, so that a sigmoid is 1 / (1 + 2^-z): a polynomial and an exponent.
   - sum log(1 + e^-|z|) is the logarithm of a product, taken once a lane: its 32 factors are at most 2. */

#include <math.h>
#include <stdint.h>
#include <string.h>

#define LANES 16
#define MAX_ROWS 512
#define LOG2E 1.44269504f

static inline float least(float a, float b) { return a < b ? a : b; }
static inline float most(float a, float b) { return a > b ? a : b; }

/* 2^x for |x| < 127, to 2e-7: x = k + f, k whole and |f| <= 1/2. */
static inline float exp2_of(float x) {
    float k = rintf(x), f = x - k;
    float p = 1.33335581e-3f;
    p = p * f + 9.61812911e-3f;
    p = p * f + 5.55041087e-2f;
    p = p * f + 2.40226507e-1f;
    p = p * f + 6.93147181e-1f;
    p = p * f + 1.0f;
    int32_t bits;
    memcpy(&bits, &p, 4);
    bits += (int32_t)k << 23;
    memcpy(&p, &bits, 4);
    return p;
}

/* 1 / (1 + 2^s) */
static inline float sigmoid_of(float s) { return 1.0f / (1.0f + exp2_of(most(least(s, 60.0f), -60.0f))); }

/* theta: w1 (2 x 4), b1 (4), w2 (4), b2. Changed in place; losses has room for one number an epoch. */
void train(const float *points, const float *targets, int n_rows, float *theta, int epochs, float rate, float *losses) {
    static float x1[MAX_ROWS] __attribute__((aligned(64))), x2[MAX_ROWS] __attribute__((aligned(64)));
    static float t[MAX_ROWS] __attribute__((aligned(64))), w[MAX_ROWS] __attribute__((aligned(64)));
    const int n = (n_rows + LANES - 1) / LANES * LANES;
    for (int r = 0; r < n; r++) {
        x1[r] = r < n_rows ? points[2 * r] : 0;
        x2[r] = r < n_rows ? points[2 * r + 1] : 0;
        t[r] = r < n_rows ? targets[r] : 0;
        w[r] = r < n_rows;
    }
    static float factor[MAX_ROWS] __attribute__((aligned(64)));
    float m[17] = {0}, v[17] = {0}, g[17], power1 = 1, power2 = 1;
    for (int epoch = 0; epoch < epochs; epoch++) {
        float h[12];
        for (int k = 0; k < 12; k++) h[k] = -LOG2E * theta[k];
        const float o0 = theta[12], o1 = theta[13], o2 = theta[14], o3 = theta[15], b2 = theta[16];
        float p0 = 0, p1 = 0, p2 = 0, p3 = 0, q0 = 0, q1 = 0, q2 = 0, q3 = 0, c0 = 0, c1 = 0, c2 = 0, c3 = 0;
        float s0 = 0, s1 = 0, s2 = 0, s3 = 0, s4 = 0, loss = 0;
        for (int r = 0; r < n; r++) {
            const float x = x1[r], y = x2[r];
            const float a0 = sigmoid_of(h[0] * x + (h[4] * y + h[8]));
            const float a1 = sigmoid_of(h[1] * x + (h[5] * y + h[9]));
            const float a2 = sigmoid_of(h[2] * x + (h[6] * y + h[10]));
            const float a3 = sigmoid_of(h[3] * x + (h[7] * y + h[11]));
            const float z = o0 * a0 + o1 * a1 + (o2 * a2 + o3 * a3) + b2;
            const float positive = most(z, 0.0f);
            const float e = exp2_of(most((z - 2 * positive) * LOG2E, -60.0f)); /* e^-|z| */
            const float inverse = 1.0f / (1.0f + e);
            const float d = w[r] * ((z >= 0 ? inverse : e * inverse) - t[r]);
            factor[r] = 1.0f + w[r] * e;
            loss += w[r] * (positive - t[r] * z);
            const float d0 = a0 * d, d1 = a1 * d, d2 = a2 * d, d3 = a3 * d;
            s0 += d0, s1 += d1, s2 += d2, s3 += d3, s4 += d;
            /* dz of the hidden units but for w2, which is the same for all rows */
            const float e0 = d0 - a0 * d0, e1 = d1 - a1 * d1, e2 = d2 - a2 * d2, e3 = d3 - a3 * d3;
            c0 += e0, c1 += e1, c2 += e2, c3 += e3;
            p0 += e0 * x, p1 += e1 * x, p2 += e2 * x, p3 += e3 * x;
            q0 += e0 * y, q1 += e1 * y, q2 += e2 * y, q3 += e3 * y;
        }
        float product[LANES];
        for (int i = 0; i < LANES; i++) product[i] = 1;
        for (int r = 0; r < n; r += LANES)
            for (int i = 0; i < LANES; i++) product[i] *= factor[r + i];
        for (int i = 0; i < LANES; i++) loss += logf(product[i]);
        losses[epoch] = loss / n_rows;
        const float sums[17] = {o0 * p0, o1 * p1, o2 * p2, o3 * p3, o0 * q0, o1 * q1, o2 * q2, o3 * q3, o0 * c0,
                                o1 * c1, o2 * c2, o3 * c3, s0, s1, s2, s3, s4};
        memcpy(g, sums, sizeof g);
        power1 *= 0.9f;
        power2 *= 0.999f;
        const float size = rate / (1 - power1), root = 1 / sqrtf(1 - power2);
        for (int k = 0; k < 17; k++) {
            float gk = g[k] / n_rows;
            m[k] = 0.9f * m[k] + 0.1f * gk;
            v[k] = 0.999f * v[k] + 0.001f * gk * gk;
            theta[k] -= size * m[k] / (sqrtf(v[k]) * root + 1e-8f);
        }
    }
}
