/*
 * Few tokens times Q4_0 and Q8_0 with AVX2; see stream_block.h.
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
            dots[j] = block_dot(b_values(format, w + block * b_bytes(format)), x + 32 * block);
        }
        fours[i] = _mm256_hadd_epi32(_mm256_hadd_epi32(dots[0], dots[1]),
                                     _mm256_hadd_epi32(dots[2], dots[3]));
    }
    return _mm256_add_epi32(_mm256_permute2x128_si256(fours[0], fours[1], 0x20),
                            _mm256_permute2x128_si256(fours[0], fours[1], 0x31));
}

CK_INLINE void add_group(uint32_t format, const char *w, const group_activations *x, size_t tokens,
                         float *sums) {
    __m256i halves = b_scales(format, w);
    __m256 low = _mm256_cvtph_ps(_mm256_castsi256_si128(halves));
    __m256 high = _mm256_cvtph_ps(_mm256_extracti128_si256(halves, 1));
    for (size_t t = 0; t < tokens; t++) {
        __m256 first = _mm256_cvtepi32_ps(eight_dots(format, w, x[t].q));
        __m256 second =
            _mm256_cvtepi32_ps(eight_dots(format, w + 8 * b_bytes(format), x[t].q + 256));
        __m256 f = _mm256_mul_ps(low, _mm256_loadu_ps(x[t].scales));
        __m256 s = _mm256_mul_ps(high, _mm256_loadu_ps(x[t].scales + 8));
        __m128 chains = _mm_mul_ps(_mm256_castps256_ps128(first), _mm256_castps256_ps128(f));
        chains = _mm_fmadd_ps(_mm256_extractf128_ps(first, 1), _mm256_extractf128_ps(f, 1), chains);
        chains = _mm_fmadd_ps(_mm256_castps256_ps128(second), _mm256_castps256_ps128(s), chains);
        chains =
            _mm_fmadd_ps(_mm256_extractf128_ps(second, 1), _mm256_extractf128_ps(s, 1), chains);
        chains = _mm_add_ps(chains, _mm_movehl_ps(chains, chains));
        sums[t] += _mm_cvtss_f32(_mm_add_ss(chains, _mm_movehdup_ps(chains)));
    }
}

#include "stream_block.h"

CK_END

#endif
