/*
 * Blocks of 32 in registers: unsigned bytes in row order.
 * Included between CK_BEGIN_AVX512 and CK_END.
 */
#ifndef CK_BLOCKS_AVX512_H
#define CK_BLOCKS_AVX512_H

#include "b_blocks.h"

/* Two neighbouring blocks: q + 8 (0..15) of Q4_0, q + 128 of Q8_0. */
CK_INLINE __m512i b_pair(uint32_t format, const char *w) {
    if (format == CK_Q4_0) {
        const ck_q4_0 *blocks = (const ck_q4_0 *)w;
        __m256i low = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)blocks[0].q));
        __m256i high = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)blocks[1].q));
        __m512i both = _mm512_inserti64x4(_mm512_castsi256_si512(low), high, 1);
        both = _mm512_srlv_epi64(both, _mm512_set_epi64(4, 4, 0, 0, 4, 4, 0, 0));
        return _mm512_and_si512(both, _mm512_set1_epi8(15));
    }
    const ck_q8_0 *blocks = (const ck_q8_0 *)w;
    __m256i low = _mm256_loadu_si256((const __m256i *)blocks[0].q);
    __m256i high = _mm256_loadu_si256((const __m256i *)blocks[1].q);
    __m512i both = _mm512_inserti64x4(_mm512_castsi256_si512(low), high, 1);
    return _mm512_xor_si512(both, _mm512_set1_epi8(-128));
}

#endif
