/*
 * Blocks of 256 weights times many tokens with AVX2: 16 rows by 1,024 columns are unpacked once,
 * turned so that lanes are rows, and multiplied with tiles of up to four tokens.
 * Specification: reference/matmul_k.c.
 *
 * Values times their integer scales fit in 16 bits (32 * 128 at most), and sums over 256 columns
 * in 32 bits, so a block is one chain of integer operations.
 */
#if defined(__x86_64__)

#include "x86.h"

CK_BEGIN_AVX2

#include "panel_avx2.h"
#include "unpack_avx2.h"

enum { GROUP = CK_PANEL_COLUMNS / CK_SUPER };

/* 16 rows of one block; dword lanes are rows. */
typedef struct panel_block {
    _Alignas(32) int16_t q[128][CK_PANEL_ROWS][2]; /* scale times value */
    int16_t minimums[8][CK_PANEL_ROWS][2]; /* 4 in use but for Q2_K */
    float d[CK_PANEL_ROWS];
    float dmin[CK_PANEL_ROWS];
} panel_block;

typedef struct panel {
    panel_block blocks[GROUP];
} panel;

/* One row of a block before turning. */
typedef struct flat_row {
    _Alignas(32) int16_t q[256];
    int16_t minimums[16];
} flat_row;

/* 16 values to 16 bits, less what they are too large by. */
CK_INLINE __m256i widened(uint32_t format, __m128i q) {
    if (k_is_signed(format)) {
        return _mm256_cvtepi8_epi16(q);
    }
    const short excess = format == CK_Q6_K ? 32 : format == CK_Q3_K ? 4 : 0;
    return _mm256_sub_epi16(_mm256_cvtepu8_epi16(q), _mm256_set1_epi16(excess));
}

CK_INLINE void flatten(uint32_t format, const void *block, flat_row *row, panel_block *to,
                       size_t lane) {
    k_block k = k_unpack(format, block);
    for (int i = 0; i < 8; i++) {
        __m256i low = widened(format, _mm256_castsi256_si128(k.q[i]));
        __m256i high = widened(format, _mm256_extracti128_si256(k.q[i], 1));
        __m256i scales = k_spread(format, k.scales, i);
        __m256i first = _mm256_permute2x128_si256(scales, scales, 0x00);
        __m256i second = _mm256_permute2x128_si256(scales, scales, 0x11);
        _mm256_store_si256((__m256i *)(row->q + 32 * i), _mm256_mullo_epi16(low, first));
        _mm256_store_si256((__m256i *)(row->q + 32 * i + 16), _mm256_mullo_epi16(high, second));
    }
    if (format == CK_Q2_K) {
        _mm256_store_si256((__m256i *)row->minimums, k.minimums);
    } else {
        _mm_store_si128((__m128i *)row->minimums, _mm256_extracti128_si256(k.scales, 1));
    }
    if (ck_is_grid(format)) {
        to->d[lane] = k.factor;
        return;
    }
    uint32_t factors = k_factors(format, block);
    to->d[lane] = k_half(factors & 0xFFFF);
    to->dmin[lane] = k_half(factors >> 16);
}

/* Unpacks `rows` rows of one block; the other lanes become 0. Prefetches `ahead` bytes away. */
CK_INLINE void fill(uint32_t format, const char *w, size_t w_row_bytes, size_t rows,
                    ptrdiff_t ahead, panel_block *to) {
    flat_row flat[CK_PANEL_ROWS];
    for (size_t r = 0; r < CK_PANEL_ROWS; r++) {
        if (r < rows) {
            const char *block = w + r * w_row_bytes;
            for (size_t line = 0; line < ck_block_bytes(format); line += 64) {
                _mm_prefetch(block + ahead + line, _MM_HINT_T1);
            }
            flatten(format, block, &flat[r], to, r);
        } else {
            memset(&flat[r], 0, sizeof flat[r]);
            to->d[r] = to->dmin[r] = 0;
        }
    }
    for (size_t half = 0; half < CK_PANEL_ROWS; half += 8) {
        for (size_t i = 0; i < 128; i += 4) {
            p_turn_8x4(flat[half].q + 2 * i, sizeof(flat_row), to->q[i][half], sizeof to->q[0]);
        }
        for (size_t i = 0; i < (format == CK_Q2_K ? 8 : 4); i += 4) {
            p_turn_8x4(flat[half].minimums + 2 * i, sizeof(flat_row), to->minimums[i][half],
                       sizeof to->minimums[0]);
        }
    }
}

