/* Blocks of 32 in registers: signed bytes in row order. Included after CK_BEGIN_AVX2. */
#ifndef CK_BLOCKS_AVX2_H
#define CK_BLOCKS_AVX2_H

#include "b_blocks.h"

/* 16 for every bit that is set, 0 for the others. */
CK_INLINE __m256i b_sixteens(uint32_t bits) {
    const __m256i byte = _mm256_set_epi64x(0x0303030303030303, 0x0202020202020202,
                                           0x0101010101010101, 0);
    const __m256i bit = _mm256_set1_epi64x((long long)0x8040201008040201);
    __m256i spread = _mm256_shuffle_epi8(_mm256_set1_epi32((int)bits), byte);
    __m256i set = _mm256_cmpeq_epi8(_mm256_and_si256(spread, bit), bit);
    return _mm256_and_si256(set, _mm256_set1_epi8(16));
}

CK_INLINE __m256i b_values(uint32_t format, const char *w) {
    if (format == CK_Q8_0) {
        return _mm256_loadu_si256((const __m256i *)((const ck_q8_0 *)w)->q);
    }
    __m256i q = b_nibbles(format, w);
    if (b_has_table(format)) {
        return _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(b_table(format)), q);
    }
    if (b_has_fifth_bits(format)) {
        q = _mm256_or_si256(q, b_sixteens(b_fifth_bits(format, w)));
    }
    if (b_has_minimum(format)) {
        return q;
    }
    return _mm256_sub_epi8(q, _mm256_set1_epi8(format == CK_Q5_0 ? 16 : 8));
}

/* Floats of 16 neighbouring blocks. */
typedef struct b_floats {
    __m256 eight[2];
} b_floats;

CK_INLINE b_floats b_widen(__m256i halves) {
    return (b_floats){{_mm256_cvtph_ps(_mm256_castsi256_si128(halves)),
                       _mm256_cvtph_ps(_mm256_extracti128_si256(halves, 1))}};
}

/* 2^(exponent - 128), of which the two smallest are subnormal. */
CK_INLINE __m256 b_powers(__m128i exponents) {
    __m256i e = _mm256_cvtepu8_epi32(exponents);
    __m256i normal = _mm256_slli_epi32(_mm256_sub_epi32(e, _mm256_set1_epi32(1)), 23);
    __m256i subnormal = _mm256_sllv_epi32(_mm256_set1_epi32(0x200000), e);
    __m256i is_normal = _mm256_cmpgt_epi32(e, _mm256_set1_epi32(1));
    return _mm256_castsi256_ps(_mm256_blendv_epi8(subnormal, normal, is_normal));
}

/* Scales. */
CK_INLINE b_floats b_scales(uint32_t format, const char *w) {
    if (b_is_mxfp4(format)) {
        __m128i exponents = b_exponents(w);
        return (b_floats){{b_powers(exponents), b_powers(_mm_srli_si128(exponents, 8))}};
    }
    return b_widen(b_halves(format, w));
}

/* Minimums of Q4_1 and Q5_1. */
CK_INLINE b_floats b_minimums(uint32_t format, const char *w) {
    return b_widen(b_halves(format, w + sizeof(uint16_t)));
}

/* Sums of the activations of eight blocks, from their biases; exact. */
CK_INLINE __m256 b_sums(const int32_t *bias) {
    __m256i words = _mm256_loadu_si256((const __m256i *)bias);
    return _mm256_mul_ps(_mm256_cvtepi32_ps(words), _mm256_set1_ps(-1.0F / 128));
}

#endif
