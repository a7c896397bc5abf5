/*
 * Products with quantized weights for NEON; specification: reference/matmul_block.c and
 * matmul_k.c.
 *
 * Included by one source file per variant, which defines `n_dot`. Rows are streamed with prefetch
 * and each block is unpacked once for up to four tokens.
 */
#ifndef CK_ARM_MATMUL_H
#define CK_ARM_MATMUL_H

#include "unpack.h"

#include <math.h>

enum { TOKENS = 4, PREFETCH = 2048 };

/* The minimum term of one block. */
CK_INLINE int32_t n_minimum(uint32_t format, const n_block *w, const ck_act256 *x) {
    if (format == CK_Q2_K) { /* bias5 holds -16 times the sums of 16 activations */
        int32x4_t sum = vdupq_n_s32(0);
        for (int i = 0; i < 16; i += 4) {
            int32x4_t minimums = vmovl_s16(vld1_s16(w->minimums + i));
            sum = vmlaq_s32(sum, minimums, vld1q_s32(x->bias5 + i));
        }
        return -(vaddvq_s32(sum) >> 4);
    }
    int16x8_t sums = vld1q_s16(x->sums32), minimums = vld1q_s16(w->minimums);
    int32x4_t products = vmull_s16(vget_low_s16(minimums), vget_low_s16(sums));
    return vaddvq_s32(vmlal_s16(products, vget_high_s16(minimums), vget_high_s16(sums)));
}

/* The chain one block of 256 adds to. */
CK_INLINE float n_chain(uint32_t format, const n_block *w, const ck_act256 *x) {
    int32x4_t sum = vdupq_n_s32(0);
    for (int i = 0; i < 8; i++) {
        int8x16_t low = vld1q_s8(x->q + 32 * i), high = vld1q_s8(x->q + 32 * i + 16);
        const int32x4_t zero = vdupq_n_s32(0);
        if (n_scales_sixteen(format)) {
            sum = vmlaq_n_s32(sum, n_dot(zero, w->q[2 * i], low), w->scales[2 * i]);
            sum = vmlaq_n_s32(sum, n_dot(zero, w->q[2 * i + 1], high), w->scales[2 * i + 1]);
        } else {
            int32x4_t part = n_dot(n_dot(zero, w->q[2 * i], low), w->q[2 * i + 1], high);
            sum = vmlaq_n_s32(sum, part, w->scales[i]);
        }
    }
    float chain = (float)vaddvq_s32(sum) * (w->d * x->d);
    if (format == CK_Q2_K || format == CK_Q4_K || format == CK_Q5_K) {
        return fmaf(-(float)n_minimum(format, w, x), w->dmin * x->d, chain);
    }
    return chain;
}

CK_INLINE float n_sum(const float chains[4]) {
    return (chains[0] + chains[2]) + (chains[1] + chains[3]);
}

/* One row of a K format with `tokens` tokens. */
CK_INLINE void n_row_super(uint32_t format, const char *w, const char *x, size_t x_row_bytes,
                           size_t columns, size_t tokens, float *sums) {
    size_t blocks = columns / CK_SUPER;
    for (size_t group = 0; group < blocks; group += 4) {
        float chains[TOKENS][4] = {{0}};
        for (size_t b = group; b < blocks && b < group + 4; b++) {
            const char *from = w + b * ck_block_bytes(format);
            for (size_t line = 0; line < ck_block_bytes(format); line += 64) {
                __builtin_prefetch(from + line + PREFETCH);
            }
            n_block block;
            n_unpack(format, from, &block);
            for (size_t t = 0; t < tokens; t++) {
                const ck_act256 *activations = (const ck_act256 *)(x + t * x_row_bytes) + b;
                chains[t][b % 4] = n_chain(format, &block, activations);
            }
        }
        for (size_t t = 0; t < tokens; t++) {
            sums[t] += n_sum(chains[t]);
        }
    }
}

/* One row of blocks of 32 with `tokens` tokens. */
CK_INLINE void n_row_blocks(uint32_t format, const char *w, const char *x, size_t x_row_bytes,
                            size_t columns, size_t tokens, float *sums) {
    size_t blocks = columns / CK_BLOCK;
    for (size_t group = 0; group < blocks; group += 16) {
        float chains[TOKENS][4] = {{0}};
        for (size_t b = group; b < blocks && b < group + 16; b++) {
            const char *from = w + b * ck_block_bytes(format);
            __builtin_prefetch(from + PREFETCH);
            n_small block = n_unpack_small(format, from);
            for (size_t t = 0; t < tokens; t++) {
                const char *row = x + t * x_row_bytes;
                const int8_t *q = (const int8_t *)row + CK_BLOCK * b;
                int32x4_t dot = n_dot(vdupq_n_s32(0), block.low, vld1q_s8(q));
                dot = n_dot(dot, block.high, vld1q_s8(q + 16));
                float dx = ck_act32_scales(row, columns)[b], *chain = &chains[t][b % 4];
                *chain = fmaf((float)vaddvq_s32(dot), block.d * dx, *chain);
                if (n_has_minimum(format)) {
                    float sum = (float)ck_act32_bias(row, columns)[b] * (-1.0F / 128);
                    *chain = fmaf(sum, block.m * dx, *chain);
                }
            }
        }
        for (size_t t = 0; t < tokens; t++) {
            sums[t] += n_sum(chains[t]);
        }
    }
}

