/*
 * Blocks of 256 weights times many tokens: 32 rows by 1,024 columns are unpacked once to bytes,
 * turned so that lanes are rows, and multiplied with tiles of up to six tokens.
 * Specification: reference/matmul_k.c.
 */
#if defined(__x86_64__)

#include "x86.h"

CK_BEGIN_AVX512

#include "panel_avx512.h"
#include "unpack_avx512.h"

enum { GROUP = 4, WAVE = 4 };

/* 32 rows of one block; dword lanes are rows. */
typedef struct panel_block {
    uint8_t q[64][CK_PANEL_ROWS][4];       /* values 4i to 4i + 3 of each row */
    uint32_t scales[16][CK_PANEL_ROWS];    /* 8 for 32 values each; upper halves 0, see flatten */
    int16_t offsets[4][CK_PANEL_ROWS][2];  /* scales 2i, 2i + 1 times half the range of q */
    int16_t minimums[8][CK_PANEL_ROWS][2]; /* minimums 2i, 2i + 1; 4 in use but for Q2_K */
    float d[CK_PANEL_ROWS];
    float dmin[CK_PANEL_ROWS];
} panel_block;

typedef struct panel {
    _Alignas(64) panel_block blocks[GROUP]; /* only the first if all tokens are one wave */
} panel;

typedef struct operands {
    const char *w;
    size_t w_row_bytes;
    const char *x;
    size_t x_row_bytes;
    float *y;
    size_t y_stride;
} operands;

/* One row of a block before turning. */
typedef struct flat_row {
    uint8_t q[256];
    uint32_t scales[16];
    int16_t offsets[8];
    int16_t minimums[16];
    float factor; /* IQ1, IQ2, IQ3 */
    uint8_t unused[12];
} flat_row;

CK_INLINE void flatten(uint32_t format, const void *block, flat_row *row) {
    k_block k = k_unpack(format, block);
    for (int i = 0; i < 4; i++) {
        _mm512_store_si512(row->q + 64 * i, k.q[i]);
    }
    __m128i eight = _mm256_castsi256_si128(k.scales);
    if (k_is_signed(format)) { /* multiplied as 32 bits */
        _mm512_store_si512(row->scales, _mm512_cvtepi16_epi32(k.scales));
        row->factor = k.factor;
    } else if (k_scales_sixteen(format)) {
        _mm512_store_si512(row->scales, _mm512_cvtepu16_epi32(k.scales));
    } else {
        _mm256_store_si256((__m256i *)row->scales, _mm256_cvtepu16_epi32(eight));
        eight = _mm_slli_epi16(eight, format == CK_Q4_K ? 3 : 4);
        _mm_store_si128((__m128i *)row->offsets, eight);
        _mm_store_si128((__m128i *)row->minimums, _mm256_extracti128_si256(k.scales, 1));
    }
    if (format == CK_Q2_K) {
        _mm256_storeu_si256((__m256i *)row->minimums, k.minimums);
    }
}

/* Whether products start with a bias that is made up for by the offsets. */
CK_INLINE bool has_offsets(uint32_t format) {
    return format == CK_Q4_K || format == CK_Q5_K;
}

CK_INLINE size_t minimum_pairs(uint32_t format) {
    return format == CK_Q2_K ? 8 : k_has_minimum(format) ? 4 : 0;
}

