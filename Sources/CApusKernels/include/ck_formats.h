/* Block formats of weights and the operations every format has. */
#ifndef CK_FORMATS_H
#define CK_FORMATS_H

#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

/* Weight formats; values are GGML's type codes. Value formulas and bit layouts: blocks.h. */
enum {
    CK_F32 = 0,
    CK_F16 = 1,
    CK_Q4_0 = 2,
    CK_Q4_1 = 3,
    CK_MXFP4_PAIRS = 4,
    CK_Q5_0 = 6,
    CK_Q5_1 = 7,
    CK_Q8_0 = 8,
    CK_Q2_K = 10,
    CK_Q3_K = 11,
    CK_Q4_K = 12,
    CK_Q5_K = 13,
    CK_Q6_K = 14,
    CK_IQ2_XXS = 16,
    CK_IQ2_XS = 17,
    CK_IQ3_XXS = 18,
    CK_IQ1_S = 19,
    CK_IQ4_NL = 20,
    CK_IQ3_S = 21,
    CK_IQ2_S = 22,
    CK_IQ4_XS = 23,
    CK_IQ1_M = 29,
    CK_BF16 = 30,
    CK_MXFP4 = 39,
    /* Number of slots in `ck_kernels.formats`; every code above is smaller. */
    CK_FORMAT_SLOTS = 48,
};

/*
 * Operations on one weight format. `n` is always a multiple of `block_values`.
 *
 * A product of weights and activations works on packed activation rows. Their format belongs to
 * the weight format: plain floats for F32, F16 and BF16, eight-bit integers with one scale per 32
 * values (formats with blocks of 32) or per 256 values (those with blocks of 256). Formats with the
 * same `activation_kind` pack alike, so one packed row serves all of them.
 */
typedef struct ck_format_kernels {
    /* GGML type code; also the index of this entry. */
    uint32_t format;
    /* Values per block; 0 in a slot without kernels. */
    uint32_t block_values;
    /* Bytes per block of weights. */
    uint32_t block_bytes;
    /* Formats with equal kinds share packed activations. */
    uint32_t activation_kind;

    /*
     * Bytes of one packed activation row of n values: an odd number of cache lines of 64 bytes,
     * so that neighbouring rows do not fall into the same cache sets.
     */
    size_t (*activation_bytes)(size_t n);

    /*
     * Dequantizes.
     *   w  [n] packed weights, any alignment
     *   y  [n] float
     */
    void (*unpack)(const void *w, float *y, size_t n);

    /*
     * Quantizes weights; NULL for Q2_K, Q3_K, MXFP4 and all IQ formats. Not a hot path: scalar
     * except for F16 and BF16.
     *   x  [n] float, finite
     *   w  [n] packed weights
     */
    void (*_Nullable pack)(const float *x, void *w, size_t n);

    /*
     * Packs one activation row.
     *   x       [n] float, finite
     *   packed  activation_bytes(n) bytes, 4-byte aligned; 64 is faster; no alias
     */
    void (*pack_activations)(const float *x, void *packed, size_t n);

    /*
     * y[t][r] = sum over c of w[r][c] * x[t][c]   for first_row <= r < last_row, t < tokens
     *   w         weights, row r at w + r * w_row_bytes; 2-byte aligned
     *   x         packed activations, row t at x + t * x_row_bytes; rows 4-byte aligned
     *   y         float, element (t, r) at y[t * y_stride + r]; no alias
     *   columns   multiple of block_values, more than 0
     * One token streams the packed rows; many tokens unpack a panel of rows once, in cache.
     * Uses up to 128 KiB of stack.
     */
    void (*matmul)(const void *w, size_t w_row_bytes, const void *x, size_t x_row_bytes, float *y,
                   size_t y_stride, size_t columns, size_t first_row, size_t last_row,
                   size_t tokens);
} ck_format_kernels;

#pragma clang assume_nonnull end

#endif
