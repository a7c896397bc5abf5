/*
 * Products with blocks of 32 weights: what every faster version must equal.
 *
 * Blocks go in groups of 16: chain k adds blocks k, k+4, k+8, k+12, each by fused multiply-add of
 * the integer dot and the product of scales, and in formats with a minimum by another of the sum
 * of the activations and the product of minimum and scale. The sum of the chains is
 * (chain 0 + chain 2) + (chain 1 + chain 3); groups are added in order.
 */
#include "../blocks.h"
#include "functions.h"
#include "matmul.h"

/* A block of weights: value = d * q + m. */
typedef struct unpacked {
    int8_t q[32];
    float d, m;
} unpacked;

typedef void unpack_function(const void *w, size_t block, unpacked *to);

static void block_q8_0(const void *w, size_t block, unpacked *to) {
    const ck_q8_0 *from = (const ck_q8_0 *)w + block;
    to->d = ck_half_to_f32(from->d);
    for (int i = 0; i < 32; i++) {
        to->q[i] = from->q[i];
    }
}

/* q, with the fifth bits in `high`, less an offset. */
static void nibbles(const uint8_t q[16], uint32_t high, int offset, unpacked *to) {
    for (int i = 0; i < 32; i++) {
        int value = (q[i % 16] >> (i / 16 * 4) & 15) | (int)(high >> i & 1) << 4;
        to->q[i] = (int8_t)(value - offset);
    }
}

static void block_q4_0(const void *w, size_t block, unpacked *to) {
    const ck_q4_0 *from = (const ck_q4_0 *)w + block;
    to->d = ck_half_to_f32(from->d);
    nibbles(from->q, 0, 8, to);
}

static void block_q4_1(const void *w, size_t block, unpacked *to) {
    const ck_q4_1 *from = (const ck_q4_1 *)w + block;
    to->d = ck_half_to_f32(from->d);
    to->m = ck_half_to_f32(from->m);
    nibbles(from->q, 0, 0, to);
}

static void block_q5_0(const void *w, size_t block, unpacked *to) {
    const ck_q5_0 *from = (const ck_q5_0 *)w + block;
    to->d = ck_half_to_f32(from->d);
    nibbles(from->q, from->high, 16, to);
}

static void block_q5_1(const void *w, size_t block, unpacked *to) {
    const ck_q5_1 *from = (const ck_q5_1 *)w + block;
    to->d = ck_half_to_f32(from->d);
    to->m = ck_half_to_f32(from->m);
    nibbles(from->q, from->high, 0, to);
}

static void block_iq4_nl(const void *w, size_t block, unpacked *to) {
    const ck_iq4_nl *from = (const ck_iq4_nl *)w + block;
    to->d = ck_half_to_f32(from->d);
    for (int i = 0; i < 32; i++) {
        to->q[i] = ck_iq4_values[from->q[i % 16] >> (i / 16 * 4) & 15];
    }
}

static void block_mxfp4(const void *w, size_t block, unpacked *to) {
    const ck_mxfp4 *from = (const ck_mxfp4 *)w + block;
    to->d = ck_exponent_to_f32(from->e);
    for (int i = 0; i < 32; i++) {
        to->q[i] = ck_fp4_values[from->q[i % 16] >> (i / 16 * 4) & 15];
    }
}

static void block_mxfp4_pairs(const void *w, size_t block, unpacked *to) {
    const ck_mxfp4 *from = (const ck_mxfp4 *)w + block;
    to->d = ck_exponent_to_f32(from->e);
    for (int i = 0; i < 32; i++) {
        to->q[i] = ck_fp4_values[from->q[i / 2] >> (i % 2 * 4) & 15];
    }
}

static float dot_blocks(const void *w, const void *x, size_t columns, bool has_minimum,
                        unpack_function unpack) {
    const float *scales = ck_act32_scales(x, columns);
    size_t blocks = columns / CK_BLOCK;
    float total = 0;
    for (size_t group = 0; group < blocks; group += 16) {
        float chains[4] = {0};
        for (size_t block = group; block < blocks && block < group + 16; block++) {
            const int8_t *q = (const int8_t *)x + block * CK_BLOCK;
            float *chain = &chains[block % 4];
            unpacked weights;
            unpack(w, block, &weights);
            int32_t dot = 0, sum = 0;
            for (int i = 0; i < 32; i++) {
                dot += weights.q[i] * q[i];
                sum += q[i];
            }
            *chain = fmaf((float)dot, weights.d * scales[block], *chain);
            if (has_minimum) {
                *chain = fmaf((float)sum, weights.m * scales[block], *chain);
            }
        }
        total += (chains[0] + chains[2]) + (chains[1] + chains[3]);
    }
    return total;
}

#define BLOCK_MATMUL(type, has_minimum)                                                           \
    static float dot_##type(const void *w, const void *x, size_t columns) {                       \
        return dot_blocks(w, x, columns, has_minimum, block_##type);                              \
    }                                                                                             \
    MATMUL(type)
BLOCK_MATMUL(q4_0, false)
BLOCK_MATMUL(q4_1, true)
BLOCK_MATMUL(q5_0, false)
BLOCK_MATMUL(q5_1, true)
BLOCK_MATMUL(q8_0, false)
BLOCK_MATMUL(iq4_nl, false)
BLOCK_MATMUL(mxfp4, false)
BLOCK_MATMUL(mxfp4_pairs, false)

void ck_init_matmul_block_scalar(ck_table *table) {
    table->formats[CK_Q4_0].matmul = matmul_q4_0;
    table->formats[CK_Q4_1].matmul = matmul_q4_1;
    table->formats[CK_Q5_0].matmul = matmul_q5_0;
    table->formats[CK_Q5_1].matmul = matmul_q5_1;
    table->formats[CK_IQ4_NL].matmul = matmul_iq4_nl;
    table->formats[CK_MXFP4].matmul = matmul_mxfp4;
    table->formats[CK_MXFP4_PAIRS].matmul = matmul_mxfp4_pairs;
    table->formats[CK_Q8_0].matmul = matmul_q8_0;
}
