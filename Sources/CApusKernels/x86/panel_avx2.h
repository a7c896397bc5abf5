/*
 * Panels of 16 rows for AVX2: lanes are rows, and one register holds two 16-bit values of each of
 * eight rows. Included between CK_BEGIN_AVX2 and CK_END.
 */
#ifndef CK_PANEL_AVX2_H
#define CK_PANEL_AVX2_H

#include <immintrin.h>
#include <string.h>

enum {
    CK_PANEL_ROWS = 16,  /* two registers */
    CK_PANEL_TOKENS = 4, /* eight sums in registers */
    CK_PANEL_COLUMNS = 1024
};

typedef struct operands {
    const char *w;
    size_t w_row_bytes;
    const char *x;
    size_t x_row_bytes;
    float *y;
    size_t y_stride;
    size_t columns;
} operands;

/* Activations of a tile, widened to 16 bits. */
typedef struct wide_activations {
    _Alignas(32) int16_t q[CK_PANEL_TOKENS][CK_PANEL_COLUMNS];
} wide_activations;

/* 256 signed bytes to 16 bits. */
CK_INLINE void p_widen(const int8_t *from, int16_t *to, size_t n) {
    for (size_t i = 0; i < n; i += 16) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(from + i));
        _mm256_storeu_si256((__m256i *)(to + i), _mm256_cvtepi8_epi16(bytes));
    }
}

CK_INLINE __m256i p_broadcast(const void *from) {
    int32_t value;
    memcpy(&value, from, sizeof value);
    return _mm256_set1_epi32(value);
}

/*
 * From 8 rows of `row_bytes` bytes, of which the 16 bytes at `from` are used, to four vectors of
 * 8 four-byte pieces: the vector at `to + i * to_stride` holds piece i of every row.
 */
CK_INLINE void p_turn_8x4(const void *from, size_t row_bytes, void *to, size_t to_stride) {
    __m256i v[4];
    for (size_t i = 0; i < 4; i++) { /* rows i and i + 4 */
        const char *row = (const char *)from + i * row_bytes;
        v[i] = _mm256_set_m128i(_mm_loadu_si128((const __m128i *)(row + 4 * row_bytes)),
                                _mm_loadu_si128((const __m128i *)row));
    }
    __m256i low01 = _mm256_unpacklo_epi32(v[0], v[1]), high01 = _mm256_unpackhi_epi32(v[0], v[1]);
    __m256i low23 = _mm256_unpacklo_epi32(v[2], v[3]), high23 = _mm256_unpackhi_epi32(v[2], v[3]);
    char *out = to;
    _mm256_storeu_si256((__m256i *)out, _mm256_unpacklo_epi64(low01, low23));
    _mm256_storeu_si256((__m256i *)(out + to_stride), _mm256_unpackhi_epi64(low01, low23));
    _mm256_storeu_si256((__m256i *)(out + 2 * to_stride), _mm256_unpacklo_epi64(high01, high23));
    _mm256_storeu_si256((__m256i *)(out + 3 * to_stride), _mm256_unpackhi_epi64(high01, high23));
}

/*
 * Sums of products over `columns` columns for 16 rows and `tokens` tokens.
 *   w  [columns / 2][16 rows][2]
 *   x  [tokens][stride]
 */
CK_INLINE void p_products(const int16_t (*w)[CK_PANEL_ROWS][2], const int16_t *x, size_t stride,
                          size_t columns, size_t tokens, __m256i sums[CK_PANEL_TOKENS][2]) {
#pragma unroll
    for (size_t t = 0; t < tokens; t++) {
        sums[t][0] = sums[t][1] = _mm256_setzero_si256();
    }
    for (size_t i = 0; i < columns / 2; i++) {
        __m256i low = _mm256_load_si256((const __m256i *)w[i][0]);
        __m256i high = _mm256_load_si256((const __m256i *)w[i][8]);
#pragma unroll
        for (size_t t = 0; t < tokens; t++) {
            __m256i pair = p_broadcast(x + t * stride + 2 * i);
            sums[t][0] = _mm256_add_epi32(sums[t][0], _mm256_madd_epi16(low, pair));
            sums[t][1] = _mm256_add_epi32(sums[t][1], _mm256_madd_epi16(high, pair));
        }
    }
}

/* Adds the sum of four chains to y, or writes it if these are the first columns. */
CK_INLINE void p_finish(__m256 chains[4][CK_PANEL_TOKENS][2], const operands *o, bool first,
                        size_t row, size_t rows, size_t token, size_t tokens) {
    for (size_t t = 0; t < tokens; t++) {
        float *to = o->y + (token + t) * o->y_stride + row;
        float sums[CK_PANEL_ROWS];
        for (size_t side = 0; side < 2; side++) {
            __m256 even = _mm256_add_ps(chains[0][t][side], chains[2][t][side]);
            __m256 odd = _mm256_add_ps(chains[1][t][side], chains[3][t][side]);
            _mm256_storeu_ps(sums + 8 * side, _mm256_add_ps(even, odd));
        }
        for (size_t r = 0; r < rows; r++) {
            to[r] = first ? sums[r] : to[r] + sums[r];
        }
    }
}

#endif
