/* What the scalar products share: one dot product for each row and token. */
#ifndef CK_REFERENCE_MATMUL_H
#define CK_REFERENCE_MATMUL_H

#include "../families.h"

typedef float dot_function(const void *w, const void *x, size_t columns);

CK_INLINE void multiply(dot_function *dot, const void *w, size_t w_row_bytes, const void *x,
                     size_t x_row_bytes, float *y, size_t y_stride, size_t columns,
                     size_t first_row, size_t last_row, size_t tokens) {
    for (size_t row = first_row; row < last_row; row++) {
        for (size_t token = 0; token < tokens; token++) {
            y[token * y_stride + row] =
                dot((const char *)w + row * w_row_bytes,
                    (const char *)x + token * x_row_bytes, columns);
        }
    }
}

#define MATMUL(type)                                                                              \
    static void matmul_##type(const void *w, size_t w_row_bytes, const void *x,                   \
                              size_t x_row_bytes, float *y, size_t y_stride, size_t columns,      \
                              size_t first_row, size_t last_row, size_t tokens) {                 \
        multiply(dot_##type, w, w_row_bytes, x, x_row_bytes, y, y_stride, columns, first_row,     \
                 last_row, tokens);                                                               \
    }

#endif