/* Unpacks `rows` rows of one block; the other lanes become 0. Prefetches `ahead` bytes away. */
CK_INLINE void fill(uint32_t format, const char *w, size_t w_row_bytes, size_t rows,
                        ptrdiff_t ahead, panel_block *to) {
    _Alignas(64) flat_row flat[16];
    _Alignas(64) uint32_t factors[CK_PANEL_ROWS];
    for (size_t half = 0; half < CK_PANEL_ROWS; half += 16) {
        for (size_t r = 0; r < 16; r++) {
            if (half + r < rows) {
                const char *block = w + (half + r) * w_row_bytes;
                for (size_t line = 0; line < ck_block_bytes(format); line += 64) {
                    _mm_prefetch(block + ahead + line, _MM_HINT_T1);
                }
                flatten(format, block, &flat[r]);
                factors[half + r] = ck_is_grid(format) ? 0 : k_factors(format, block);
            } else {
                memset(&flat[r], 0, sizeof flat[r]);
                factors[half + r] = 0;
            }
        }
        __m512i words = _mm512_load_si512(factors + half);
        __m256i d = _mm512_cvtepi32_epi16(words);
        __m256i dmin = _mm512_cvtepi32_epi16(_mm512_srli_epi32(words, 16));
        if (ck_is_grid(format)) {
            for (size_t r = 0; r < 16; r++) {
                to->d[half + r] = flat[r].factor;
            }
        } else {
            _mm512_store_ps(to->d + half, _mm512_cvtph_ps(d));
        }
        _mm512_store_ps(to->dmin + half, _mm512_cvtph_ps(dmin));
        for (size_t i = 0; i < 64; i += 4) {
            ck_turn_16x4(flat[0].q + 4 * i, sizeof(flat_row), to->q[i][half], sizeof to->q[0]);
        }
        for (size_t i = 0; i < (k_scales_sixteen(format) ? 16 : 8); i += 4) {
            ck_turn_16x4(&flat[0].scales[i], sizeof(flat_row), &to->scales[i][half],
                         sizeof to->scales[0]);
        }
        if (has_offsets(format)) {
            ck_turn_16x4(flat[0].offsets, sizeof(flat_row), to->offsets[0][half],
                         sizeof to->offsets[0]);
        }
        for (size_t i = 0; i < minimum_pairs(format); i += 4) {
            ck_turn_16x4(flat[0].minimums + 2 * i, sizeof(flat_row), to->minimums[i][half],
                         sizeof to->minimums[0]);
        }
    }
}

CK_INLINE __m512i broadcast(const void *from) {
    int32_t value;
    memcpy(&value, from, sizeof value);
    return _mm512_set1_epi32(value);
}

/* Where a sum of products starts: see ck_act256. */
CK_INLINE __m512i bias(uint32_t format, const ck_act256 *x, size_t step) {
    switch (format) {
    case CK_Q2_K:
        return _mm512_setzero_si512();
    case CK_Q3_K: /* q is 4 too large */
        return _mm512_srai_epi32(broadcast(&x->bias5[step]), 2);
    case CK_Q4_K:
        return broadcast(&x->bias4[step]);
    case CK_Q5_K:
        return broadcast(&x->bias5[step]);
    case CK_Q6_K:
        return broadcast(&x->bias6[step]);
    case CK_IQ4_XS: /* 128 too large */
        return _mm512_slli_epi32(broadcast(&x->bias4[step]), 4);
    default: /* IQ1, IQ2, IQ3: likewise */
        return _mm512_slli_epi32(broadcast(&x->bias5[step]), 3);
    }
}

/* The sum over pairs of 16 bits of rows and activations, 8 of each. */
CK_INLINE __m512i add_pairs(__m512i sum, const int16_t pairs[4][CK_PANEL_ROWS][2], size_t lane,
                                const ck_act256 *x) {
    for (size_t i = 0; i < 4; i++) {
        sum = _mm512_dpwssd_epi32(sum, _mm512_load_si512(pairs[i][lane]),
                                  broadcast(&x->sums32[2 * i]));
    }
    return sum;
}

/* The minimum term of 16 rows. */
CK_INLINE __m512i minimum_term(uint32_t format, const panel_block *w, size_t lane,
                               const ck_act256 *x) {
    if (format != CK_Q2_K) {
        return add_pairs(_mm512_setzero_si512(), w->minimums, lane, x);
    }
    __m512i sum = _mm512_setzero_si512();
    for (size_t i = 0; i < 8; i++) {
        sum = _mm512_dpwssd_epi32(sum, _mm512_load_si512(w->minimums[i][lane]),
                                  _mm512_set1_epi32((int)k_bias_pair(x, i)));
    }
    /* bias5 holds -16 times the sums */
    return _mm512_sub_epi32(_mm512_setzero_si512(), _mm512_srai_epi32(sum, 4));
}

/* Adds sums of products times scales; where q is signed, they do not fit in 16 bits. */
CK_INLINE __m512i add_scaled(uint32_t format, __m512i total, __m512i sums, __m512i scales) {
    if (k_is_signed(format)) {
        return _mm512_add_epi32(total, _mm512_mullo_epi32(sums, scales));
    }
    return _mm512_dpwssd_epi32(total, sums, scales);
}

/* How many products of four columns are added before they are multiplied with a scale. */
CK_INLINE size_t products_per_sum(uint32_t format) {
    switch (format) {
    case CK_Q6_K:
        return 2;
    case CK_Q4_K:
    case CK_IQ4_XS:
        return 8;
    default:
        return 4;
    }
}

