/*
 * Blocks of 32 weights times many tokens: 32 rows by 512 columns are unpacked once to bytes, turned
 * so that lanes are rows, and multiplied with tiles of up to six tokens.
 * Specification: reference/matmul_block.c.
 */
#if defined(__x86_64__)

#include "x86.h"

CK_BEGIN_AVX512

#include "blocks_avx512.h"
#include "panel_avx512.h"

enum { GROUP = 16, TOKENS = 6 };

/* 32 rows of 16 blocks; dword lanes are rows. */
typedef struct panel {
    _Alignas(64) uint8_t q[8 * GROUP][CK_PANEL_ROWS][4]; /* value + 128 */
    float d[GROUP][CK_PANEL_ROWS];
    float m[GROUP][CK_PANEL_ROWS];
} panel;

typedef struct operands {
    const char *w;
    size_t w_row_bytes;
    const char *x;
    size_t x_row_bytes;
    float *y;
    size_t y_stride;
    size_t columns;
} operands;

/* One row before turning. */
typedef struct flat_row {
    _Alignas(64) uint8_t q[32 * GROUP];
    float d[GROUP];
    float m[GROUP];
} flat_row;

CK_INLINE void flatten(uint32_t format, const char *w, flat_row *row) {
    for (size_t i = 0; i < GROUP / 2; i++) {
        __m512i q = b_pair(format, w + 2 * i * ck_block_bytes(format));
        if (b_excess(format) != 128) {
            q = _mm512_add_epi8(q, _mm512_set1_epi8((char)(128 - b_excess(format))));
        }
        _mm512_store_si512(row->q + 64 * i, q);
    }
    _mm512_store_ps(row->d, b_scales(format, w));
    if (b_has_minimum(format)) {
        _mm512_store_ps(row->m, b_minimums(format, w));
    }
}

/* Unpacks `blocks` blocks of `rows` rows; what is missing becomes 0. */
CK_INLINE void fill(uint32_t format, const char *w, size_t w_row_bytes, size_t rows,
                        size_t blocks, ptrdiff_t ahead, panel *to) {
    flat_row flat[16];
    size_t bytes = blocks * ck_block_bytes(format);
    for (size_t half = 0; half < CK_PANEL_ROWS; half += 16) {
        for (size_t r = 0; r < 16; r++) {
            const char *row = w + (half + r) * w_row_bytes;
            if (half + r < rows && blocks == GROUP) {
                for (size_t line = 0; line < bytes; line += 64) {
                    _mm_prefetch(row + ahead + line, _MM_HINT_T1);
                }
                flatten(format, row, &flat[r]);
            } else {
                char padded[GROUP * sizeof(ck_q8_0)] = {0};
                memcpy(padded, half + r < rows ? row : w, half + r < rows ? bytes : 0);
                flatten(format, padded, &flat[r]);
            }
        }
        for (size_t i = 0; i < 8 * GROUP; i += 4) {
            ck_turn_16x4(flat[0].q + 4 * i, sizeof(flat_row), to->q[i][half], sizeof to->q[0]);
        }
        for (size_t i = 0; i < GROUP; i += 4) {
            ck_turn_16x4(&flat[0].d[i], sizeof(flat_row), &to->d[i][half], sizeof to->d[0]);
            if (b_has_minimum(format)) {
                ck_turn_16x4(&flat[0].m[i], sizeof(flat_row), &to->m[i][half], sizeof to->m[0]);
            }
        }
    }
}

CK_INLINE __m512i broadcast(const void *from) {
    int32_t value;
    memcpy(&value, from, sizeof value);
    return _mm512_set1_epi32(value);
}

