/*
 * Few tokens times blocks of 32 weights with AVX2; see stream_block.h.
 *
 * The instruction that multiplies bytes wants one unsigned factor: the weight gives its magnitude
 * and the activation takes its sign. Pairs fit in 16 bits: 2 * 128 * 127 = 32512.
 */
#if defined(__x86_64__)

#include "x86.h"

CK_BEGIN_AVX2

#include "blocks_avx2.h"

#define CK_STREAM_NAME(name) ck_stream_##name##_avx2

/* Eight lanes that add up to the dot of one block. */
CK_INLINE __m256i block_dot(__m256i q, const int8_t *x) {
    __m256i values = _mm256_loadu_si256((const __m256i *)x);
    __m256i pairs = _mm256_maddubs_epi16(_mm256_abs_epi8(q), _mm256_sign_epi8(values, q));
    return _mm256_madd_epi16(pairs, _mm256_set1_epi16(1));
}

/* Dots of eight blocks in order. */
CK_INLINE __m256i eight_dots(uint32_t format, const char *w, const int8_t *x) {
    __m256i fours[2];
    for (size_t i = 0; i < 2; i++) {
        __m256i dots[4];
        for (size_t j = 0; j < 4; j++) {
            size_t block = 4 * i + j;
            dots[j] = block_dot(b_values(format, w + block * ck_block_bytes(format)),
                                x + 32 * block);
        }
        fours[i] = _mm256_hadd_epi32(_mm256_hadd_epi32(dots[0], dots[1]),
                                     _mm256_hadd_epi32(dots[2], dots[3]));
    }
    return _mm256_add_epi32(_mm256_permute2x128_si256(fours[0], fours[1], 0x20),
                            _mm256_permute2x128_si256(fours[0], fours[1], 0x31));
}

/* Adds the products of eight blocks to four chains, four after four. */
CK_INLINE __m128 add_products(__m128 chains, __m256 dots, __m256 d, bool has_minimum, __m256 sums,
                              __m256 m) {
    chains = _mm_fmadd_ps(_mm256_castps256_ps128(dots), _mm256_castps256_ps128(d), chains);
    if (has_minimum) {
        chains = _mm_fmadd_ps(_mm256_castps256_ps128(sums), _mm256_castps256_ps128(m), chains);
    }
    chains = _mm_fmadd_ps(_mm256_extractf128_ps(dots, 1), _mm256_extractf128_ps(d, 1), chains);
    if (has_minimum) {
        chains = _mm_fmadd_ps(_mm256_extractf128_ps(sums, 1), _mm256_extractf128_ps(m, 1), chains);
    }
    return chains;
}

CK_INLINE void add_group(uint32_t format, const char *w, const group_activations *x, size_t tokens,
                         float *sums) {
    const bool has_minimum = b_has_minimum(format);
    b_floats d = b_scales(format, w), m = d;
    if (has_minimum) {
        m = b_minimums(format, w);
    }
    for (size_t t = 0; t < tokens; t++) {
        __m128 chains = _mm_setzero_ps();
#pragma unroll
        for (size_t i = 0; i < 2; i++) {
            __m256i dots = eight_dots(format, w + 8 * i * ck_block_bytes(format), x[t].q + 256 * i);
            __m256 dx = _mm256_loadu_ps(x[t].scales + 8 * i);
            chains = add_products(chains, _mm256_cvtepi32_ps(dots), _mm256_mul_ps(d.eight[i], dx),
                                  has_minimum, b_sums(x[t].bias + 8 * i),
                                  _mm256_mul_ps(m.eight[i], dx));
        }
        chains = _mm_add_ps(chains, _mm_movehl_ps(chains, chains));
        sums[t] += _mm_cvtss_f32(_mm_add_ss(chains, _mm_movehdup_ps(chains)));
    }
}

#include "stream_block.h"

CK_END

#endif
