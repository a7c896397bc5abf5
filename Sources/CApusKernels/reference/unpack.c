/* Dequantization, written after the value formulas in blocks.h. */
#include "../blocks.h"
#include "../families.h"
#include "half.h"

#include <assert.h>
#include <string.h>

static void unpack_f32(const void *w, float *y, size_t n) {
    memcpy(y, w, n * sizeof *y);
}

static void unpack_f16(const void *w, float *y, size_t n) {
    for (size_t i = 0; i < n; i++) {
        uint16_t half;
        memcpy(&half, (const char *)w + 2 * i, sizeof half);
        y[i] = ck_half_to_f32(half);
    }
}

static void unpack_bf16(const void *w, float *y, size_t n) {
    for (size_t i = 0; i < n; i++) {
        uint16_t bfloat;
        memcpy(&bfloat, (const char *)w + 2 * i, sizeof bfloat);
        y[i] = ck_bfloat_to_f32(bfloat);
    }
}

static void unpack_q4_0(const void *w, float *y, size_t n) {
    assert(n % CK_BLOCK == 0);
    const ck_q4_0 *block = w;
    for (; n > 0; n -= CK_BLOCK, block++, y += CK_BLOCK) {
        float d = ck_half_to_f32(block->d);
        for (int i = 0; i < 16; i++) {
            y[i] = d * (float)((block->q[i] & 15) - 8);
            y[i + 16] = d * (float)((block->q[i] >> 4) - 8);
        }
    }
}

static void unpack_q4_1(const void *w, float *y, size_t n) {
    assert(n % CK_BLOCK == 0);
    const ck_q4_1 *block = w;
    for (; n > 0; n -= CK_BLOCK, block++, y += CK_BLOCK) {
        float d = ck_half_to_f32(block->d), m = ck_half_to_f32(block->m);
        for (int i = 0; i < 16; i++) {
            y[i] = d * (float)(block->q[i] & 15) + m;
            y[i + 16] = d * (float)(block->q[i] >> 4) + m;
        }
    }
}

static void unpack_q5_0(const void *w, float *y, size_t n) {
    assert(n % CK_BLOCK == 0);
    const ck_q5_0 *block = w;
    for (; n > 0; n -= CK_BLOCK, block++, y += CK_BLOCK) {
        float d = ck_half_to_f32(block->d);
        for (int i = 0; i < 32; i++) {
            int low = block->q[i % 16] >> (i / 16 * 4) & 15;
            y[i] = d * (float)((low | (int)(block->high >> i & 1) << 4) - 16);
        }
    }
}

static void unpack_q5_1(const void *w, float *y, size_t n) {
    assert(n % CK_BLOCK == 0);
    const ck_q5_1 *block = w;
    for (; n > 0; n -= CK_BLOCK, block++, y += CK_BLOCK) {
        float d = ck_half_to_f32(block->d), m = ck_half_to_f32(block->m);
        for (int i = 0; i < 32; i++) {
            int low = block->q[i % 16] >> (i / 16 * 4) & 15;
            y[i] = d * (float)(low | (int)(block->high >> i & 1) << 4) + m;
        }
    }
}

static void unpack_q8_0(const void *w, float *y, size_t n) {
    assert(n % CK_BLOCK == 0);
    const ck_q8_0 *block = w;
    for (; n > 0; n -= CK_BLOCK, block++, y += CK_BLOCK) {
        float d = ck_half_to_f32(block->d);
        for (int i = 0; i < 32; i++) {
            y[i] = d * (float)block->q[i];
        }
    }
}

static void unpack_iq4_nl(const void *w, float *y, size_t n) {
    assert(n % CK_BLOCK == 0);
    const ck_iq4_nl *block = w;
    for (; n > 0; n -= CK_BLOCK, block++, y += CK_BLOCK) {
        float d = ck_half_to_f32(block->d);
        for (int i = 0; i < 16; i++) {
            y[i] = d * (float)ck_iq4_values[block->q[i] & 15];
            y[i + 16] = d * (float)ck_iq4_values[block->q[i] >> 4];
        }
    }
}

