/*
 * Products with F32, F16 and BF16 weights; specification: reference/matmul_float.c.
 *
 * A tile of CK_TILE_ROWS rows and CK_TILE_TOKENS tokens keeps one v16 per pair in registers; lanes
 * run over columns, as in the scalar version, so one token and many give the same bits. Rows are
 * taken in panels that fit in the second-level cache, so memory reads each weight once.
 */
#ifndef CK_VECTOR_MATMUL_FLOAT_H
#define CK_VECTOR_MATMUL_FLOAT_H

#include "base.h"

#include <assert.h>

enum { CK_PANEL_BYTES = 256 * 1024, CK_PREFETCH_BYTES = 4096 };

typedef struct v_operands {
    const char *w;
    size_t w_row_bytes;
    const char *x;
    size_t x_row_bytes;
    float *y;
    size_t y_stride;
    size_t columns;
} v_operands;

/* `left` weights from `column`, the other lanes 0; left = 16 is the fast case. */
CK_INLINE v16 v_weights_at(uint32_t format, const char *row, size_t column, size_t left) {
    if (format == CK_F32) {
        return left == 16 ? v_load((const float *)row + column)
                          : v_load_part((const float *)row + column, left);
    }
    uint16_t part[16] = {0};
    const uint16_t *from = (const uint16_t *)row + column;
    if (left < 16) {
        memcpy(part, from, left * sizeof *part);
        from = part;
    }
    return format == CK_F16 ? v_from_f16(from) : v_from_bf16(from);
}

CK_INLINE void v_tile_step(uint32_t format, const v_operands *o, size_t row, size_t rows,
                           size_t token, size_t tokens, size_t column, size_t left,
                           v16 sums[CK_TILE_ROWS][CK_TILE_TOKENS]) {
    v16 weights[CK_TILE_ROWS];
    for (size_t r = 0; r < rows; r++) {
        weights[r] = v_weights_at(format, o->w + (row + r) * o->w_row_bytes, column, left);
    }
    for (size_t t = 0; t < tokens; t++) {
        const float *from = (const float *)(o->x + (token + t) * o->x_row_bytes) + column;
        v16 x = left == 16 ? v_load(from) : v_load_part(from, left);
        for (size_t r = 0; r < rows; r++) {
            sums[r][t] = v_fma(weights[r], x, sums[r][t]);
        }
    }
}

CK_INLINE void v_tile(uint32_t format, const v_operands *o, size_t row, size_t rows, size_t token,
                      size_t tokens) {
    v16 sums[CK_TILE_ROWS][CK_TILE_TOKENS];
    for (size_t r = 0; r < rows; r++) {
        for (size_t t = 0; t < tokens; t++) {
            sums[r][t] = 0;
        }
    }
    size_t bytes = format == CK_F32 ? 4 : 2, column = 0;
    for (; column + 32 <= o->columns; column += 32) {
        for (size_t r = 0; tokens == 1 && r < rows; r++) {
            const char *ahead = o->w + (row + r) * o->w_row_bytes + column * bytes;
            __builtin_prefetch(ahead + CK_PREFETCH_BYTES);
            if (format == CK_F32) {
                __builtin_prefetch(ahead + CK_PREFETCH_BYTES + 64);
            }
        }
        v_tile_step(format, o, row, rows, token, tokens, column, 16, sums);
        v_tile_step(format, o, row, rows, token, tokens, column + 16, 16, sums);
    }
    if (column + 16 <= o->columns) {
        v_tile_step(format, o, row, rows, token, tokens, column, 16, sums);
        column += 16;
    }
    if (column < o->columns) {
        v_tile_step(format, o, row, rows, token, tokens, column, o->columns - column, sums);
    }
    for (size_t t = 0; t < tokens; t++) {
        for (size_t r = 0; r < rows; r++) {
            o->y[(token + t) * o->y_stride + row + r] = v_sum(sums[r][t]);
        }
    }
}

/* `tokens` tokens with the rows of one panel. */
CK_INLINE void v_panel_tile(uint32_t format, const v_operands *o, size_t row, size_t last_row,
                            size_t token, size_t tokens) {
    /* One token streams two rows at a time: more would be too many streams from memory. */
    const size_t rows = tokens == 1 ? 2 : CK_TILE_ROWS;
    for (; row + rows <= last_row; row += rows) {
        v_tile(format, o, row, rows, token, tokens);
    }
    for (; row < last_row; row++) {
        v_tile(format, o, row, 1, token, tokens);
    }
}

/* All tokens with the rows of one panel. */
CK_INLINE void v_panel(uint32_t format, const v_operands *o, size_t row, size_t last_row,
                       size_t tokens) {
    size_t token = 0;
    for (; token + CK_TILE_TOKENS <= tokens; token += CK_TILE_TOKENS) {
        v_panel_tile(format, o, row, last_row, token, CK_TILE_TOKENS);
    }
    switch (tokens - token) {
    case 1:
        v_panel_tile(format, o, row, last_row, token, 1);
        break;
#if CK_TILE_TOKENS > 2
    case 2:
        v_panel_tile(format, o, row, last_row, token, 2);
        break;
#endif
#if CK_TILE_TOKENS > 3
    case 3:
        v_panel_tile(format, o, row, last_row, token, 3);
        break;
    case 4:
        v_panel_tile(format, o, row, last_row, token, 4);
        break;
    case 5:
        v_panel_tile(format, o, row, last_row, token, 5);
        break;
#endif
    }
}

CK_INLINE void v_matmul(uint32_t format, v_operands o, size_t first_row, size_t last_row,
                        size_t tokens) {
    size_t panel = CK_PANEL_BYTES / (o.w_row_bytes + 1) / CK_TILE_ROWS * CK_TILE_ROWS;
    panel = panel < CK_TILE_ROWS ? CK_TILE_ROWS : panel;
    for (size_t row = first_row; row < last_row; row += panel) {
        v_panel(format, &o, row, last_row - row < panel ? last_row : row + panel, tokens);
    }
}

#define CK_MATMUL(name, format)                                                                   \
    static void name(const void *w, size_t w_row_bytes, const void *x, size_t x_row_bytes,        \
                     float *y, size_t y_stride, size_t columns, size_t first_row,                 \
                     size_t last_row, size_t tokens) {                                            \
        v_operands operands = {w, w_row_bytes, x, x_row_bytes, y, y_stride, columns};             \
        v_matmul(format, operands, first_row, last_row, tokens);                                  \
    }
CK_MATMUL(v_matmul_f32, CK_F32)
CK_MATMUL(v_matmul_f16, CK_F16)
CK_MATMUL(v_matmul_bf16, CK_BF16)
#undef CK_MATMUL

static void v_init_matmul_float(ck_table *table) {
    table->formats[CK_F32].matmul = v_matmul_f32;
    table->formats[CK_F16].matmul = v_matmul_f16;
    table->formats[CK_BF16].matmul = v_matmul_bf16;
}

#endif
