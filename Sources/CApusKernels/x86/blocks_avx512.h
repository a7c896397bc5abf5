/*
 * Blocks of 32 in registers: unsigned bytes in row order.
 * Included between CK_BEGIN_AVX512 and CK_END.
 */
#ifndef CK_BLOCKS_AVX512_H
#define CK_BLOCKS_AVX512_H

#include "b_blocks.h"

/* How much larger than q the bytes of `b_pair` are. */
CK_INLINE int b_excess(uint32_t format) {
    switch (format) {
    case CK_Q4_0:
        return 8;
    case CK_Q5_0:
        return 16;
    case CK_Q4_1:
    case CK_Q5_1:
        return 0;
    default:
        return 128;
    }
}

/* The nibbles of two neighbouring blocks as bytes, in row order. */
CK_INLINE __m512i b_nibbles_of_two(uint32_t format, const char *w) {
    const char *next = w + ck_block_bytes(format);
    if (format == CK_MXFP4_PAIRS) {
        return _mm512_inserti64x4(_mm512_castsi256_si512(b_nibbles(format, w)),
                                  b_nibbles(format, next), 1);
    }
    __m256i low = _mm256_broadcastsi128_si256(b_packed(format, w));
    __m256i high = _mm256_broadcastsi128_si256(b_packed(format, next));
    __m512i both = _mm512_inserti64x4(_mm512_castsi256_si512(low), high, 1);
    both = _mm512_srlv_epi64(both, _mm512_set_epi64(4, 4, 0, 0, 4, 4, 0, 0));
    return _mm512_and_si512(both, _mm512_set1_epi8(15));
}

/* Two neighbouring blocks: q + b_excess. */
CK_INLINE __m512i b_pair(uint32_t format, const char *w) {
    const char *next = w + ck_block_bytes(format);
    if (format == CK_Q8_0) {
        __m256i low = _mm256_loadu_si256((const __m256i *)((const ck_q8_0 *)w)->q);
        __m256i high = _mm256_loadu_si256((const __m256i *)((const ck_q8_0 *)next)->q);
        __m512i both = _mm512_inserti64x4(_mm512_castsi256_si512(low), high, 1);
        return _mm512_xor_si512(both, _mm512_set1_epi8(-128));
    }
    __m512i both = b_nibbles_of_two(format, w);
    if (b_has_table(format)) {
        __m128i table = _mm_xor_si128(b_table(format), _mm_set1_epi8(-128));
        return _mm512_shuffle_epi8(_mm512_broadcast_i32x4(table), both);
    }
    if (b_has_fifth_bits(format)) {
        uint64_t bits = b_fifth_bits(format, w) | (uint64_t)b_fifth_bits(format, next) << 32;
        both = _mm512_mask_add_epi8(both, bits, both, _mm512_set1_epi8(16));
    }
    return both;
}

/* 2^(exponent - 128), of which the two smallest are subnormal. */
CK_INLINE __m512 b_powers(__m128i exponents) {
    __m512i e = _mm512_cvtepu8_epi32(exponents);
    __m512i normal = _mm512_slli_epi32(_mm512_sub_epi32(e, _mm512_set1_epi32(1)), 23);
    __m512i subnormal = _mm512_sllv_epi32(_mm512_set1_epi32(0x200000), e);
    __mmask16 is_normal = _mm512_cmpgt_epi32_mask(e, _mm512_set1_epi32(1));
    return _mm512_castsi512_ps(_mm512_mask_blend_epi32(is_normal, subnormal, normal));
}

/* Scales of 16 neighbouring blocks. */
CK_INLINE __m512 b_scales(uint32_t format, const char *w) {
    if (b_is_mxfp4(format)) {
        return b_powers(b_exponents(w));
    }
    return _mm512_cvtph_ps(b_halves(format, w));
}

/* Minimums of Q4_1 and Q5_1. */
CK_INLINE __m512 b_minimums(uint32_t format, const char *w) {
    return _mm512_cvtph_ps(b_halves(format, w + sizeof(uint16_t)));
}

/* Sums of the activations of 16 blocks, from their biases; exact. */
CK_INLINE __m512 b_sums(const int32_t *bias) {
    __m512 words = _mm512_cvtepi32_ps(_mm512_loadu_si512(bias));
    return _mm512_mul_ps(words, _mm512_set1_ps(-1.0F / 128));
}

#endif
