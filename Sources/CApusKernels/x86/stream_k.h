/*
 * Blocks of 256 weights times one to three tokens: packed rows are streamed once, with prefetch.
 * Specification: reference/matmul_k.c. Larger counts go to the panel kernels.
 *
 * Included, after its target has been pushed, by one source file per instruction set, which first
 * defines CK_STREAM_NAME(name) and
 *   k_block k_unpack(format, block)       a block in registers, ready for several tokens
 *   __m256i k_dot(format, &k_block, x)    four lanes that add up to the integer dot, then four
 *                                         that add up to the minimum term, if any
 * Four blocks are reduced together, so that floats are handled as vectors of four chains.
 */
#ifndef CK_STREAM_K_H
#define CK_STREAM_K_H

#include "k_blocks.h"

enum { PREFETCH = 8192, GROUP = 4 };

/* (chain 0 + chain 2) + (chain 1 + chain 3); factors: d of four blocks, then dmin. */
CK_INLINE float group_sum(uint32_t format, const __m256i dots[GROUP], __m256 factors, __m128 dx) {
    __m256i sums = _mm256_hadd_epi32(_mm256_hadd_epi32(dots[0], dots[1]),
                                     _mm256_hadd_epi32(dots[2], dots[3]));
    __m256 values = _mm256_cvtepi32_ps(sums);
    __m256 scaled = _mm256_mul_ps(factors, _mm256_set_m128(dx, dx));
    __m128 chains = _mm_mul_ps(_mm256_castps256_ps128(values), _mm256_castps256_ps128(scaled));
    if (k_has_minimum(format)) {
        chains = _mm_fnmadd_ps(_mm256_extractf128_ps(values, 1), _mm256_extractf128_ps(scaled, 1),
                               chains);
    }
    chains = _mm_add_ps(chains, _mm_movehl_ps(chains, chains));
    return _mm_cvtss_f32(_mm_add_ss(chains, _mm_movehdup_ps(chains)));
}

/* The floats d0 d1 d2 d3 m0 m1 m2 m3 from four words of two halves. */
CK_INLINE __m256 widen_factors(const uint32_t words[GROUP]) {
    __m128i halves = _mm_set_epi32((int)words[3], (int)words[2], (int)words[1], (int)words[0]);
    const __m128i order = _mm_set_epi8(15, 14, 11, 10, 7, 6, 3, 2, 13, 12, 9, 8, 5, 4, 1, 0);
    return _mm256_cvtph_ps(_mm_shuffle_epi8(halves, order));
}

CK_INLINE void add_group(uint32_t format, const char *w, const char *x, size_t x_row_bytes,
                         size_t blocks, size_t tokens, float *sums) {
    __m256i dots[CK_STREAM_TOKENS][GROUP];
    float dx[CK_STREAM_TOKENS][GROUP] = {{0}};
    uint32_t factors[GROUP] = {0};
    float grid_factors[GROUP] = {0};
#pragma unroll
    for (size_t b = 0; b < GROUP; b++) {
        if (b >= blocks) {
            for (size_t t = 0; t < tokens; t++) {
                dots[t][b] = _mm256_setzero_si256();
            }
            continue;
        }
        const char *block = w + b * ck_block_bytes(format);
        k_block k = k_unpack(format, block);
        if (ck_is_grid(format)) {
            grid_factors[b] = k.factor;
        } else {
            factors[b] = k_factors(format, block);
        }
        for (size_t t = 0; t < tokens; t++) {
            const ck_act256 *activations = (const ck_act256 *)(x + t * x_row_bytes) + b;
            dots[t][b] = k_dot(format, &k, activations);
            dx[t][b] = activations->d;
        }
    }
    __m256 widened = ck_is_grid(format) ? _mm256_zextps128_ps256(_mm_loadu_ps(grid_factors))
                                        : widen_factors(factors);
    for (size_t t = 0; t < tokens; t++) {
        __m128 scales = _mm_set_ps(dx[t][3], dx[t][2], dx[t][1], dx[t][0]);
        sums[t] += group_sum(format, dots[t], widened, scales);
    }
}

CK_INLINE void stream(uint32_t format, const char *w, size_t w_row_bytes, const char *x,
                      size_t x_row_bytes, float *y, size_t y_stride, size_t columns,
                      size_t first_row, size_t last_row, size_t tokens) {
    size_t blocks = columns / CK_SUPER, group_bytes = GROUP * ck_block_bytes(format);
    for (size_t row = first_row; row < last_row; row++) {
        const char *weights = w + row * w_row_bytes;
        float sums[CK_STREAM_TOKENS] = {0};
        size_t b = 0;
        for (; b + GROUP <= blocks; b += GROUP, weights += group_bytes) {
            for (size_t line = 0; line < group_bytes; line += 64) {
                _mm_prefetch(weights + line + PREFETCH, _MM_HINT_T0);
            }
            add_group(format, weights, x + b * sizeof(ck_act256), x_row_bytes, GROUP, tokens, sums);
        }
        if (b < blocks) {
            _mm_prefetch(weights + PREFETCH, _MM_HINT_T0);
            add_group(format, weights, x + b * sizeof(ck_act256), x_row_bytes, blocks - b, tokens,
                      sums);
        }
        for (size_t t = 0; t < tokens; t++) {
            y[t * y_stride + row] = sums[t];
        }
    }
}

CK_STREAM_FUNCTION(q2_k, CK_Q2_K)
CK_STREAM_FUNCTION(q3_k, CK_Q3_K)
CK_STREAM_FUNCTION(iq4_xs, CK_IQ4_XS)
CK_STREAM_FUNCTION(iq1_s, CK_IQ1_S)
CK_STREAM_FUNCTION(iq1_m, CK_IQ1_M)
CK_STREAM_FUNCTION(iq2_xxs, CK_IQ2_XXS)
CK_STREAM_FUNCTION(iq2_xs, CK_IQ2_XS)
CK_STREAM_FUNCTION(iq2_s, CK_IQ2_S)
CK_STREAM_FUNCTION(iq3_xxs, CK_IQ3_XXS)
CK_STREAM_FUNCTION(iq3_s, CK_IQ3_S)
CK_STREAM_FUNCTION(q4_k, CK_Q4_K)
CK_STREAM_FUNCTION(q5_k, CK_Q5_K)
CK_STREAM_FUNCTION(q6_k, CK_Q6_K)

#endif
