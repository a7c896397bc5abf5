/* Turning rows around for panels: one register holds four bytes of each of 16 rows. */
#ifndef CK_PANEL_AVX512_H
#define CK_PANEL_AVX512_H

#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>

enum {
    CK_PANEL_ROWS = 32, /* two registers */
    CK_PANEL_TOKENS = 6 /* 12 sums of products in registers, and 12 of blocks */
};

/*
 * From 16 rows of `row_bytes` bytes, of which the 16 bytes at `from` are used, to four vectors of
 * 16 four-byte pieces: to[i] at `to + i * to_stride` holds piece i of every row.
 */
CK_INLINE void ck_turn_16x4(const void *from, size_t row_bytes, void *to, size_t to_stride) {
    __m512i v[4];
    for (size_t i = 0; i < 4; i++) { /* rows i, i + 4, i + 8, i + 12 */
        const char *row = (const char *)from + i * row_bytes;
        v[i] = _mm512_castsi128_si512(_mm_loadu_si128((const __m128i *)row));
        v[i] = _mm512_inserti32x4(v[i], *(const __m128i_u *)(row + 4 * row_bytes), 1);
        v[i] = _mm512_inserti32x4(v[i], *(const __m128i_u *)(row + 8 * row_bytes), 2);
        v[i] = _mm512_inserti32x4(v[i], *(const __m128i_u *)(row + 12 * row_bytes), 3);
    }
    __m512i low01 = _mm512_unpacklo_epi32(v[0], v[1]), high01 = _mm512_unpackhi_epi32(v[0], v[1]);
    __m512i low23 = _mm512_unpacklo_epi32(v[2], v[3]), high23 = _mm512_unpackhi_epi32(v[2], v[3]);
    char *out = to;
    _mm512_storeu_si512(out, _mm512_unpacklo_epi64(low01, low23));
    _mm512_storeu_si512(out + to_stride, _mm512_unpackhi_epi64(low01, low23));
    _mm512_storeu_si512(out + 2 * to_stride, _mm512_unpacklo_epi64(high01, high23));
    _mm512_storeu_si512(out + 3 * to_stride, _mm512_unpackhi_epi64(high01, high23));
}

/* Lanes below `count`. */
CK_INLINE __mmask16 ck_lanes(size_t count) {
    return count >= 16 ? 0xFFFF : (__mmask16)((1U << count) - 1);
}

#endif
