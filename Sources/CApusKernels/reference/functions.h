/*
 * Scalar exp and tanh. The vector kernels take the same steps in the same order, so results are
 * equal to the bit.
 *
 * exp(x) = 2^n * e^r with n = round(x / ln 2), |r| <= ln 2 / 2, and a polynomial of degree 7 for
 * e^r. tanh is an odd polynomial below 0.625 and 1 - 2 / (exp(2x) + 1) above. Both polynomials
 * are those of Cephes (expf.c, tanhf.c).
 */
#ifndef CK_FUNCTIONS_H
#define CK_FUNCTIONS_H

#include "half.h"

#include <math.h>

#define CK_EXP_MAX 88.72F
#define CK_EXP_MIN (-87.33F)
#define CK_LOG2E 1.44269504F
#define CK_LN2_HIGH 0.693359375F
#define CK_LN2_LOW (-2.12194440e-4F)
#define CK_TANH_SMALL 0.625F
#define CK_GELU_A 0.797884561F  /* sqrt(2 / pi) */
#define CK_GELU_B 0.0356774081F /* 0.044715 sqrt(2 / pi) */

static const float ck_exp_poly[6] = {1.9875691500e-4F, 1.3981999507e-3F, 8.3334519073e-3F,
                                     4.1665795894e-2F, 1.6666665459e-1F, 5.0000001201e-1F};
static const float ck_tanh_poly[5] = {-5.70498872745e-3F, 2.06390887954e-2F, -5.37397155531e-2F,
                                      1.33314422036e-1F, -3.33332819422e-1F};

static inline float ck_exp1(float x) {
    if (x != x) {
        return x;
    }
    if (x > CK_EXP_MAX) {
        return INFINITY;
    }
    if (x < CK_EXP_MIN) {
        return 0;
    }
    float n = rintf(x * CK_LOG2E);
    float r = fmaf(-n, CK_LN2_LOW, fmaf(-n, CK_LN2_HIGH, x));
    float p = ck_exp_poly[0];
    for (int i = 1; i < 6; i++) {
        p = fmaf(p, r, ck_exp_poly[i]);
    }
    float y = fmaf(p, r * r, r) + 1;
    return ck_bits_to_f32(ck_f32_to_bits(y) + ((uint32_t)(int32_t)n << 23));
}

static inline float ck_tanh1(float x) {
    float a = fabsf(x);
    if (a < CK_TANH_SMALL) {
        float z = x * x;
        float p = ck_tanh_poly[0];
        for (int i = 1; i < 5; i++) {
            p = fmaf(p, z, ck_tanh_poly[i]);
        }
        return fmaf(p * z, x, x);
    }
    return copysignf(1 - 2 / (ck_exp1(a + a) + 1), x);
}

static inline float ck_sigmoid1(float x) {
    return 1 / (1 + ck_exp1(-x));
}

/* Adds 16 lanes: halves first, so that vectors of 4, 8 and 16 lanes can take the same steps. */
static inline float ck_sum_lanes(const float lanes[16]) {
    float sums[8];
    for (int i = 0; i < 8; i++) {
        sums[i] = lanes[i] + lanes[i + 8];
    }
    for (int width = 4; width > 0; width /= 2) {
        for (int i = 0; i < width; i++) {
            sums[i] = sums[i] + sums[i + width];
        }
    }
    return sums[0];
}

/* Sum of a[i] * b[i]: lane i % 16 takes element i, then the lanes are added. */
static inline float ck_dot_lanes(const float *a, const float *b, size_t n) {
    float lanes[16] = {0};
    for (size_t i = 0; i < n; i++) {
        lanes[i % 16] = fmaf(a[i], b[i], lanes[i % 16]);
    }
    return ck_sum_lanes(lanes);
}

#endif