/* The minimum term of eight rows. */
CK_INLINE __m256i minimum_term(uint32_t format, const panel_block *w, size_t lane,
                               const ck_act256 *x) {
    __m256i sum = _mm256_setzero_si256();
    for (size_t i = 0; i < (format == CK_Q2_K ? 8 : 4); i++) {
        __m256i sums = format == CK_Q2_K ? _mm256_set1_epi32((int)k_bias_pair(x, i))
                                         : p_broadcast(&x->sums32[2 * i]);
        sum = _mm256_add_epi32(sum, _mm256_madd_epi16(k_load(w->minimums[i][lane]), sums));
    }
    if (format == CK_Q2_K) { /* bias5 holds -16 times the sums */
        sum = _mm256_sub_epi32(_mm256_setzero_si256(), _mm256_srai_epi32(sum, 4));
    }
    return sum;
}

/* Chains of one block. */
CK_INLINE void tile_block(uint32_t format, const panel_block *w, const int16_t *wide,
                          const char *x, size_t x_row_bytes, size_t tokens,
                          __m256 chains[CK_PANEL_TOKENS][2]) {
    __m256i sums[CK_PANEL_TOKENS][2];
    p_products(w->q, wide, CK_PANEL_COLUMNS, CK_SUPER, tokens, sums);
    for (size_t t = 0; t < tokens; t++) {
        const ck_act256 *activations = (const ck_act256 *)(x + t * x_row_bytes);
        __m256 dx = _mm256_set1_ps(activations->d);
        for (size_t side = 0; side < 2; side++) {
            __m256 d = _mm256_mul_ps(_mm256_loadu_ps(w->d + 8 * side), dx);
            chains[t][side] = _mm256_mul_ps(_mm256_cvtepi32_ps(sums[t][side]), d);
            if (k_has_minimum(format)) {
                __m256i minimum = minimum_term(format, w, 8 * side, activations);
                __m256 dmin = _mm256_mul_ps(_mm256_loadu_ps(w->dmin + 8 * side), dx);
                chains[t][side] =
                    _mm256_fnmadd_ps(_mm256_cvtepi32_ps(minimum), dmin, chains[t][side]);
            }
        }
    }
}

CK_INLINE void tile(uint32_t format, const panel *w, size_t blocks, const operands *o,
                    size_t first_block, size_t row, size_t rows, size_t token, size_t tokens) {
    __m256 chains[GROUP][CK_PANEL_TOKENS][2];
    memset(chains, 0, sizeof chains);
    const char *x = o->x + token * o->x_row_bytes + first_block * sizeof(ck_act256);
    for (size_t b = 0; b < blocks; b++, x += sizeof(ck_act256)) {
        wide_activations wide;
        for (size_t t = 0; t < tokens; t++) {
            p_widen(((const ck_act256 *)(x + t * o->x_row_bytes))->q, wide.q[t], CK_SUPER);
        }
        tile_block(format, &w->blocks[b], wide.q[0], x, o->x_row_bytes, tokens, chains[b]);
    }
    p_finish(chains, o, first_block == 0, row, rows, token, tokens);
}

