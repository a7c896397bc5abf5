/*
 * Few tokens times blocks of 256 weights with AVX-512; see stream_k.h.
 *
 * Products of bytes are added in pairs to 16 bits, which cannot overflow (2 * 63 * 127), then
 * multiplied with the scales and added to 32 bits.
 */
#if defined(__x86_64__)

#include "x86.h"

CK_BEGIN_AVX512

#include "unpack_avx512.h"

#define CK_STREAM_NAME(name) ck_stream_##name##_avx512

/* Scale of each pair of neighbouring values: index of the 16-bit scale for vector i of q. */
CK_INLINE __m512i spread_scales(uint32_t format, __m256i scales, int i) {
    __m512i index;
    if (k_scales_sixteen(format)) { /* four scales for eight pairs each */
        index = _mm512_set_epi64(0x0003000300030003, 0x0003000300030003, 0x0002000200020002,
                                 0x0002000200020002, 0x0001000100010001, 0x0001000100010001, 0, 0);
        index = _mm512_add_epi16(index, _mm512_set1_epi16((short)(4 * i)));
    } else { /* two scales for sixteen pairs each */
        index = _mm512_inserti64x4(_mm512_set1_epi16((short)(2 * i)),
                                   _mm256_set1_epi16((short)(2 * i + 1)), 1);
    }
    return _mm512_permutexvar_epi16(index, _mm512_castsi256_si512(scales));
}

/* What products with q are too large by: 128 times the sums of the activations. */
CK_INLINE __m512i wide_excess(uint32_t format, __m256i scales, const ck_act256 *x) {
    if (k_scales_sixteen(format)) { /* bias5 holds -16 times the sums of 16 */
        __m512i bias = _mm512_loadu_si512(x->bias5);
        bias = _mm512_mullo_epi32(_mm512_cvtepi16_epi32(scales), bias);
        return _mm512_slli_epi32(bias, 3);
    }
    /* bias4 holds -8 times the sums of 32 */
    __m256i bias = _mm256_loadu_si256((const __m256i *)x->bias4);
    bias = _mm256_mullo_epi32(_mm256_cvtepi16_epi32(_mm256_castsi256_si128(scales)), bias);
    return _mm512_zextsi256_si512(_mm256_slli_epi32(bias, 4));
}

/* Products of large bytes do not fit in 16 bits in pairs; they are added in fours to 32 bits. */
CK_INLINE __m512i wide_dot(uint32_t format, const k_block *k, const ck_act256 *x) {
    __m512i sum = wide_excess(format, k->scales, x);
    __m512i scales = _mm512_cvtepi16_epi32(k->scales);
    /* Scales of four neighbouring lanes for 16 values each, or two of eight for 32. */
    const bool sixteen = k_scales_sixteen(format);
    const int step = sixteen ? 4 : 2;
    const __m512i index = sixteen
        ? _mm512_set_epi32(3, 3, 3, 3, 2, 2, 2, 2, 1, 1, 1, 1, 0, 0, 0, 0)
        : _mm512_set_epi32(1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0);
    for (int i = 0; i < 4; i++) {
        __m512i fours = _mm512_dpbusd_epi32(_mm512_setzero_si512(), k->q[i],
                                            _mm512_loadu_si512(x->q + 64 * i));
        __m512i spread = _mm512_permutexvar_epi32(
            _mm512_add_epi32(index, _mm512_set1_epi32(step * i)), scales);
        sum = _mm512_add_epi32(sum, _mm512_mullo_epi32(fours, spread));
    }
    return sum;
}

/* Products are added in pairs; what q is too large by is taken away with bias5. */
CK_INLINE __m512i narrow_dot(uint32_t format, const k_block *k, const ck_act256 *x) {
    __m512i sum = _mm512_setzero_si512();
    for (int i = 0; i < 4; i++) {
        __m512i pairs = _mm512_maddubs_epi16(k->q[i], _mm512_loadu_si512(x->q + 64 * i));
        sum = _mm512_dpwssd_epi32(sum, pairs, spread_scales(format, k->scales, i));
    }
    if (format == CK_Q3_K || format == CK_Q6_K) { /* -16 times the sums of x: 32 or 4 are wanted */
        __m512i scales = _mm512_cvtepi16_epi32(k->scales);
        __m512i bias = _mm512_mullo_epi32(scales, _mm512_loadu_si512(x->bias5));
        bias = format == CK_Q6_K ? _mm512_slli_epi32(bias, 1) : _mm512_srai_epi32(bias, 2);
        sum = _mm512_add_epi32(sum, bias);
    }
    return sum;
}

CK_INLINE __m256i k_dot(uint32_t format, const k_block *k, const ck_act256 *x) {
    __m512i sum = k_is_signed(format) ? wide_dot(format, k, x) : narrow_dot(format, k, x);
    __m256i half = _mm256_add_epi32(_mm512_castsi512_si256(sum), _mm512_extracti64x4_epi64(sum, 1));
    __m128i dot = _mm_add_epi32(_mm256_castsi256_si128(half), _mm256_extracti128_si256(half, 1));
    __m128i minimum = _mm_setzero_si128();
    if (format == CK_Q2_K) {
        minimum = k_minimum_q2(k->minimums, x);
    } else if (k_has_minimum(format)) {
        minimum = _mm_madd_epi16(_mm256_extracti128_si256(k->scales, 1),
                                 _mm_loadu_si128((const __m128i *)x->sums32));
    }
    return _mm256_inserti128_si256(_mm256_castsi128_si256(dot), minimum, 1);
}

#include "stream_k.h"

CK_END

#endif