/* Adds one block to a chain. */
CK_INLINE void tile_block(bool has_minimum, const panel *w, size_t block, const operands *o,
                          const char *x, size_t group, size_t tokens, __m512 chain[TOKENS][2]) {
    __m512i sums[TOKENS][2];
#pragma unroll
    for (size_t t = 0; t < tokens; t++) {
        const int32_t *bias = ck_act32_bias(x + t * o->x_row_bytes, o->columns);
        sums[t][0] = sums[t][1] = broadcast(&bias[group + block]);
    }
#pragma unroll
    for (size_t i = 0; i < 8; i++) {
        const uint8_t(*four)[4] = w->q[8 * block + i];
        __m512i low = _mm512_load_si512(four), high = _mm512_load_si512(four + 16);
#pragma unroll
        for (size_t t = 0; t < tokens; t++) {
            const char *q = x + t * o->x_row_bytes + 32 * (group + block);
            __m512i columns = broadcast(q + 4 * i);
            sums[t][0] = _mm512_dpbusd_epi32(sums[t][0], low, columns);
            sums[t][1] = _mm512_dpbusd_epi32(sums[t][1], high, columns);
        }
    }
    __m512 low = _mm512_load_ps(w->d[block]), high = _mm512_load_ps(&w->d[block][16]);
#pragma unroll
    for (size_t t = 0; t < tokens; t++) {
        const float *scales = ck_act32_scales(x + t * o->x_row_bytes, o->columns);
        __m512 dx = _mm512_set1_ps(scales[group + block]);
        chain[t][0] = _mm512_fmadd_ps(_mm512_cvtepi32_ps(sums[t][0]), _mm512_mul_ps(low, dx),
                                      chain[t][0]);
        chain[t][1] = _mm512_fmadd_ps(_mm512_cvtepi32_ps(sums[t][1]), _mm512_mul_ps(high, dx),
                                      chain[t][1]);
        if (has_minimum) {
            const int32_t *bias = ck_act32_bias(x + t * o->x_row_bytes, o->columns);
            __m512 sum = _mm512_set1_ps((float)bias[group + block] * (-1.0F / 128));
            __m512 first = _mm512_load_ps(w->m[block]), second = _mm512_load_ps(&w->m[block][16]);
            chain[t][0] = _mm512_fmadd_ps(sum, _mm512_mul_ps(first, dx), chain[t][0]);
            chain[t][1] = _mm512_fmadd_ps(sum, _mm512_mul_ps(second, dx), chain[t][1]);
        }
    }
}

CK_INLINE void tile(bool has_minimum, const panel *w, size_t blocks, const operands *o,
                    size_t group, size_t row, size_t rows, size_t token, size_t tokens) {
    __m512 chains[4][TOKENS][2];
    const char *x = o->x + token * o->x_row_bytes;
    for (size_t chain = 0; chain < 4; chain++) {
        __m512 sums[TOKENS][2];
#pragma unroll
        for (size_t t = 0; t < tokens; t++) {
            sums[t][0] = sums[t][1] = _mm512_setzero_ps();
        }
        for (size_t block = chain; block < blocks; block += 4) {
            tile_block(has_minimum, w, block, o, x, group, tokens, sums);
        }
#pragma unroll
        for (size_t t = 0; t < tokens; t++) {
            chains[chain][t][0] = sums[t][0];
            chains[chain][t][1] = sums[t][1];
        }
    }
    for (size_t t = 0; t < tokens; t++) {
        for (size_t side = 0; side < 2; side++) {
            __mmask16 lanes = ck_lanes(rows > 16 * side ? rows - 16 * side : 0);
            float *to = o->y + (token + t) * o->y_stride + row + 16 * side;
            __m512 sum = _mm512_add_ps(_mm512_add_ps(chains[0][t][side], chains[2][t][side]),
                                       _mm512_add_ps(chains[1][t][side], chains[3][t][side]));
            if (group > 0) {
                sum = _mm512_add_ps(_mm512_maskz_loadu_ps(lanes, to), sum);
            }
            _mm512_mask_storeu_ps(to, lanes, sum);
        }
    }
}

