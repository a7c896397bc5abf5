/*
 * Few tokens times blocks of 32 weights with AVX-512; see stream_block.h.
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
    sums = _mm512_permutexvar_epi32(order, sums);
    __m512i excess = _mm512_loadu_si512(bias); /* of 128 */
    switch (b_excess(format)) {
    case 0:
        return sums;
    case 8:
        return _mm512_add_epi32(sums, _mm512_srai_epi32(excess, 4));
    case 16:
        return _mm512_add_epi32(sums, _mm512_srai_epi32(excess, 3));
    default:
        return _mm512_add_epi32(sums, excess);
    }
}

/* (chain 0 + chain 2) + (chain 1 + chain 3) of 16 blocks. */
CK_INLINE float group_sum(__m512i dots, __m512 d, bool has_minimum, __m512 sums, __m512 m) {
    __m512 values = _mm512_cvtepi32_ps(dots);
    __m128 chains = _mm_setzero_ps();
#define ADD(a, b, i)                                                                              \
    chains = _mm_fmadd_ps(_mm512_extractf32x4_ps(a, i), _mm512_extractf32x4_ps(b, i), chains)
#define ADD_BOTH(i)                                                                               \
    ADD(values, d, i);                                                                            \
    if (has_minimum) {                                                                            \
        ADD(sums, m, i);                                                                          \
    }
    ADD_BOTH(0)
    ADD_BOTH(1)
    ADD_BOTH(2)
    ADD_BOTH(3)
#undef ADD_BOTH
#undef ADD
    chains = _mm_add_ps(chains, _mm_movehl_ps(chains, chains));
    return _mm_cvtss_f32(_mm_add_ss(chains, _mm_movehdup_ps(chains)));
}

CK_INLINE void add_group(uint32_t format, const char *w, const group_activations *x,
                             size_t tokens, float *sums) {
    const bool has_minimum = b_has_minimum(format);
    __m512i q[8];
    for (size_t i = 0; i < 8; i++) {
        q[i] = b_pair(format, w + 2 * i * ck_block_bytes(format));
    }
    __m512 d = b_scales(format, w), m = d;
    if (has_minimum) {
        m = b_minimums(format, w);
    }
    for (size_t t = 0; t < tokens; t++) {
        __m512i dots = group_dots(format, q, x[t].q, x[t].bias);
        __m512 dx = _mm512_loadu_ps(x[t].scales);
        sums[t] += group_sum(dots, _mm512_mul_ps(d, dx), has_minimum, b_sums(x[t].bias),
                             _mm512_mul_ps(m, dx));
    }
}

#include "stream_block.h"

CK_END

#endif
