/* What kernels of blocks of 32 share. Included after a target has been pushed. */
#ifndef CK_B_BLOCKS_H
#define CK_B_BLOCKS_H

#include "../block_bytes.h"

#include <immintrin.h>
#include <string.h>

CK_INLINE bool b_has_minimum(uint32_t format) {
    return format == CK_Q4_1 || format == CK_Q5_1;
}

CK_INLINE bool b_has_fifth_bits(uint32_t format) {
    return format == CK_Q5_0 || format == CK_Q5_1;
}

CK_INLINE bool b_is_mxfp4(uint32_t format) {
    return format == CK_MXFP4 || format == CK_MXFP4_PAIRS;
}

/* Whether nibbles stand for values in a table. */
CK_INLINE bool b_has_table(uint32_t format) {
    return format == CK_IQ4_NL || b_is_mxfp4(format);
}

/* The table. */
CK_INLINE __m128i b_table(uint32_t format) {
    return format == CK_IQ4_NL ? _mm_setr_epi8(CK_IQ4_VALUES) : _mm_setr_epi8(CK_FP4_VALUES);
}

/* The 16 bytes of nibbles of a block. */
CK_INLINE __m128i b_packed(uint32_t format, const char *w) {
    return _mm_loadu_si128((const __m128i *)(w + ck_block_bytes(format) - 16));
}

/* The nibbles of a block as bytes, in row order. */
CK_INLINE __m256i b_nibbles(uint32_t format, const char *w) {
    __m128i low = b_packed(format, w), high = _mm_srli_epi16(low, 4);
    __m256i both = _mm256_set_m128i(high, low);
    if (format == CK_MXFP4_PAIRS) {
        low = _mm_and_si128(low, _mm_set1_epi8(15));
        high = _mm_and_si128(high, _mm_set1_epi8(15));
        both = _mm256_set_m128i(_mm_unpackhi_epi8(low, high), _mm_unpacklo_epi8(low, high));
    }
    return _mm256_and_si256(both, _mm256_set1_epi8(15));
}

/* Fifth bits of a block: bit i belongs to value i. */
CK_INLINE uint32_t b_fifth_bits(uint32_t format, const char *w) {
    uint32_t bits;
    memcpy(&bits, w + ck_block_bytes(format) - 20, sizeof bits);
    return bits;
}

/* Activations of one token, from the current 16 blocks on. */
typedef struct group_activations {
    const int8_t *q;
    const float *scales;
    const int32_t *bias;
} group_activations;

CK_INLINE short b_half(uint32_t format, const char *w, size_t block) {
    short half;
    memcpy(&half, w + block * ck_block_bytes(format), sizeof half);
    return half;
}

/* The halves at w and at the same place of the 15 blocks that follow. */
CK_INLINE __m256i b_halves(uint32_t format, const char *w) {
#define S(i) b_half(format, w, i)
    return _mm256_set_epi16(S(15), S(14), S(13), S(12), S(11), S(10), S(9), S(8), S(7), S(6), S(5),
                            S(4), S(3), S(2), S(1), S(0));
#undef S
}

/* Exponents of 16 neighbouring blocks of MXFP4. */
CK_INLINE __m128i b_exponents(const char *w) {
#define E(i) w[(i) * sizeof(ck_mxfp4)]
    return _mm_set_epi8(E(15), E(14), E(13), E(12), E(11), E(10), E(9), E(8), E(7), E(6), E(5),
                        E(4), E(3), E(2), E(1), E(0));
#undef E
}

#endif