static void unpack_mxfp4(const void *w, float *y, size_t n) {
    assert(n % CK_BLOCK == 0);
    const ck_mxfp4 *block = w;
    for (; n > 0; n -= CK_BLOCK, block++, y += CK_BLOCK) {
        float d = ck_exponent_to_f32(block->e);
        for (int i = 0; i < 16; i++) {
            y[i] = d * (float)ck_fp4_values[block->q[i] & 15];
            y[i + 16] = d * (float)ck_fp4_values[block->q[i] >> 4];
        }
    }
}

static void unpack_mxfp4_pairs(const void *w, float *y, size_t n) {
    assert(n % CK_BLOCK == 0);
    const ck_mxfp4 *block = w;
    for (; n > 0; n -= CK_BLOCK, block++, y += CK_BLOCK) {
        float d = ck_exponent_to_f32(block->e);
        for (int i = 0; i < 32; i++) {
            y[i] = d * (float)ck_fp4_values[block->q[i / 2] >> (i % 2 * 4) & 15];
        }
    }
}

static void unpack_q2_k(const void *w, float *y, size_t n) {
    assert(n % CK_SUPER == 0);
    const ck_q2_k *block = w;
    for (; n > 0; n -= CK_SUPER, block++, y += CK_SUPER) {
        float d = ck_half_to_f32(block->d), dmin = ck_half_to_f32(block->dmin);
        for (int i = 0; i < 256; i++) {
            int scale = block->scales[i / 16] & 15, minimum = block->scales[i / 16] >> 4;
            int q = block->q[i / 128 * 32 + i % 32] >> (i / 32 % 4 * 2) & 3;
            y[i] = d * (float)scale * (float)q - dmin * (float)minimum;
        }
    }
}

static void unpack_q3_k(const void *w, float *y, size_t n) {
    assert(n % CK_SUPER == 0);
    const ck_q3_k *block = w;
    for (; n > 0; n -= CK_SUPER, block++, y += CK_SUPER) {
        float d = ck_half_to_f32(block->d);
        for (int i = 0; i < 256; i++) {
            int q = block->q[i / 128 * 32 + i % 32] >> (i / 32 % 4 * 2) & 3;
            q |= (block->high[i % 32] >> (i / 32) & 1) << 2;
            y[i] = d * (float)(ck_q3_scale(block->scales, i / 16) - 32) * (float)(q - 4);
        }
    }
}

static void unpack_iq4_xs(const void *w, float *y, size_t n) {
    assert(n % CK_SUPER == 0);
    const ck_iq4_xs *block = w;
    for (; n > 0; n -= CK_SUPER, block++, y += CK_SUPER) {
        float d = ck_half_to_f32(block->d);
        for (int i = 0; i < 256; i++) {
            int q = block->q[i / 32 * 16 + i % 16] >> (i / 16 % 2 * 4) & 15;
            y[i] = d * (float)(ck_iq4_scale(block, i / 32) - 32) * (float)ck_iq4_values[q];
        }
    }
}

static void unpack_q4_k(const void *w, float *y, size_t n) {
    assert(n % CK_SUPER == 0);
    const ck_q4_k *block = w;
    for (; n > 0; n -= CK_SUPER, block++, y += CK_SUPER) {
        float d = ck_half_to_f32(block->d), dmin = ck_half_to_f32(block->dmin);
        uint8_t scales[8], minimums[8];
        ck_k_scales(block->scales, scales, minimums);
        for (int i = 0; i < 256; i++) {
            int sub = i / 32;
            int q = block->q[sub / 2 * 32 + i % 32] >> (sub % 2 * 4) & 15;
            y[i] = d * (float)scales[sub] * (float)q - dmin * (float)minimums[sub];
        }
    }
}