CK_INLINE void multiply(uint32_t format, operands o, size_t first_row, size_t last_row,
                        size_t tokens) {
    panel w;
    for (size_t row = first_row; row < last_row; row += CK_PANEL_ROWS) {
        size_t rows = last_row - row < CK_PANEL_ROWS ? last_row - row : CK_PANEL_ROWS;
        for (size_t first = 0; first < o.columns / CK_SUPER; first += GROUP) {
            size_t left = o.columns / CK_SUPER - first, blocks = left < GROUP ? left : GROUP;
            /* What is unpacked next: the columns after these, then the rows after these. */
            ptrdiff_t ahead = (ptrdiff_t)(GROUP * ck_block_bytes(format));
            if (left <= GROUP) {
                ahead = (ptrdiff_t)(CK_PANEL_ROWS * o.w_row_bytes - first * ck_block_bytes(format));
            }
            for (size_t b = 0; b < blocks; b++) {
                fill(format, o.w + row * o.w_row_bytes + (first + b) * ck_block_bytes(format),
                     o.w_row_bytes, rows, ahead, &w.blocks[b]);
            }
            size_t token = 0;
            for (; token + CK_PANEL_TOKENS <= tokens; token += CK_PANEL_TOKENS) {
                tile(format, &w, blocks, &o, first, row, rows, token, CK_PANEL_TOKENS);
            }
            switch (tokens - token) {
            case 1:
                tile(format, &w, blocks, &o, first, row, rows, token, 1);
                break;
            case 2:
                tile(format, &w, blocks, &o, first, row, rows, token, 2);
                break;
            case 3:
                tile(format, &w, blocks, &o, first, row, rows, token, 3);
                break;
            }
        }
    }
}

#define MATMUL(name, format)                                                                      \
    static CK_MATMUL_FUNCTION(matmul_##name) {                                                    \
        if (tokens <= CK_STREAM_TOKENS) {                                                         \
            ck_stream_##name##_avx2(w, w_row_bytes, x, x_row_bytes, y, y_stride, columns,         \
                                    first_row, last_row, tokens);                                 \
            return;                                                                               \
        }                                                                                         \
        operands o = {w, w_row_bytes, x, x_row_bytes, y, y_stride, columns};                      \
        multiply(format, o, first_row, last_row, tokens);                                         \
    }
MATMUL(q2_k, CK_Q2_K)
MATMUL(q3_k, CK_Q3_K)
MATMUL(iq4_xs, CK_IQ4_XS)
MATMUL(iq1_s, CK_IQ1_S)
MATMUL(iq1_m, CK_IQ1_M)
MATMUL(iq2_xxs, CK_IQ2_XXS)
MATMUL(iq2_xs, CK_IQ2_XS)
MATMUL(iq2_s, CK_IQ2_S)
MATMUL(iq3_xxs, CK_IQ3_XXS)
MATMUL(iq3_s, CK_IQ3_S)
MATMUL(q4_k, CK_Q4_K)
MATMUL(q5_k, CK_Q5_K)
MATMUL(q6_k, CK_Q6_K)

CK_END

void ck_init_matmul_k_avx2(ck_table *table) {
    table->formats[CK_Q2_K].matmul = matmul_q2_k;
    table->formats[CK_Q3_K].matmul = matmul_q3_k;
    table->formats[CK_IQ4_XS].matmul = matmul_iq4_xs;
    table->formats[CK_IQ1_S].matmul = matmul_iq1_s;
    table->formats[CK_IQ1_M].matmul = matmul_iq1_m;
    table->formats[CK_IQ2_XXS].matmul = matmul_iq2_xxs;
    table->formats[CK_IQ2_XS].matmul = matmul_iq2_xs;
    table->formats[CK_IQ2_S].matmul = matmul_iq2_s;
    table->formats[CK_IQ3_XXS].matmul = matmul_iq3_xxs;
    table->formats[CK_IQ3_S].matmul = matmul_iq3_s;
    table->formats[CK_Q4_K].matmul = matmul_q4_k;
    table->formats[CK_Q5_K].matmul = matmul_q5_k;
    table->formats[CK_Q6_K].matmul = matmul_q6_k;
}

#endif
