/* What kernels of the K formats share. Included after a target has been pushed. */
#ifndef CK_K_BLOCKS_H
#define CK_K_BLOCKS_H

#include "../grids.h"

#include <immintrin.h>
#include <string.h>

CK_INLINE bool k_has_minimum(uint32_t format) {
    return format == CK_Q2_K || format == CK_Q4_K || format == CK_Q5_K;
}

/* Whether 16 values share a scale, not 32. */
CK_INLINE bool k_scales_sixteen(uint32_t format) {
    return format == CK_Q2_K || format == CK_Q3_K || format == CK_Q6_K || ck_is_grid(format);
}

/* Whether values use all of eight signed bits, so that products are added to 32 bits. */
CK_INLINE bool k_is_signed(uint32_t format) {
    return format == CK_IQ4_XS || ck_is_grid(format);
}

/* d and dmin as halves in the low and high 16 bits; dmin is 0 for formats without minimum. */
CK_INLINE uint32_t k_factors(uint32_t format, const void *block) {
    switch (format) {
    case CK_Q2_K:
        return ((const ck_q2_k *)block)->d | (uint32_t)((const ck_q2_k *)block)->dmin << 16;
    case CK_Q3_K:
        return ((const ck_q3_k *)block)->d;
    case CK_Q6_K:
        return ((const ck_q6_k *)block)->d;
    case CK_IQ4_XS:
        return ((const ck_iq4_xs *)block)->d;
    default: /* Q5_K starts like Q4_K */
        return ((const ck_q4_k *)block)->d | (uint32_t)((const ck_q4_k *)block)->dmin << 16;
    }
}

/* Sixteen scales less 32 of Q3_K; the layout is described at ck_q3_scale. */
CK_INLINE __m256i k_scales_q3(const uint8_t packed[12]) {
    __m128i bytes = _mm_loadl_epi64((const __m128i *)packed);
    __m128i low = _mm_unpacklo_epi64(bytes, _mm_srli_epi16(bytes, 4));
    low = _mm_and_si128(low, _mm_set1_epi8(15));
    int upper;
    memcpy(&upper, packed + 8, sizeof upper);
    __m128i high = _mm_srlv_epi32(_mm_set1_epi32(upper), _mm_set_epi32(6, 4, 2, 0));
    high = _mm_slli_epi16(_mm_and_si128(high, _mm_set1_epi8(3)), 4);
    return _mm256_cvtepi8_epi16(_mm_sub_epi8(_mm_or_si128(low, high), _mm_set1_epi8(32)));
}

/* Eight scales less 32 of IQ4_XS, then zeros. */
CK_INLINE __m256i k_scales_iq4(const ck_iq4_xs *block) {
    int packed;
    memcpy(&packed, block->low, sizeof packed);
    __m128i bytes = _mm_cvtsi32_si128(packed);
    __m128i low = _mm_unpacklo_epi8(bytes, _mm_srli_epi16(bytes, 4));
    low = _mm_cvtepu8_epi16(_mm_and_si128(low, _mm_set1_epi8(15)));
    /* Bits 2i and 2i + 1 to the top of lane i. */
    const __m128i places = _mm_set_epi16(1, 1 << 2, 1 << 4, 1 << 6, 1 << 8, 1 << 10, 1 << 12,
                                         1 << 14);
    __m128i high = _mm_mullo_epi16(_mm_set1_epi16((short)block->high), places);
    high = _mm_slli_epi16(_mm_srli_epi16(high, 14), 4);
    __m128i scales = _mm_sub_epi16(_mm_or_si128(low, high), _mm_set1_epi16(32));
    return _mm256_zextsi128_si256(scales);
}

/* Sixteen scales and minimums of Q2_K. */
CK_INLINE __m256i k_scales_q2(const ck_q2_k *block) {
    __m128i bytes = _mm_loadu_si128((const __m128i *)block->scales);
    return _mm256_cvtepu8_epi16(_mm_and_si128(bytes, _mm_set1_epi8(15)));
}

CK_INLINE __m256i k_minimums_q2(const ck_q2_k *block) {
    __m128i bytes = _mm_loadu_si128((const __m128i *)block->scales);
    return _mm256_cvtepu8_epi16(_mm_and_si128(_mm_srli_epi16(bytes, 4), _mm_set1_epi8(15)));
}

/*
 * Four lanes that add up to the minimum term of Q2_K: the minimums times the sums of 16
 * activations, of which bias5 holds -16 times each.
 */
CK_INLINE __m128i k_minimum_q2(__m256i minimums, const ck_act256 *x) {
    __m256i low = _mm256_cvtepi16_epi32(_mm256_castsi256_si128(minimums));
    __m256i high = _mm256_cvtepi16_epi32(_mm256_extracti128_si256(minimums, 1));
    __m256i sum = _mm256_add_epi32(
        _mm256_mullo_epi32(low, _mm256_loadu_si256((const __m256i *)x->bias5)),
        _mm256_mullo_epi32(high, _mm256_loadu_si256((const __m256i *)(x->bias5 + 8))));
    __m128i four = _mm_add_epi32(_mm256_castsi256_si128(sum), _mm256_extracti128_si256(sum, 1));
    return _mm_sub_epi32(_mm_setzero_si128(), _mm_srai_epi32(four, 4));
}

/* The 16-bit halves of two neighbouring values of bias5, of which each fits: 16 * 16 * 127. */
CK_INLINE uint32_t k_bias_pair(const ck_act256 *x, size_t pair) {
    return (uint32_t)(x->bias5[2 * pair] & 0xFFFF) | (uint32_t)x->bias5[2 * pair + 1] << 16;
}

/* Eight scales, then eight minimums, of Q4_K and Q5_K; the layout is described at ck_k_scales. */
CK_INLINE __m256i k_scales(const uint8_t packed[12]) {
    __m128i words = _mm_loadu_si128((const __m128i *)packed);
    __m128i low = _mm_shuffle_epi32(words, _MM_SHUFFLE(2, 1, 2, 0));
    low = _mm_srlv_epi32(low, _mm_set_epi32(4, 0, 0, 0));
    low = _mm_and_si128(low, _mm_set_epi32(0x0F0F0F0F, 0x3F3F3F3F, 0x0F0F0F0F, 0x3F3F3F3F));
    const __m128i upper = _mm_set_epi8(7, 6, 5, 4, -1, -1, -1, -1, 3, 2, 1, 0, -1, -1, -1, -1);
    __m128i high = _mm_srli_epi32(_mm_shuffle_epi8(words, upper), 2);
    high = _mm_and_si128(high, _mm_set1_epi8(0x30));
    return _mm256_cvtepu8_epi16(_mm_or_si128(low, high));
}

/* Without the vpinsrw of _cvtsh_ss, which would wait for an unrelated register. */
CK_INLINE float k_half(uint32_t half) {
    return _mm_cvtss_f32(_mm_cvtph_ps(_mm_set1_epi16((short)half)));
}

#endif
