/*
 * Quantization of weights to the K formats.
 *
 * Each sub-block gets its own scale (and minimum) by a search: several roundings of the values
 * are tried, for each the scale (and minimum) of least weighted squared error is computed in
 * closed form, and the best is kept. Scales of sub-blocks are then rounded to integers with one
 * common factor per block, and the values are rounded with what was stored. Last, the common
 * factors are fitted to the rounded values by least squares, and the values are rounded once more.
 * Weights of the squared error: magnitude plus root mean square (Q4_K, Q5_K), square (Q6_K).
 */
#include "../blocks.h"
#include "../families.h"
#include "half.h"

#include <assert.h>
#include <math.h>
#include <string.h>

/*
 * The nearest integer, ties to even, from low to high; both are integers below 2^22. Adding
 * 1.5 * 2^23 rounds without a call, so that loops become vectors on every processor.
 */
static float rounded(float x, float low, float high) {
    float bounded = x < low ? low : x > high ? high : x;
    return (bounded + 0x1.8p23F) - 0x1.8p23F;
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
    float least = INFINITY, minimum = -low;
    for (int step = -10; step <= 10; step++) {
        float inverse = (levels + 0.1F * (float)step) / (high - low);
        for (int i = 0; i < 32; i++) {
            q[i] = rounded((x[i] + minimum) * inverse, 0, levels);
        }
        affine candidate;
        if (!fit(x, weights, q, &candidate)) {
            continue;
        }
        float error = squared_error(x, weights, q, candidate);
        if (error < least) {
            least = error;
            best = candidate;
            minimum = best.minimum;
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

/* A block of 256 values while it is quantized: value = d * scale * q - dmin * minimum. */
typedef struct affine_super {
    float d, dmin;
    uint8_t scales[8], minimums[8], q[256];
} affine_super;

static void round_values(const float *x, float levels, affine_super *block) {
    for (int i = 0; i < 256; i++) {
        float scale = block->d * (float)block->scales[i / 32];
        float minimum = block->dmin * (float)block->minimums[i / 32];
        block->q[i] = (uint8_t)(
            scale > 0 ? rounded((x[i] + minimum) / scale, 0, levels) : 0);
    }
}

/* Least squares for d and dmin with everything else fixed; false if there is no such pair. */
static int refit(const float *x, affine_super *block) {
    float ss = 0, sm = 0, mm = 0, sx = 0, mx = 0;
    for (int i = 0; i < 256; i++) {
        float s = (float)(block->scales[i / 32] * block->q[i]);
        float m = (float)block->minimums[i / 32];
        ss += s * s;
        sm += s * m;
        mm += m * m;
        sx += s * x[i];
        mx += m * x[i];
    }
    float determinant = ss * mm - sm * sm;
    float d = (mm * sx - sm * mx) / determinant, dmin = (sm * sx - ss * mx) / determinant;
    if (!(determinant > 0) || !(d > 0) || !(dmin > 0)) {
        return 0;
    }
    block->d = ck_half_to_f32(ck_f32_to_half(d));
    block->dmin = ck_half_to_f32(ck_f32_to_half(dmin));
    return 1;
}

/* Scales and rounded values of one Q4_K (levels 15) or Q5_K (levels 31) block. */
static void quantize_affine(const float *x, float levels, affine_super *block) {
    affine parts[8];
    float largest_scale = 0, largest_minimum = 0;
    for (int sub = 0; sub < 8; sub++) {
        parts[sub] = search_affine(x + 32 * sub, levels);
        largest_scale = fmaxf(largest_scale, parts[sub].scale);
        largest_minimum = fmaxf(largest_minimum, parts[sub].minimum);
    }
    block->d = ck_half_to_f32(ck_f32_to_half(largest_scale / 63));
    block->dmin = ck_half_to_f32(ck_f32_to_half(largest_minimum / 63));
    for (int sub = 0; sub < 8; sub++) {
        block->scales[sub] = (uint8_t)(
            block->d > 0 ? rounded(parts[sub].scale / block->d, 0, 63) : 0);
        block->minimums[sub] = (uint8_t)(
            block->dmin > 0 ? rounded(parts[sub].minimum / block->dmin, 0, 63) : 0);
    }
    round_values(x, levels, block);
    if (refit(x, block)) {
        round_values(x, levels, block);
    }
}

static void pack_q4_k(const float *x, void *w, size_t n) {
    assert(n % CK_SUPER == 0);
    ck_q4_k *block = w;
    for (; n > 0; n -= CK_SUPER, block++, x += CK_SUPER) {
        affine_super parts;
        quantize_affine(x, 15, &parts);
        block->d = ck_f32_to_half(parts.d);
        block->dmin = ck_f32_to_half(parts.dmin);
        join_scales(parts.scales, parts.minimums, block->scales);
        const uint8_t *q = parts.q;
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
        affine_super parts;
        quantize_affine(x, 31, &parts);
        block->d = ck_f32_to_half(parts.d);
        block->dmin = ck_f32_to_half(parts.dmin);
        join_scales(parts.scales, parts.minimums, block->scales);
        const uint8_t *q = parts.q;
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
            float q = rounded(x[i] * inverse, -32, 31);
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

/* Values of a Q6_K block, q in -32...31, with scale d * scales[i / 16]. */
static void round_signed(const float *x, float d, const int8_t scales[16], int8_t q[256]) {
    for (int i = 0; i < 256; i++) {
        float scale = d * (float)scales[i / 16];
        q[i] = (int8_t)(scale != 0 ? rounded(x[i] / scale, -32, 31) : 0);
    }
}

/* The d of least squares with everything else fixed. */
static float refit_signed(const float *x, float d, const int8_t scales[16], const int8_t q[256]) {
    float ss = 0, sx = 0;
    for (int i = 0; i < 256; i++) {
        float s = (float)(scales[i / 16] * q[i]);
        ss += s * s;
        sx += s * x[i];
    }
    float fitted = ck_half_to_f32(ck_f32_to_half(sx / ss));
    return ss > 0 && fitted != 0 ? fitted : d;
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
        float d = ck_half_to_f32(ck_f32_to_half(extreme / -128));
        if (d == 0) {
            continue;
        }
        int8_t q[256];
        for (int i = 0; i < 16; i++) {
            block->scales[i] = (int8_t)rounded(parts[i] / d, -128, 127);
        }
        round_signed(x, d, block->scales, q);
        d = refit_signed(x, d, block->scales, q);
        round_signed(x, d, block->scales, q);
        block->d = ck_f32_to_half(d);
        for (int i = 0; i < 256; i++) {
            unsigned bits = (unsigned)(q[i] + 32);
            int half = i / 128, part = i / 32 % 4, j = i % 32;
            block->low[64 * half + part % 2 * 32 + j] |= (uint8_t)((bits & 15) << (part / 2 * 4));
            block->high[32 * half + j] |= (uint8_t)((bits >> 4) << (2 * part));
        }
    }
}

void ck_init_quantize_k_scalar(ck_table *table) {
    table->formats[CK_Q4_K].pack = pack_q4_k;
    table->formats[CK_Q5_K].pack = pack_q5_k;
    table->formats[CK_Q6_K].pack = pack_q6_k;
}
