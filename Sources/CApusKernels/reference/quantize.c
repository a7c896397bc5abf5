/* Quantization of weights to floats of 16 bits and to blocks of 32. */
#include "../blocks.h"
#include "../families.h"
#include "half.h"

#include <assert.h>
#include <math.h>
#include <string.h>

static void pack_f32(const float *x, void *w, size_t n) {
    memcpy(w, x, n * sizeof *x);
}

static void pack_f16(const float *x, void *w, size_t n) {
    for (size_t i = 0; i < n; i++) {
        uint16_t half = ck_f32_to_half(x[i]);
        memcpy((char *)w + 2 * i, &half, sizeof half);
    }
}

static void pack_bf16(const float *x, void *w, size_t n) {
    for (size_t i = 0; i < n; i++) {
        uint16_t bfloat = ck_f32_to_bfloat(x[i]);
        memcpy((char *)w + 2 * i, &bfloat, sizeof bfloat);
    }
}

/* The value of largest magnitude becomes -8, so that its sign fixes that of the scale. */
static void pack_q4_0(const float *x, void *w, size_t n) {
    assert(n % CK_BLOCK == 0);
    ck_q4_0 *block = w;
    for (; n > 0; n -= CK_BLOCK, block++, x += CK_BLOCK) {
        float extreme = 0;
        for (int i = 0; i < 32; i++) {
            extreme = fabsf(x[i]) > fabsf(extreme) ? x[i] : extreme;
        }
        float d = extreme / -8;
        float inverse = d != 0 ? 1 / d : 0;
        block->d = ck_f32_to_half(d);
        for (int i = 0; i < 16; i++) {
            float low = floorf(x[i] * inverse + 8.5F), high = floorf(x[i + 16] * inverse + 8.5F);
            block->q[i] = (uint8_t)fminf(low, 15) | (uint8_t)((int)fminf(high, 15) << 4);
        }
    }
}

/* As Q4_0, with -16. */
static void pack_q5_0(const float *x, void *w, size_t n) {
    assert(n % CK_BLOCK == 0);
    ck_q5_0 *block = w;
    for (; n > 0; n -= CK_BLOCK, block++, x += CK_BLOCK) {
        float extreme = 0;
        for (int i = 0; i < 32; i++) {
            extreme = fabsf(x[i]) > fabsf(extreme) ? x[i] : extreme;
        }
        float d = extreme / -16;
        float inverse = d != 0 ? 1 / d : 0;
        memset(block, 0, sizeof *block);
        block->d = ck_f32_to_half(d);
        for (int i = 0; i < 32; i++) {
            uint32_t q = (uint32_t)fminf(floorf(x[i] * inverse + 16.5F), 31);
            block->q[i % 16] |= (uint8_t)((q & 15) << (i / 16 * 4));
            block->high |= (q >> 4) << i;
        }
    }
}

/* Scale and minimum that spread 32 values over 0...levels. */
typedef struct affine {
    float d, inverse, minimum;
} affine;

static affine spread(const float *x, float levels) {
    float low = x[0], high = x[0];
    for (int i = 1; i < 32; i++) {
        low = x[i] < low ? x[i] : low;
        high = x[i] > high ? x[i] : high;
    }
    float d = (high - low) / levels;
    return (affine){d, d != 0 ? 1 / d : 0, low};
}

static uint32_t level(float x, affine a, float levels) {
    return (uint32_t)fminf(floorf((x - a.minimum) * a.inverse + 0.5F), levels);
}

static void pack_q4_1(const float *x, void *w, size_t n) {
    assert(n % CK_BLOCK == 0);
    ck_q4_1 *block = w;
    for (; n > 0; n -= CK_BLOCK, block++, x += CK_BLOCK) {
        affine a = spread(x, 15);
        block->d = ck_f32_to_half(a.d);
        block->m = ck_f32_to_half(a.minimum);
        for (int i = 0; i < 16; i++) {
            block->q[i] = (uint8_t)(level(x[i], a, 15) | level(x[i + 16], a, 15) << 4);
        }
    }
}

static void pack_q5_1(const float *x, void *w, size_t n) {
    assert(n % CK_BLOCK == 0);
    ck_q5_1 *block = w;
    for (; n > 0; n -= CK_BLOCK, block++, x += CK_BLOCK) {
        affine a = spread(x, 31);
        memset(block, 0, sizeof *block);
        block->d = ck_f32_to_half(a.d);
        block->m = ck_f32_to_half(a.minimum);
        for (int i = 0; i < 32; i++) {
            uint32_t q = level(x[i], a, 31);
            block->q[i % 16] |= (uint8_t)((q & 15) << (i / 16 * 4));
            block->high |= (q >> 4) << i;
        }
    }
}

static void pack_q8_0(const float *x, void *w, size_t n) {
    assert(n % CK_BLOCK == 0);
    ck_q8_0 *block = w;
    for (; n > 0; n -= CK_BLOCK, block++, x += CK_BLOCK) {
        float largest = 0;
        for (int i = 0; i < 32; i++) {
            largest = fmaxf(largest, fabsf(x[i]));
        }
        float d = largest / 127;
        float inverse = d != 0 ? 1 / d : 0;
        block->d = ck_f32_to_half(d);
        for (int i = 0; i < 32; i++) {
            block->q[i] = (int8_t)fmaxf(-127, fminf(127, roundf(x[i] * inverse)));
        }
    }
}

void ck_init_quantize_scalar(ck_table *table) {
    table->formats[CK_F32].pack = pack_f32;
    table->formats[CK_F16].pack = pack_f16;
    table->formats[CK_BF16].pack = pack_bf16;
    table->formats[CK_Q4_0].pack = pack_q4_0;
    table->formats[CK_Q4_1].pack = pack_q4_1;
    table->formats[CK_Q5_0].pack = pack_q5_0;
    table->formats[CK_Q5_1].pack = pack_q5_1;
    table->formats[CK_Q8_0].pack = pack_q8_0;
}
