/* Blocks of 32 in registers: signed bytes in row order. Included after CK_BEGIN_AVX2. */
#ifndef CK_BLOCKS_AVX2_H
#define CK_BLOCKS_AVX2_H

#include "b_blocks.h"

CK_INLINE __m256i b_values(uint32_t format, const char *w) {
    if (format == CK_Q8_0) {
        return _mm256_loadu_si256((const __m256i *)((const ck_q8_0 *)w)->q);
    }
    __m128i packed = _mm_loadu_si128((const __m128i *)((const ck_q4_0 *)w)->q);
    __m256i both = _mm256_set_m128i(_mm_srli_epi16(packed, 4), packed);
    return _mm256_sub_epi8(_mm256_and_si256(both, _mm256_set1_epi8(15)), _mm256_set1_epi8(8));
}

#endif
