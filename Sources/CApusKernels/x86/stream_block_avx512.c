/*
 * Few tokens times Q4_0 and Q8_0 with AVX-512; see stream_block.h.
 *
 * Sixteen blocks at a time: their products are added to one vector with a lane per block, so
 * that scales, too, are handled as vectors.
 */
#if defined(__x86_64__)

#include "x86.h"

CK_BEGIN_AVX512

#include "blocks_avx512.h"

#define CK_STREAM_NAME(name) ck_stream_##name##_avx512

/* Integer dots of 16 blocks in order; `bias` as in ck_act32_bias. */
CK_INLINE __m512i group_dots(uint32_t format, const __m512i q[8], const int8_t *x,
                                 const int32_t *bias) {
    __m512i quads[4]; /* four lanes for each of four blocks */
    for (int i = 0; i < 4; i++) {
        __m512i zero = _mm512_setzero_si512();
        __m512i a = _mm512_dpbusd_epi32(zero, q[2 * i], _mm512_loadu_si512(x + 128 * i));
        __m512i b = _mm512_dpbusd_epi32(zero, q[2 * i + 1], _mm512_loadu_si512(x + 128 * i + 64));
        quads[i] = _mm512_add_epi32(_mm512_shuffle_i64x2(a, b, 0x88),
                                    _mm512_shuffle_i64x2(a, b, 0xDD));
    }
    __m512i low = _mm512_add_epi32(_mm512_unpacklo_epi32(quads[0], quads[1]),
                                   _mm512_unpackhi_epi32(quads[0], quads[1]));
    __m512i high = _mm512_add_epi32(_mm512_unpacklo_epi32(quads[2], quads[3]),
                                    _mm512_unpackhi_epi32(quads[2], quads[3]));
    __m512i sums = _mm512_add_epi32(_mm512_unpacklo_epi64(low, high),
                                    _mm512_unpackhi_epi64(low, high));
    /* Lane 4i + j holds block 4j + i. */
    const __m512i order = _mm512_set_epi32(15, 11, 7, 3, 14, 10, 6, 2, 13, 9, 5, 1, 12, 8, 4, 0);
    __m512i offset = _mm512_loadu_si512(bias);
    if (format == CK_Q4_0) {
        offset = _mm512_srai_epi32(offset, 4);
    }
    return _mm512_add_epi32(_mm512_permutexvar_epi32(order, sums), offset);
}

/* (chain 0 + chain 2) + (chain 1 + chain 3) of 16 blocks. */
CK_INLINE float group_sum(__m512i dots, __m512 factors) {
    __m512 values = _mm512_cvtepi32_ps(dots);
    __m128 chains = _mm_mul_ps(_mm512_castps512_ps128(values), _mm512_castps512_ps128(factors));
    chains = _mm_fmadd_ps(_mm512_extractf32x4_ps(values, 1), _mm512_extractf32x4_ps(factors, 1),
                          chains);
    chains = _mm_fmadd_ps(_mm512_extractf32x4_ps(values, 2), _mm512_extractf32x4_ps(factors, 2),
                          chains);
    chains = _mm_fmadd_ps(_mm512_extractf32x4_ps(values, 3), _mm512_extractf32x4_ps(factors, 3),
                          chains);
    chains = _mm_add_ps(chains, _mm_movehl_ps(chains, chains));
    return _mm_cvtss_f32(_mm_add_ss(chains, _mm_movehdup_ps(chains)));
}

CK_INLINE void add_group(uint32_t format, const char *w, const group_activations *x,
                             size_t tokens, float *sums) {
    __m512i q[8];
    for (size_t i = 0; i < 8; i++) {
        q[i] = b_pair(format, w + 2 * i * b_bytes(format));
    }
    __m512 d = _mm512_cvtph_ps(b_scales(format, w));
    for (size_t t = 0; t < tokens; t++) {
        __m512i dots = group_dots(format, q, x[t].q, x[t].bias);
        sums[t] += group_sum(dots, _mm512_mul_ps(d, _mm512_loadu_ps(x[t].scales)));
    }
}

#include "stream_block.h"

CK_END

#endif
