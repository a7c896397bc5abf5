/* What the scalar products share: one dot product for each row and token. */
#ifndef CK_REFERENCE_MATMUL_H
#define CK_REFERENCE_MATMUL_H

#include "../blocks.h"
#include "../families.h"

typedef float dot_function(const void *w, const void *x, size_t columns);

/*
 * The product of a row of blocks of 256. Blocks go in groups of 4, each into a chain of its own.
 * The sum of the chains is (chain 0 + chain 2) + (chain 1 + chain 3); groups are added in order.
 */
CK_INLINE float dot_super(const void *w, const void *x, size_t columns,
                       float block_dot(const void *, size_t, const ck_act256 *)) {
    size_t blocks = columns / CK_SUPER;
    float sum = 0;
    for (size_t group = 0; group < blocks; group += 4) {
        float chains[4] = {0};
        for (size_t block = group; block < blocks && block < group + 4; block++) {
            chains[block % 4] = block_dot(w, block, (const ck_act256 *)x + block);
        }
        sum += (chains[0] + chains[2]) + (chains[1] + chains[3]);
    }
    return sum;
}

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
