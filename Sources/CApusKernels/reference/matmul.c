/*
 * Products of weight rows and packed activation rows: what every faster version must equal.
 *
 * Order of the sums:
 *   floats         lane c % 16 takes column c by fused multiply-add, then the lanes are added
 *   blocks of 32   in groups of 16: chain k adds blocks k, k+4, k+8, k+12 by fused multiply-add of
 *                  the integer dot and the product of scales; then the chains are added
 *   blocks of 256  in groups of 4: chain k is the integer dot times d dx, less by fused
 *                  multiply-add the integer minimum term times dmin dx; then the chains are added
 * The sum of the chains is (chain 0 + chain 2) + (chain 1 + chain 3); groups are added in order.
 */
#include "../blocks.h"
#include "../families.h"
#include "functions.h"

#include <assert.h>

typedef float dot_function(const void *w, const void *x, size_t columns);

static float dot_f32(const void *w, const void *x, size_t columns) {
    return ck_dot_lanes(w, x, columns);
}

static float dot_f16(const void *w, const void *x, size_t columns) {
    const uint16_t *weights = w;
    const float *values = x;
    float lanes[16] = {0};
    for (size_t c = 0; c < columns; c++) {
        lanes[c % 16] = fmaf(ck_half_to_f32(weights[c]), values[c], lanes[c % 16]);
    }
    return ck_sum_lanes(lanes);
}

static float dot_bf16(const void *w, const void *x, size_t columns) {
    const uint16_t *weights = w;
    const float *values = x;
    float lanes[16] = {0};
    for (size_t c = 0; c < columns; c++) {
        lanes[c % 16] = fmaf(ck_bfloat_to_f32(weights[c]), values[c], lanes[c % 16]);
    }
    return ck_sum_lanes(lanes);
}

static int32_t block_q8_0(const void *w, size_t block, const int8_t *x, float *d) {
    const ck_q8_0 *weights = (const ck_q8_0 *)w + block;
    *d = ck_half_to_f32(weights->d);
    int32_t sum = 0;
    for (int i = 0; i < 32; i++) {
        sum += weights->q[i] * x[i];
    }
    return sum;
}

static int32_t block_q4_0(const void *w, size_t block, const int8_t *x, float *d) {
    const ck_q4_0 *weights = (const ck_q4_0 *)w + block;
    *d = ck_half_to_f32(weights->d);
    int32_t sum = 0;
    for (int i = 0; i < 16; i++) {
        sum += ((weights->q[i] & 15) - 8) * x[i] + ((weights->q[i] >> 4) - 8) * x[i + 16];
    }
    return sum;
}

static float dot_blocks(const void *w, const void *x, size_t columns,
                        int32_t block_dot(const void *, size_t, const int8_t *, float *)) {
    const float *scales = ck_act32_scales(x, columns);
    const int8_t *q = x;
    size_t blocks = columns / CK_BLOCK;
    float sum = 0;
    for (size_t group = 0; group < blocks; group += 16) {
        float chains[4] = {0};
        for (size_t block = group; block < blocks && block < group + 16; block++) {
            float d;
            float dot = (float)block_dot(w, block, q + block * CK_BLOCK, &d);
            chains[block % 4] = fmaf(dot, d * scales[block], chains[block % 4]);
        }
        sum += (chains[0] + chains[2]) + (chains[1] + chains[3]);
    }
    return sum;
}

static float dot_q8_0(const void *w, const void *x, size_t columns) {
    return dot_blocks(w, x, columns, block_q8_0);
}

static float dot_q4_0(const void *w, const void *x, size_t columns) {
    return dot_blocks(w, x, columns, block_q4_0);
}

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

static float dot_super(const void *w, const void *x, size_t columns,
                       float block_dot(const void *, size_t, const ck_act256 *)) {
    size_t blocks = columns / CK_SUPER;
    float sum = 0;
    for (size_t group = 0; group < blocks; group += 4) {
        float chains[4] = {0};
        for (size_t block = group; block < blocks && block < group + 4; block++) {
            chains[block % 4] = block_dot(w, block, (const ck_act256 *)x + block);
        }
        sum += (chains[0] + chains[2]) + (chains[1] + chains[3]);
    }
    return sum;
}

static float dot_q4_k(const void *w, const void *x, size_t columns) {
    return dot_super(w, x, columns, block_q4_k);
}

static float dot_q5_k(const void *w, const void *x, size_t columns) {
    return dot_super(w, x, columns, block_q5_k);
}

static float dot_q6_k(const void *w, const void *x, size_t columns) {
    return dot_super(w, x, columns, block_q6_k);
}

static void multiply(dot_function *dot, const void *w, size_t w_row_bytes, const void *x,
                     size_t x_row_bytes, float *y, size_t y_stride, size_t columns,
                     size_t first_row, size_t last_row, size_t tokens) {
    for (size_t row = first_row; row < last_row; row++) {
        for (size_t token = 0; token < tokens; token++) {
            y[token * y_stride + row] =
                dot((const char *)w + row * w_row_bytes,
                    (const char *)x + token * x_row_bytes, columns);
        }
    }
}

#define MATMUL(type)                                                                              \
    static void matmul_##type(const void *w, size_t w_row_bytes, const void *x,                   \
                              size_t x_row_bytes, float *y, size_t y_stride, size_t columns,      \
                              size_t first_row, size_t last_row, size_t tokens) {                 \
        multiply(dot_##type, w, w_row_bytes, x, x_row_bytes, y, y_stride, columns, first_row,     \
                 last_row, tokens);                                                               \
    }
MATMUL(f32)
MATMUL(f16)
MATMUL(bf16)
MATMUL(q4_0)
MATMUL(q8_0)
MATMUL(q4_k)
MATMUL(q5_k)
MATMUL(q6_k)

void ck_init_matmul_scalar(ck_table *table) {
    table->formats[CK_F32].matmul = matmul_f32;
    table->formats[CK_F16].matmul = matmul_f16;
    table->formats[CK_BF16].matmul = matmul_bf16;
    table->formats[CK_Q4_0].matmul = matmul_q4_0;
    table->formats[CK_Q8_0].matmul = matmul_q8_0;
    table->formats[CK_Q4_K].matmul = matmul_q4_k;
    table->formats[CK_Q5_K].matmul = matmul_q5_k;
    table->formats[CK_Q6_K].matmul = matmul_q6_k;
}