/* All tokens with one panel, which depends on the weights' format only in its minimums. */
CK_INLINE void multiply_tiles(bool has_minimum, const panel *w, size_t blocks, const operands *o,
                              size_t group, size_t row, size_t rows, size_t tokens) {
    size_t token = 0;
    for (; token + TOKENS <= tokens; token += TOKENS) {
        tile(has_minimum, w, blocks, o, group, row, rows, token, TOKENS);
    }
    switch (tokens - token) {
    case 1:
        tile(has_minimum, w, blocks, o, group, row, rows, token, 1);
        break;
    case 2:
        tile(has_minimum, w, blocks, o, group, row, rows, token, 2);
        break;
    case 3:
        tile(has_minimum, w, blocks, o, group, row, rows, token, 3);
        break;
    case 4:
        tile(has_minimum, w, blocks, o, group, row, rows, token, 4);
        break;
    case 5:
        tile(has_minimum, w, blocks, o, group, row, rows, token, 5);
        break;
    }
}

static void multiply_panel(const panel *w, size_t blocks, const operands *o, size_t group,
                           size_t row, size_t rows, size_t tokens) {
    multiply_tiles(false, w, blocks, o, group, row, rows, tokens);
}

static void multiply_panel_with_minimums(const panel *w, size_t blocks, const operands *o,
                                         size_t group, size_t row, size_t rows, size_t tokens) {
    multiply_tiles(true, w, blocks, o, group, row, rows, tokens);
}

CK_INLINE void multiply(uint32_t format, operands o, size_t first_row, size_t last_row,
                            size_t tokens) {
    panel w;
    for (size_t row = first_row; row < last_row; row += CK_PANEL_ROWS) {
        size_t rows = last_row - row < CK_PANEL_ROWS ? last_row - row : CK_PANEL_ROWS;
        for (size_t group = 0; group < o.columns / CK_BLOCK; group += GROUP) {
            size_t left = o.columns / CK_BLOCK - group, blocks = left < GROUP ? left : GROUP;
            /* What is unpacked next: the columns after these, then the rows after these. */
            ptrdiff_t ahead = (ptrdiff_t)(GROUP * ck_block_bytes(format));
            if (left <= GROUP) {
                ahead = (ptrdiff_t)(CK_PANEL_ROWS * o.w_row_bytes - group * ck_block_bytes(format));
            }
            fill(format, o.w + row * o.w_row_bytes + group * ck_block_bytes(format), o.w_row_bytes,
                 rows, blocks, ahead, &w);
            if (b_has_minimum(format)) {
                multiply_panel_with_minimums(&w, blocks, &o, group, row, rows, tokens);
            } else {
                multiply_panel(&w, blocks, &o, group, row, rows, tokens);
            }
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
        operands o = {w, w_row_bytes, x, x_row_bytes, y, y_stride, columns};                      \
        multiply(format, o, first_row, last_row, tokens);                                         \
    }
MATMUL(q4_0, CK_Q4_0)
MATMUL(q4_1, CK_Q4_1)
MATMUL(q5_0, CK_Q5_0)
MATMUL(q5_1, CK_Q5_1)
MATMUL(q8_0, CK_Q8_0)
MATMUL(iq4_nl, CK_IQ4_NL)
MATMUL(mxfp4, CK_MXFP4)
MATMUL(mxfp4_pairs, CK_MXFP4_PAIRS)

CK_END

void ck_init_matmul_block_avx512(ck_table *table) {
    table->formats[CK_Q4_0].matmul = matmul_q4_0;
    table->formats[CK_Q4_1].matmul = matmul_q4_1;
    table->formats[CK_Q5_0].matmul = matmul_q5_0;
    table->formats[CK_Q5_1].matmul = matmul_q5_1;
    table->formats[CK_IQ4_NL].matmul = matmul_iq4_nl;
    table->formats[CK_MXFP4].matmul = matmul_mxfp4;
    table->formats[CK_MXFP4_PAIRS].matmul = matmul_mxfp4_pairs;
    table->formats[CK_Q8_0].matmul = matmul_q8_0;
}

#endif
