/*
 * Few tokens times blocks of 256 weights with AVX2; see stream_k.h.
 *
 * Products of bytes are added in pairs to 16 bits, which cannot overflow (2 * 127 * 127), then
 * multiplied with the scales and added to 32 bits.
 */
#if defined(__x86_64__)

#include "x86.h"

CK_BEGIN_AVX2

#include "unpack_avx2.h"

#define CK_STREAM_NAME(name) ck_stream_##name##_avx2

/* Sums of products of 32 values, two to a lane of 16 bits. */
CK_INLINE __m256i pair_products(uint32_t format, __m256i q, __m256i x) {
    if (k_is_signed(format)) { /* the magnitude of q times x with the sign of q */
        return _mm256_maddubs_epi16(_mm256_abs_epi8(q), _mm256_sign_epi8(x, q));
    }
    return _mm256_maddubs_epi16(q, x);
}

/* What products with q are too large by; bias5 holds -16 times the sums of 16 activations. */
CK_INLINE __m256i excess(uint32_t format, __m256i scales, const ck_act256 *x) {
    __m256i low = _mm256_cvtepi16_epi32(_mm256_castsi256_si128(scales));
    __m256i high = _mm256_cvtepi16_epi32(_mm256_extracti128_si256(scales, 1));
    __m256i bias = _mm256_add_epi32(_mm256_mullo_epi32(low, k_load(x->bias5)),
                                    _mm256_mullo_epi32(high, k_load(x->bias5 + 8)));
    return format == CK_Q6_K ? _mm256_slli_epi32(bias, 1) : _mm256_srai_epi32(bias, 2);
}

CK_INLINE __m256i k_dot(uint32_t format, const k_block *k, const ck_act256 *x) {
    __m256i sum = _mm256_setzero_si256();
    for (int i = 0; i < 8; i++) {
        __m256i pairs = pair_products(format, k->q[i], k_load(x->q + 32 * i));
        sum = _mm256_add_epi32(sum, _mm256_madd_epi16(pairs, k_spread(format, k->scales, i)));
    }
    __m128i minimum = _mm_setzero_si128();
    if (format == CK_Q3_K || format == CK_Q6_K) {
        sum = _mm256_add_epi32(sum, excess(format, k->scales, x));
    } else if (format == CK_Q2_K) {
        minimum = k_minimum_q2(k->minimums, x);
    } else if (k_has_minimum(format)) {
        minimum = _mm_madd_epi16(_mm256_extracti128_si256(k->scales, 1),
                                 _mm_loadu_si128((const __m128i *)x->sums32));
    }
    __m128i dot = _mm_add_epi32(_mm256_castsi256_si128(sum), _mm256_extracti128_si256(sum, 1));
    return _mm256_set_m128i(minimum, dot);
}

#include "stream_k.h"

CK_END

#endif
