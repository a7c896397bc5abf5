/*
 * Blocks of 32 weights times one to three tokens: packed rows are streamed once, with prefetch.
 * Specification: reference/matmul_block.c. Larger counts go to the panel kernels.
 *
 * Included, after its target has been pushed, by one source file per instruction set, which first
 * defines CK_STREAM_NAME(name) and
 *   add_group(format, w, activations, tokens, sums)   adds 16 blocks to the sum of each token
 */
#ifndef CK_STREAM_BLOCK_H
#define CK_STREAM_BLOCK_H

enum { PREFETCH = 8192 };

/* The last columns of a row, fewer than 512, filled up with zeros. */
typedef struct tail {
    int8_t q[CK_STREAM_TOKENS][512];
    float scales[CK_STREAM_TOKENS][16];
    int32_t bias[CK_STREAM_TOKENS][16];
} tail;

CK_INLINE void fill_tail(tail *tail, const char *x, size_t x_row_bytes, size_t columns,
                         size_t tokens) {
    size_t left = columns % 512, start = columns - left;
    memset(tail, 0, sizeof *tail);
    for (size_t t = 0; t < tokens; t++) {
        const char *row = x + t * x_row_bytes;
        memcpy(tail->q[t], row + start, left);
        memcpy(tail->scales[t], ck_act32_scales(row, columns) + start / 32, left / 8);
        memcpy(tail->bias[t], ck_act32_bias(row, columns) + start / 32, left / 8);
    }
}

CK_INLINE void stream(uint32_t format, const char *w, size_t w_row_bytes, const char *x,
                      size_t x_row_bytes, float *y, size_t y_stride, size_t columns,
                      size_t first_row, size_t last_row, size_t tokens) {
    size_t groups = columns / 512, group_bytes = 16 * ck_block_bytes(format);
    size_t tail_bytes = columns % 512 / 32 * ck_block_bytes(format);
    tail last;
    if (tail_bytes > 0) {
        fill_tail(&last, x, x_row_bytes, columns, tokens);
    }
    for (size_t row = first_row; row < last_row; row++) {
        const char *weights = w + row * w_row_bytes;
        float sums[CK_STREAM_TOKENS] = {0};
        group_activations from[CK_STREAM_TOKENS];
        for (size_t g = 0; g < groups; g++, weights += group_bytes) {
            for (size_t line = 0; line < group_bytes; line += 64) {
                _mm_prefetch(weights + line + PREFETCH, _MM_HINT_T0);
            }
            for (size_t t = 0; t < tokens; t++) {
                const char *values = x + t * x_row_bytes;
                from[t].q = (const int8_t *)values + 512 * g;
                from[t].scales = ck_act32_scales(values, columns) + 16 * g;
                from[t].bias = ck_act32_bias(values, columns) + 16 * g;
            }
            add_group(format, weights, from, tokens, sums);
        }
        if (tail_bytes > 0) {
            char padded[16 * sizeof(ck_q8_0)] = {0};
            memcpy(padded, weights, tail_bytes);
            for (size_t t = 0; t < tokens; t++) {
                from[t] = (group_activations){last.q[t], last.scales[t], last.bias[t]};
            }
            add_group(format, padded, from, tokens, sums);
        }
        for (size_t t = 0; t < tokens; t++) {
            y[t * y_stride + row] = sums[t];
        }
    }
}

CK_STREAM_FUNCTION(q4_0, CK_Q4_0)
CK_STREAM_FUNCTION(q4_1, CK_Q4_1)
CK_STREAM_FUNCTION(q5_0, CK_Q5_0)
CK_STREAM_FUNCTION(q5_1, CK_Q5_1)
CK_STREAM_FUNCTION(q8_0, CK_Q8_0)
CK_STREAM_FUNCTION(iq4_nl, CK_IQ4_NL)
CK_STREAM_FUNCTION(mxfp4, CK_MXFP4)
CK_STREAM_FUNCTION(mxfp4_pairs, CK_MXFP4_PAIRS)

#endif