/*
 * Chains of one block: integer sums over 256 columns for 32 rows and `tokens` tokens.
 * Sums of products fit in 16 bits (see ck_act256), so the scale is multiplied and added by one
 * instruction that sees a pair of 16 bits: the sum and scale, and sign bits times 0.
 */
CK_INLINE void tile_block(uint32_t format, const panel_block *w, const char *x,
                              size_t x_row_bytes, size_t tokens,
                              __m512 chains[CK_PANEL_TOKENS][2]) {
    /* Sums per scale. */
    const size_t width = products_per_sum(format);
    const size_t share = format == CK_Q5_K || format == CK_Q6_K ? 2 : 1;
    __m512i totals[CK_PANEL_TOKENS][2];
#pragma unroll
    for (size_t t = 0; t < tokens; t++) {
        totals[t][0] = totals[t][1] = _mm512_setzero_si512();
    }
    for (size_t step = 0; step < 64 / width; step++) {
        __m512i sums[CK_PANEL_TOKENS][2];
#pragma unroll
        for (size_t t = 0; t < tokens; t++) {
            sums[t][0] = sums[t][1] = bias(format, (const ck_act256 *)(x + t * x_row_bytes), step);
        }
#pragma unroll
        for (size_t i = 0; i < width; i++) {
            const uint8_t(*four)[4] = w->q[step * width + i];
            __m512i low = _mm512_load_si512(four), high = _mm512_load_si512(four + 16);
#pragma unroll
            for (size_t t = 0; t < tokens; t++) {
                const int8_t *q = ((const ck_act256 *)(x + t * x_row_bytes))->q;
                __m512i columns = broadcast(q + 4 * (step * width + i));
                sums[t][0] = _mm512_dpbusd_epi32(sums[t][0], low, columns);
                sums[t][1] = _mm512_dpbusd_epi32(sums[t][1], high, columns);
            }
        }
        const uint32_t *scales = w->scales[step / share];
        __m512i low = _mm512_load_si512(scales), high = _mm512_load_si512(scales + 16);
#pragma unroll
        for (size_t t = 0; t < tokens; t++) {
            totals[t][0] = add_scaled(format, totals[t][0], sums[t][0], low);
            totals[t][1] = add_scaled(format, totals[t][1], sums[t][1], high);
        }
    }
#pragma unroll
    for (size_t t = 0; t < tokens; t++) {
        const ck_act256 *activations = (const ck_act256 *)(x + t * x_row_bytes);
        __m512 dx = _mm512_set1_ps(activations->d);
#pragma unroll
        for (size_t side = 0; side < 2; side++) {
            __m512i total = totals[t][side];
            __m512 factor = _mm512_mul_ps(_mm512_load_ps(w->d + 16 * side), dx);
            if (!k_has_minimum(format)) {
                chains[t][side] = _mm512_mul_ps(_mm512_cvtepi32_ps(total), factor);
                continue;
            }
            if (has_offsets(format)) {
                total = add_pairs(total, w->offsets, 16 * side, activations);
            }
            __m512i minimum = minimum_term(format, w, 16 * side, activations);
            __m512 dmin = _mm512_mul_ps(_mm512_load_ps(w->dmin + 16 * side), dx);
            chains[t][side] = _mm512_fnmadd_ps(
                _mm512_cvtepi32_ps(minimum), dmin,
                _mm512_mul_ps(_mm512_cvtepi32_ps(total), factor));
        }
    }
}

/* Chains of a tile of up to six tokens: [block][token][16 rows] */
typedef struct tile_chains {
    __m512 chains[GROUP][CK_PANEL_TOKENS][2];
} tile_chains;

CK_INLINE void tile(uint32_t format, const panel_block *w, const char *x, size_t x_row_bytes,
                    size_t tokens, __m512 chains[CK_PANEL_TOKENS][2]) {
    switch (tokens) {
    case 1:
        tile_block(format, w, x, x_row_bytes, 1, chains);
        break;
    case 2:
        tile_block(format, w, x, x_row_bytes, 2, chains);
        break;
    case 3:
        tile_block(format, w, x, x_row_bytes, 3, chains);
        break;
    case 4:
        tile_block(format, w, x, x_row_bytes, 4, chains);
        break;
    case 5:
        tile_block(format, w, x, x_row_bytes, 5, chains);
        break;
    default:
        tile_block(format, w, x, x_row_bytes, 6, chains);
        break;
    }
}