static void unpack_q5_k(const void *w, float *y, size_t n) {
    assert(n % CK_SUPER == 0);
    const ck_q5_k *block = w;
    for (; n > 0; n -= CK_SUPER, block++, y += CK_SUPER) {
        float d = ck_half_to_f32(block->d), dmin = ck_half_to_f32(block->dmin);
        uint8_t scales[8], minimums[8];
        ck_k_scales(block->scales, scales, minimums);
        for (int i = 0; i < 256; i++) {
            int sub = i / 32;
            int q = block->q[sub / 2 * 32 + i % 32] >> (sub % 2 * 4) & 15;
            q |= (block->high[i % 32] >> sub & 1) << 4;
            y[i] = d * (float)scales[sub] * (float)q - dmin * (float)minimums[sub];
        }
    }
}

static void unpack_q6_k(const void *w, float *y, size_t n) {
    assert(n % CK_SUPER == 0);
    const ck_q6_k *block = w;
    for (; n > 0; n -= CK_SUPER, block++, y += CK_SUPER) {
        float d = ck_half_to_f32(block->d);
        for (int i = 0; i < 256; i++) {
            int half = i / 128, part = i / 32 % 4, j = i % 32;
            int low = block->low[64 * half + part % 2 * 32 + j] >> (part / 2 * 4) & 15;
            int high = block->high[32 * half + j] >> (2 * part) & 3;
            y[i] = d * (float)block->scales[i / 16] * (float)((low | high << 4) - 32);
        }
    }
}

static void describe(ck_table *table, uint32_t format, uint32_t values, uint32_t bytes,
                     void (*unpack)(const void *, float *, size_t)) {
    ck_format_kernels *entry = &table->formats[format];
    entry->format = format;
    entry->block_values = values;
    entry->block_bytes = bytes;
    entry->unpack = unpack;
}

void ck_init_unpack_scalar(ck_table *table) {
    describe(table, CK_F32, 1, 4, unpack_f32);
    describe(table, CK_F16, 1, 2, unpack_f16);
    describe(table, CK_BF16, 1, 2, unpack_bf16);
    describe(table, CK_Q4_0, CK_BLOCK, sizeof(ck_q4_0), unpack_q4_0);
    describe(table, CK_Q4_1, CK_BLOCK, sizeof(ck_q4_1), unpack_q4_1);
    describe(table, CK_Q5_0, CK_BLOCK, sizeof(ck_q5_0), unpack_q5_0);
    describe(table, CK_Q5_1, CK_BLOCK, sizeof(ck_q5_1), unpack_q5_1);
    describe(table, CK_Q8_0, CK_BLOCK, sizeof(ck_q8_0), unpack_q8_0);
    describe(table, CK_IQ4_NL, CK_BLOCK, sizeof(ck_iq4_nl), unpack_iq4_nl);
    describe(table, CK_MXFP4, CK_BLOCK, sizeof(ck_mxfp4), unpack_mxfp4);
    describe(table, CK_MXFP4_PAIRS, CK_BLOCK, sizeof(ck_mxfp4), unpack_mxfp4_pairs);
    describe(table, CK_Q2_K, CK_SUPER, sizeof(ck_q2_k), unpack_q2_k);
    describe(table, CK_Q3_K, CK_SUPER, sizeof(ck_q3_k), unpack_q3_k);
    describe(table, CK_IQ4_XS, CK_SUPER, sizeof(ck_iq4_xs), unpack_iq4_xs);
    describe(table, CK_Q4_K, CK_SUPER, sizeof(ck_q4_k), unpack_q4_k);
    describe(table, CK_Q5_K, CK_SUPER, sizeof(ck_q5_k), unpack_q5_k);
    describe(table, CK_Q6_K, CK_SUPER, sizeof(ck_q6_k), unpack_q6_k);
}
