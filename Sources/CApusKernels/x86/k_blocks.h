/* What kernels of the K formats share. Included after a target has been pushed. */
#ifndef CK_K_BLOCKS_H
#define CK_K_BLOCKS_H

#include "../blocks.h"

#include <immintrin.h>
#include <string.h>

CK_INLINE size_t k_bytes(uint32_t format) {
    return format == CK_Q4_K   ? sizeof(ck_q4_k)
           : format == CK_Q5_K ? sizeof(ck_q5_k)
                               : sizeof(ck_q6_k);
}

/* d and dmin as halves in the low and high 16 bits; dmin is 0 for Q6_K. */
CK_INLINE uint32_t k_factors(uint32_t format, const void *block) {
    if (format == CK_Q6_K) {
        return ((const ck_q6_k *)block)->d;
    }
    const ck_q4_k *affine = block; /* Q5_K starts alike */
    return affine->d | (uint32_t)affine->dmin << 16;
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
