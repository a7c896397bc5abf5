/*
 * Products with blocks of 256 weights: what every faster version must equal.
 *
 * Blocks go in groups of 4: chain k is the integer dot times d dx, less by fused multiply-add the
 * integer minimum term times dmin dx. The sum of the chains is
 * (chain 0 + chain 2) + (chain 1 + chain 3); groups are added in order.
 */
#include "../blocks.h"
#include "functions.h"
#include "matmul.h"

static uint8_t low_value(const uint8_t *q, int i) {
    return q[i / 64 * 32 + i % 32] >> (i / 32 % 2 * 4) & 15;
}

/* Q4_K and Q5_K: sum of q x per 32 values times scales, less the minimums. */
static float affine_block(const uint8_t q[256], const uint8_t packed_scales[12], uint16_t d,
                          uint16_t dmin, const ck_act256 *x) {
    uint8_t scales[8], minimums[8];
    ck_k_scales(packed_scales, scales, minimums);
    int32_t dot = 0, minimum = 0;
    for (int sub = 0; sub < 8; sub++) {
        int32_t part = 0;
        for (int i = 32 * sub; i < 32 * sub + 32; i++) {
            part += q[i] * x->q[i];
        }
        dot += scales[sub] * part;
        minimum += minimums[sub] * x->sums32[sub];
    }
    float product = (float)dot * (ck_half_to_f32(d) * x->d);
    return fmaf(-(float)minimum, ck_half_to_f32(dmin) * x->d, product);
}

static float block_q4_k(const void *w, size_t block, const ck_act256 *x) {
    const ck_q4_k *weights = (const ck_q4_k *)w + block;
    uint8_t q[256];
    for (int i = 0; i < 256; i++) {
        q[i] = low_value(weights->q, i);
    }
    return affine_block(q, weights->scales, weights->d, weights->dmin, x);
}

static float block_q5_k(const void *w, size_t block, const ck_act256 *x) {
    const ck_q5_k *weights = (const ck_q5_k *)w + block;
    uint8_t q[256];
    for (int i = 0; i < 256; i++) {
        int high = weights->high[i % 32] >> (i / 32) & 1;
        q[i] = (uint8_t)(low_value(weights->q, i) | high << 4);
    }
    return affine_block(q, weights->scales, weights->d, weights->dmin, x);
}

static float block_q6_k(const void *w, size_t block, const ck_act256 *x) {
    const ck_q6_k *weights = (const ck_q6_k *)w + block;
    int32_t dot = 0;
    for (int i = 0; i < 256; i++) {
        int half = i / 128, part = i / 32 % 4, j = i % 32;
        int low = weights->low[64 * half + part % 2 * 32 + j] >> (part / 2 * 4) & 15;
        int high = weights->high[32 * half + j] >> (2 * part) & 3;
        dot += weights->scales[i / 16] * ((low | high << 4) - 32) * x->q[i];
    }
    return (float)dot * (ck_half_to_f32(weights->d) * x->d);
}

static int two_bits(const uint8_t *q, int i) {
    return q[i / 128 * 32 + i % 32] >> (i / 32 % 4 * 2) & 3;
}

static float block_q2_k(const void *w, size_t block, const ck_act256 *x) {
    const ck_q2_k *weights = (const ck_q2_k *)w + block;
    int32_t dot = 0, minimum = 0;
    for (int i = 0; i < 256; i++) {
        dot += (weights->scales[i / 16] & 15) * two_bits(weights->q, i) * x->q[i];
        minimum += (weights->scales[i / 16] >> 4) * x->q[i];
    }
    float product = (float)dot * (ck_half_to_f32(weights->d) * x->d);
    return fmaf(-(float)minimum, ck_half_to_f32(weights->dmin) * x->d, product);
}

static float block_q3_k(const void *w, size_t block, const ck_act256 *x) {
    const ck_q3_k *weights = (const ck_q3_k *)w + block;
    int32_t dot = 0;
    for (int i = 0; i < 256; i++) {
        int q = two_bits(weights->q, i) | (weights->high[i % 32] >> (i / 32) & 1) << 2;
        dot += (ck_q3_scale(weights->scales, i / 16) - 32) * (q - 4) * x->q[i];
    }
    return (float)dot * (ck_half_to_f32(weights->d) * x->d);
}

static float block_iq4_xs(const void *w, size_t block, const ck_act256 *x) {
    const ck_iq4_xs *weights = (const ck_iq4_xs *)w + block;
    int32_t dot = 0;
    for (int i = 0; i < 256; i++) {
        int q = weights->q[i / 32 * 16 + i % 16] >> (i / 16 % 2 * 4) & 15;
        dot += (ck_iq4_scale(weights, i / 32) - 32) * ck_iq4_values[q] * x->q[i];
    }
    return (float)dot * (ck_half_to_f32(weights->d) * x->d);
}

#define K_MATMUL(type)                                                                            \
    static float dot_##type(const void *w, const void *x, size_t columns) {                       \
        return dot_super(w, x, columns, block_##type);                                            \
    }                                                                                             \
    MATMUL(type)
K_MATMUL(q2_k)
K_MATMUL(q3_k)
K_MATMUL(q4_k)
K_MATMUL(q5_k)
K_MATMUL(q6_k)
K_MATMUL(iq4_xs)

void ck_init_matmul_k_scalar(ck_table *table) {
    table->formats[CK_Q2_K].matmul = matmul_q2_k;
    table->formats[CK_Q3_K].matmul = matmul_q3_k;
    table->formats[CK_IQ4_XS].matmul = matmul_iq4_xs;
    table->formats[CK_Q4_K].matmul = matmul_q4_k;
    table->formats[CK_Q5_K].matmul = matmul_q5_k;
    table->formats[CK_Q6_K].matmul = matmul_q6_k;
}
