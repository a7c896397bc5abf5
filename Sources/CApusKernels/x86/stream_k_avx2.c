/*
 * Few tokens times the K formats with AVX2; see stream_k.h.
 *
 * Products of bytes are added in pairs to 16 bits, which cannot overflow (2 * 63 * 127), then
 * multiplied with the scales and added to 32 bits.
 */
#if defined(__x86_64__)

#include "x86.h"

CK_BEGIN_AVX2

#include "unpack_avx2.h"

#define CK_STREAM_NAME(name) ck_stream_##name##_avx2

CK_INLINE __m256i k_dot(uint32_t format, const k_block *k, const ck_act256 *x) {
    __m256i sum = _mm256_setzero_si256();
    for (int i = 0; i < 8; i++) {
        __m256i pairs = _mm256_maddubs_epi16(k->q[i], k_load(x->q + 32 * i));
        sum = _mm256_add_epi32(sum, _mm256_madd_epi16(pairs, k_spread(format, k->scales, i)));
    }
    __m128i low = _mm256_castsi256_si128(k->scales), high = _mm256_extracti128_si256(k->scales, 1);
    __m128i minimum = _mm_setzero_si128();
    if (format == CK_Q6_K) { /* q is 32 too large: bias5 holds -16 times the sums of x */
        __m256i bias = _mm256_add_epi32(
            _mm256_mullo_epi32(_mm256_cvtepi16_epi32(low), k_load(x->bias5)),
            _mm256_mullo_epi32(_mm256_cvtepi16_epi32(high), k_load(x->bias5 + 8)));
        sum = _mm256_add_epi32(sum, _mm256_slli_epi32(bias, 1));
    } else {
        minimum = _mm_madd_epi16(high, _mm_loadu_si128((const __m128i *)x->sums32));
    }
    __m128i dot = _mm_add_epi32(_mm256_castsi256_si128(sum), _mm256_extracti128_si256(sum, 1));
    return _mm256_set_m128i(minimum, dot);
}

#include "stream_k.h"

CK_END

#endif