/* Adds the sums of chains to y, or writes them if these are the first columns. */
static void finish(const tile_chains *tile, size_t blocks, const operands *o, bool first,
                   size_t row, size_t rows, size_t token, size_t tokens) {
    const __m512 zero = _mm512_setzero_ps();
    for (size_t t = 0; t < tokens; t++) {
        for (size_t side = 0; side < 2; side++) {
            __mmask16 lanes = ck_lanes(rows > 16 * side ? rows - 16 * side : 0);
            float *to = o->y + (token + t) * o->y_stride + row + 16 * side;
            __m512 one = blocks > 1 ? tile->chains[1][t][side] : zero;
            __m512 two = blocks > 2 ? tile->chains[2][t][side] : zero;
            __m512 three = blocks > 3 ? tile->chains[3][t][side] : zero;
            __m512 sum = _mm512_add_ps(_mm512_add_ps(tile->chains[0][t][side], two),
                                       _mm512_add_ps(one, three));
            if (!first) {
                sum = _mm512_add_ps(_mm512_maskz_loadu_ps(lanes, to), sum);
            }
            _mm512_mask_storeu_ps(to, lanes, sum);
        }
    }
}

/* 32 rows by 1,024 columns, from `row` and `first` on. */
CK_INLINE void multiply_panel(uint32_t format, const operands *o, size_t columns, size_t first,
                              size_t row, size_t rows, size_t tokens) {
    enum { wave_tokens = WAVE * CK_PANEL_TOKENS };
    panel w;
    size_t left = columns / CK_SUPER - first, blocks = left < GROUP ? left : GROUP;
    /* What is unpacked next: the columns after these, then the rows after these. */
    ptrdiff_t ahead = (ptrdiff_t)(GROUP * ck_block_bytes(format));
    if (left <= GROUP) {
        ahead = (ptrdiff_t)(CK_PANEL_ROWS * o->w_row_bytes - first * ck_block_bytes(format));
    }
    const char *from = o->w + row * o->w_row_bytes + first * ck_block_bytes(format);
    /* A wave of tiles takes one block after the other, so that each is in the nearest cache. */
    for (size_t wave = 0; wave < tokens; wave += wave_tokens) {
        size_t count = tokens - wave < wave_tokens ? tokens - wave : wave_tokens;
        tile_chains tiles[WAVE];
        for (size_t b = 0; b < blocks; b++) {
            panel_block *block = &w.blocks[tokens > wave_tokens ? b : 0];
            if (wave == 0) {
                fill(format, from + b * ck_block_bytes(format), o->w_row_bytes, rows, ahead, block);
            }
            const char *x = o->x + wave * o->x_row_bytes + (first + b) * sizeof(ck_act256);
            for (size_t t = 0; t < count; t += CK_PANEL_TOKENS) {
                tile(format, block, x + t * o->x_row_bytes, o->x_row_bytes, count - t,
                     tiles[t / CK_PANEL_TOKENS].chains[b]);
            }
        }
        for (size_t t = 0; t < count; t += CK_PANEL_TOKENS) {
            size_t some = count - t < CK_PANEL_TOKENS ? count - t : CK_PANEL_TOKENS;
            finish(&tiles[t / CK_PANEL_TOKENS], blocks, o, first == 0, row, rows, wave + t, some);
        }
    }
}

CK_INLINE void multiply(uint32_t format, operands o, size_t columns, size_t first_row,
                        size_t last_row, size_t tokens) {
    for (size_t row = first_row; row < last_row; row += CK_PANEL_ROWS) {
        size_t rows = last_row - row < CK_PANEL_ROWS ? last_row - row : CK_PANEL_ROWS;
        for (size_t first = 0; first < columns / CK_SUPER; first += GROUP) {
            multiply_panel(format, &o, columns, first, row, rows, tokens);
        }
    }
}

#define MATMUL(name, format)                                                                      \
    static CK_MATMUL_FUNCTION(matmul_##name) {                                                    \
        if (tokens <= CK_STREAM_TOKENS) {                                                         \
            ck_stream_##name##_avx512(w, w_row_bytes, x, x_row_bytes, y, y_stride, columns,       \
                                      first_row, last_row, tokens);                               \
            return;                                                                               \
        }                                                                                         \
        operands o = {w, w_row_bytes, x, x_row_bytes, y, y_stride};                               \
        multiply(format, o, columns, first_row, last_row, tokens);                                \
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

void ck_init_matmul_k_avx512(ck_table *table) {
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
