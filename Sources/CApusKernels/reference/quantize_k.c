/*
 * Quantization of weights to the K formats.
 *
 * Each sub-block gets its own scale (and minimum) by a search: several roundings of the values
 * are tried, for each the scale (and minimum) of least weighted squared error is computed in
 * closed form, and the best is kept. Scales of sub-blocks are then rounded to integers with one
 * common factor per block, and the values are rounded once more with what was stored.
 * Weights of the squared error: magnitude plus root mean square (Q4_K, Q5_K), square (Q6_K).
 */
#include "../blocks.h"
#include "../families.h"
#include "half.h"

#include <assert.h>
#include <math.h>
#include <string.h>

static float clamped(float x, float low, float high) {
    return x < low ? low : x > high ? high : x;
}

typedef struct affine {
    float scale;
    float minimum; /* value = scale * q - minimum, minimum >= 0 */
} affine;

/* Least squares for x ~ scale * q - minimum with weights; false if q does not vary. */
static int fit(const float *x, const float *weights, const float *q, affine *result) {
    float w = 0, wq = 0, wqq = 0, wx = 0, wqx = 0;
    for (int i = 0; i < 32; i++) {
        w += weights[i];
        wq += weights[i] * q[i];
        wqq += weights[i] * q[i] * q[i];
        wx += weights[i] * x[i];
        wqx += weights[i] * q[i] * x[i];
    }
    float determinant = w * wqq - wq * wq;
    if (determinant <= 0) {
        return 0;
    }
    result->scale = (w * wqx - wx * wq) / determinant;
    result->minimum = -(wqq * wx - wq * wqx) / determinant;
    if (result->minimum < 0) {
        result->minimum = 0;
        result->scale = wqx / wqq;
    }
    return result->scale > 0;
}

static float squared_error(const float *x, const float *weights, const float *q, affine a) {
    float error = 0;
    for (int i = 0; i < 32; i++) {
        float difference = a.scale * q[i] - a.minimum - x[i];
        error += weights[i] * difference * difference;
    }
    return error;
}

/* Scale and minimum of 32 values for q in 0...levels. */
static affine search_affine(const float *x, float levels) {
    float low = 0, high = x[0], mean_square = 0, weights[32], q[32];
    for (int i = 0; i < 32; i++) {
        low = fminf(low, x[i]);
        high = fmaxf(high, x[i]);
        mean_square += x[i] * x[i] / 32;
    }
    affine best = {(high - low) / levels, -low};
    if (!(high > low)) {
        return (affine){0, -low};
    }
    for (int i = 0; i < 32; i++) {
        weights[i] = sqrtf(mean_square) + fabsf(x[i]);
    }
    float least = INFINITY;
    for (int step = -10; step <= 10; step++) {
        float inverse = (levels + 0.1F * (float)step) / (high - low);
        for (int i = 0; i < 32; i++) {
            q[i] = clamped(rintf((x[i] - low) * inverse), 0, levels);
        }
        affine candidate;
        if (!fit(x, weights, q, &candidate)) {
            continue;
        }
        float error = squared_error(x, weights, q, candidate);
        if (error < least) {
            least = error;
            best = candidate;
        }
    }
    return best;
}

/* Inverse of ck_k_scales. */
static void join_scales(const uint8_t scales[8], const uint8_t minimums[8], uint8_t packed[12]) {
    for (int i = 0; i < 4; i++) {
        packed[i] = (uint8_t)(scales[i] | (scales[i + 4] >> 4) << 6);
        packed[i + 4] = (uint8_t)(minimums[i] | (minimums[i + 4] >> 4) << 6);
        packed[i + 8] = (uint8_t)((scales[i + 4] & 15) | (minimums[i + 4] & 15) << 4);
    }
}

/* Scales and rounded values of one Q4_K (levels 15) or Q5_K (levels 31) block. */
static void quantize_affine(const float *x, float levels, uint16_t *d, uint16_t *dmin,
                            uint8_t packed_scales[12], uint8_t q[256]) {
    affine parts[8];
    float largest_scale = 0, largest_minimum = 0;
    for (int sub = 0; sub < 8; sub++) {
        parts[sub] = search_affine(x + 32 * sub, levels);
        largest_scale = fmaxf(largest_scale, parts[sub].scale);
        largest_minimum = fmaxf(largest_minimum, parts[sub].minimum);
    }
    *d = ck_f32_to_half(largest_scale / 63);
    *dmin = ck_f32_to_half(largest_minimum / 63);
    float stored_d = ck_half_to_f32(*d), stored_dmin = ck_half_to_f32(*dmin);
    uint8_t scales[8], minimums[8];
    for (int sub = 0; sub < 8; sub++) {
        scales[sub] = (uint8_t)(
            stored_d > 0 ? clamped(rintf(parts[sub].scale / stored_d), 0, 63) : 0);
        minimums[sub] = (uint8_t)(
            stored_dmin > 0 ? clamped(rintf(parts[sub].minimum / stored_dmin), 0, 63) : 0);
        float scale = stored_d * (float)scales[sub];
        float minimum = stored_dmin * (float)minimums[sub];
        for (int i = 32 * sub; i < 32 * sub + 32; i++) {
            q[i] = (uint8_t)(scale > 0 ? clamped(rintf((x[i] + minimum) / scale), 0, levels) : 0);
        }
    }
    join_scales(scales, minimums, packed_scales);
}