CK_INLINE void n_matmul(uint32_t format, const char *w, size_t w_row_bytes, const char *x,
                        size_t x_row_bytes, float *y, size_t y_stride, size_t columns,
                        size_t first_row, size_t last_row, size_t tokens) {
    for (size_t row = first_row; row < last_row; row++) {
        for (size_t token = 0; token < tokens; token += TOKENS) {
            size_t count = tokens - token < TOKENS ? tokens - token : TOKENS;
            const char *weights = w + row * w_row_bytes;
            const char *values = x + token * x_row_bytes;
            float sums[TOKENS] = {0};
            if (n_is_small(format)) {
                n_row_blocks(format, weights, values, x_row_bytes, columns, count, sums);
            } else {
                n_row_super(format, weights, values, x_row_bytes, columns, count, sums);
            }
            for (size_t t = 0; t < count; t++) {
                y[(token + t) * y_stride + row] = sums[t];
            }
        }
    }
}

#define MATMUL(name, format)                                                                      \
    static void name(const void *w, size_t w_row_bytes, const void *x, size_t x_row_bytes,        \
                     float *y, size_t y_stride, size_t columns, size_t first_row,                 \
                     size_t last_row, size_t tokens) {                                            \
        n_matmul(format, w, w_row_bytes, x, x_row_bytes, y, y_stride, columns, first_row,         \
                 last_row, tokens);                                                               \
    }
MATMUL(n_matmul_q4_0, CK_Q4_0)
MATMUL(n_matmul_q4_1, CK_Q4_1)
MATMUL(n_matmul_q5_0, CK_Q5_0)
MATMUL(n_matmul_q5_1, CK_Q5_1)
MATMUL(n_matmul_q8_0, CK_Q8_0)
MATMUL(n_matmul_iq4_nl, CK_IQ4_NL)
MATMUL(n_matmul_mxfp4, CK_MXFP4)
MATMUL(n_matmul_mxfp4_pairs, CK_MXFP4_PAIRS)
MATMUL(n_matmul_q2_k, CK_Q2_K)
MATMUL(n_matmul_q3_k, CK_Q3_K)
MATMUL(n_matmul_iq4_xs, CK_IQ4_XS)
MATMUL(n_matmul_iq1_s, CK_IQ1_S)
MATMUL(n_matmul_iq1_m, CK_IQ1_M)
MATMUL(n_matmul_iq2_xxs, CK_IQ2_XXS)
MATMUL(n_matmul_iq2_xs, CK_IQ2_XS)
MATMUL(n_matmul_iq2_s, CK_IQ2_S)
MATMUL(n_matmul_iq3_xxs, CK_IQ3_XXS)
MATMUL(n_matmul_iq3_s, CK_IQ3_S)
MATMUL(n_matmul_q4_k, CK_Q4_K)
MATMUL(n_matmul_q5_k, CK_Q5_K)
MATMUL(n_matmul_q6_k, CK_Q6_K)
#undef MATMUL

static void n_init_matmul(ck_table *table) {
    table->formats[CK_Q4_0].matmul = n_matmul_q4_0;
    table->formats[CK_Q4_1].matmul = n_matmul_q4_1;
    table->formats[CK_Q5_0].matmul = n_matmul_q5_0;
    table->formats[CK_Q5_1].matmul = n_matmul_q5_1;
    table->formats[CK_IQ4_NL].matmul = n_matmul_iq4_nl;
    table->formats[CK_MXFP4].matmul = n_matmul_mxfp4;
    table->formats[CK_MXFP4_PAIRS].matmul = n_matmul_mxfp4_pairs;
    table->formats[CK_Q8_0].matmul = n_matmul_q8_0;
    table->formats[CK_Q2_K].matmul = n_matmul_q2_k;
    table->formats[CK_Q3_K].matmul = n_matmul_q3_k;
    table->formats[CK_IQ4_XS].matmul = n_matmul_iq4_xs;
    table->formats[CK_IQ1_S].matmul = n_matmul_iq1_s;
    table->formats[CK_IQ1_M].matmul = n_matmul_iq1_m;
    table->formats[CK_IQ2_XXS].matmul = n_matmul_iq2_xxs;
    table->formats[CK_IQ2_XS].matmul = n_matmul_iq2_xs;
    table->formats[CK_IQ2_S].matmul = n_matmul_iq2_s;
    table->formats[CK_IQ3_XXS].matmul = n_matmul_iq3_xxs;
    table->formats[CK_IQ3_S].matmul = n_matmul_iq3_s;
    table->formats[CK_Q4_K].matmul = n_matmul_q4_k;
    table->formats[CK_Q5_K].matmul = n_matmul_q5_k;
    table->formats[CK_Q6_K].matmul = n_matmul_q6_k;
}

#endif
