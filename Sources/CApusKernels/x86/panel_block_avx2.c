/*
 * Blocks of 32 weights times many tokens with AVX2: 16 rows by 512 columns are unpacked once to 16
 * bits, turned so that lanes are rows, and multiplied with tiles of up to four tokens.
 * Specification: reference/matmul_block.c.
 */
#if defined(__x86_64__)

#include "x86.h"

CK_BEGIN_AVX2

#include "blocks_avx2.h"
#include "panel_avx2.h"

enum { GROUP = 16 };

/* 16 rows of 16 blocks; dword lanes are rows. */
typedef struct panel {
    _Alignas(32) int16_t q[16 * GROUP][CK_PANEL_ROWS][2];
    float d[GROUP][CK_PANEL_ROWS];
    float m[GROUP][CK_PANEL_ROWS];
} panel;

/* One row before turning. */
typedef struct flat_row {
    _Alignas(32) int16_t q[32 * GROUP];
    float d[GROUP];
    float m[GROUP];
} flat_row;

CK_INLINE void flatten(uint32_t format, const char *w, flat_row *row) {
    for (size_t i = 0; i < GROUP; i++) {
        __m256i q = b_values(format, w + i * ck_block_bytes(format));
        _mm256_store_si256((__m256i *)(row->q + 32 * i),
                           _mm256_cvtepi8_epi16(_mm256_castsi256_si128(q)));
        _mm256_store_si256((__m256i *)(row->q + 32 * i + 16),
                           _mm256_cvtepi8_epi16(_mm256_extracti128_si256(q, 1)));
    }
    b_floats d = b_scales(format, w);
    _mm256_store_ps(row->d, d.eight[0]);
    _mm256_store_ps(row->d + 8, d.eight[1]);
    if (b_has_minimum(format)) {
        b_floats m = b_minimums(format, w);
        _mm256_store_ps(row->m, m.eight[0]);
        _mm256_store_ps(row->m + 8, m.eight[1]);
    }
}

/* Unpacks `blocks` blocks of `rows` rows; what is missing becomes 0. */
CK_INLINE void fill(uint32_t format, const char *w, size_t w_row_bytes, size_t rows, size_t blocks,
                    ptrdiff_t ahead, panel *to) {
    flat_row flat[CK_PANEL_ROWS];
    size_t bytes = blocks * ck_block_bytes(format);
    for (size_t r = 0; r < CK_PANEL_ROWS; r++) {
        const char *row = w + r * w_row_bytes;
        if (r < rows && blocks == GROUP) {
            for (size_t line = 0; line < bytes; line += 64) {
                _mm_prefetch(row + ahead + line, _MM_HINT_T1);
            }
            flatten(format, row, &flat[r]);
        } else {
            char padded[GROUP * sizeof(ck_q8_0)] = {0};
            memcpy(padded, r < rows ? row : w, r < rows ? bytes : 0);
            flatten(format, padded, &flat[r]);
        }
    }
    for (size_t half = 0; half < CK_PANEL_ROWS; half += 8) {
        for (size_t i = 0; i < 16 * GROUP; i += 4) {
            p_turn_8x4(flat[half].q + 2 * i, sizeof(flat_row), to->q[i][half], sizeof to->q[0]);
        }
        for (size_t i = 0; i < GROUP; i += 4) {
            p_turn_8x4(&flat[half].d[i], sizeof(flat_row), &to->d[i][half], sizeof to->d[0]);
            if (b_has_minimum(format)) {
                p_turn_8x4(&flat[half].m[i], sizeof(flat_row), &to->m[i][half], sizeof to->m[0]);
            }
        }
    }
}

CK_INLINE void tile(bool has_minimum, const panel *w, size_t blocks, const operands *o,
                    size_t group, size_t row, size_t rows, size_t token, size_t tokens) {
    __m256 chains[4][CK_PANEL_TOKENS][2];
    memset(chains, 0, sizeof chains);
    wide_activations wide;
    const char *x = o->x + token * o->x_row_bytes;
    for (size_t t = 0; t < tokens; t++) {
        p_widen((const int8_t *)(x + t * o->x_row_bytes) + 32 * group, wide.q[t], 32 * blocks);
    }
    for (size_t b = 0; b < blocks; b++) {
        __m256i sums[CK_PANEL_TOKENS][2];
        p_products(w->q + 16 * b, wide.q[0] + 32 * b, CK_PANEL_COLUMNS, CK_BLOCK, tokens, sums);
        for (size_t t = 0; t < tokens; t++) {
            const float *scales = ck_act32_scales(x + t * o->x_row_bytes, o->columns);
            const int32_t *bias = ck_act32_bias(x + t * o->x_row_bytes, o->columns);
            __m256 dx = _mm256_set1_ps(scales[group + b]);
            __m256 sum = _mm256_set1_ps((float)bias[group + b] * (-1.0F / 128));
            for (size_t side = 0; side < 2; side++) {
                __m256 d = _mm256_mul_ps(_mm256_loadu_ps(&w->d[b][8 * side]), dx);
                chains[b % 4][t][side] =
                    _mm256_fmadd_ps(_mm256_cvtepi32_ps(sums[t][side]), d, chains[b % 4][t][side]);
                if (has_minimum) {
                    __m256 m = _mm256_mul_ps(_mm256_loadu_ps(&w->m[b][8 * side]), dx);
                    chains[b % 4][t][side] = _mm256_fmadd_ps(sum, m, chains[b % 4][t][side]);
                }
            }
        }
    }
    p_finish(chains, o, group == 0, row, rows, token, tokens);
}

/* All tokens with one panel, which depends on the weights' format only in its minimums. */
CK_INLINE void multiply_tiles(bool has_minimum, const panel *w, size_t blocks, const operands *o,
                              size_t group, size_t row, size_t rows, size_t tokens) {
    size_t token = 0;
    for (; token + CK_PANEL_TOKENS <= tokens; token += CK_PANEL_TOKENS) {
        tile(has_minimum, w, blocks, o, group, row, rows, token, CK_PANEL_TOKENS);
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
            ck_stream_##name##_avx2(w, w_row_bytes, x, x_row_bytes, y, y_stride, columns,         \
                                    first_row, last_row, tokens);                                 \
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

void ck_init_matmul_block_avx2(ck_table *table) {
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