static void pack_q4_k(const float *x, void *w, size_t n) {
    assert(n % CK_SUPER == 0);
    ck_q4_k *block = w;
    for (; n > 0; n -= CK_SUPER, block++, x += CK_SUPER) {
        uint8_t q[256];
        uint16_t d, dmin;
        quantize_affine(x, 15, &d, &dmin, block->scales, q);
        block->d = d;
        block->dmin = dmin;
        for (int i = 0; i < 128; i++) {
            int low = i / 32 * 64 + i % 32;
            block->q[i] = (uint8_t)(q[low] | q[low + 32] << 4);
        }
    }
}

static void pack_q5_k(const float *x, void *w, size_t n) {
    assert(n % CK_SUPER == 0);
    ck_q5_k *block = w;
    for (; n > 0; n -= CK_SUPER, block++, x += CK_SUPER) {
        uint8_t q[256];
        uint16_t d, dmin;
        quantize_affine(x, 31, &d, &dmin, block->scales, q);
        block->d = d;
        block->dmin = dmin;
        memset(block->high, 0, sizeof block->high);
        for (int i = 0; i < 256; i++) {
            block->high[i % 32] |= (uint8_t)((q[i] >> 4) << (i / 32));
        }
        for (int i = 0; i < 128; i++) {
            int low = i / 32 * 64 + i % 32;
            block->q[i] = (uint8_t)((q[low] & 15) | (q[low + 32] & 15) << 4);
        }
    }
}

/* Scale of 16 values for q in -32...31; the value of largest magnitude maps near -32. */
static float search_scale(const float *x) {
    float extreme = 0, best = 0, most = 0;
    for (int i = 0; i < 16; i++) {
        extreme = fabsf(x[i]) > fabsf(extreme) ? x[i] : extreme;
    }
    if (extreme == 0) {
        return 0;
    }
    for (int step = -9; step <= 9; step++) {
        float inverse = -(32 + 0.1F * (float)step) / extreme;
        float wqx = 0, wqq = 0;
        for (int i = 0; i < 16; i++) {
            float q = clamped(rintf(x[i] * inverse), -32, 31);
            wqx += x[i] * x[i] * q * x[i];
            wqq += x[i] * x[i] * q * q;
        }
        /* The weighted error is a constant less wqx^2 / wqq when the scale is wqx / wqq. */
        if (wqq > 0 && wqx * wqx > most * wqq) {
            most = wqx * wqx / wqq;
            best = wqx / wqq;
        }
    }
    return best != 0 ? best : extreme / -32;
}

static void pack_q6_k(const float *x, void *w, size_t n) {
    assert(n % CK_SUPER == 0);
    ck_q6_k *block = w;
    for (; n > 0; n -= CK_SUPER, block++, x += CK_SUPER) {
        float parts[16], extreme = 0;
        for (int i = 0; i < 16; i++) {
            parts[i] = search_scale(x + 16 * i);
            extreme = fabsf(parts[i]) > fabsf(extreme) ? parts[i] : extreme;
        }
        memset(block, 0, sizeof *block);
        block->d = ck_f32_to_half(extreme / -128);
        float d = ck_half_to_f32(block->d);
        for (int i = 0; i < 256 && d != 0; i++) {
            block->scales[i / 16] = (int8_t)clamped(rintf(parts[i / 16] / d), -128, 127);
            float scale = d * (float)block->scales[i / 16];
            float rounded = scale != 0 ? clamped(rintf(x[i] / scale), -32, 31) : 0;
            unsigned q = (unsigned)((int)rounded + 32);
            int half = i / 128, part = i / 32 % 4, j = i % 32;
            block->low[64 * half + part % 2 * 32 + j] |= (uint8_t)((q & 15) << (part / 2 * 4));
            block->high[32 * half + j] |= (uint8_t)((q >> 4) << (2 * part));
        }
    }
}

void ck_init_quantize_k_scalar(ck_table *table) {
    table->formats[CK_Q4_K].pack = pack_q4_k;
    table->formats[CK_Q5_K].pack = pack_q5_k;
    table->formats[CK_Q6_K].pack = pack_q6_k;
}
