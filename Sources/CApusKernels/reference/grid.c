/*
 * Dequantization of IQ1, IQ2 and IQ3, and products with them: what every faster version must equal.
 * A chain (matmul.h) is the integer dot, scales included, times factor dx.
 */
#include "../grids.h"
#include "functions.h"
#include "matmul.h"

#include <assert.h>

CK_INLINE void unpack(uint32_t format, const void *w, float *y, size_t n) {
    assert(n % CK_SUPER == 0);
    ck_grid_block block;
    for (const char *from = w; n > 0; n -= CK_SUPER, from += ck_block_bytes(format)) {
        ck_unpack_grid(format, from, &block);
        for (int i = 0; i < 256; i++) {
            *y++ = block.factor * (float)block.scales[i / 16] * (float)block.q[i];
        }
    }
}

CK_INLINE float chain(uint32_t format, const void *w, size_t index, const ck_act256 *x) {
    ck_grid_block block;
    ck_unpack_grid(format, (const char *)w + index * ck_block_bytes(format), &block);
    int32_t dot = 0;
    for (int i = 0; i < 256; i++) {
        dot += block.scales[i / 16] * block.q[i] * x->q[i];
    }
    return (float)dot * (block.factor * x->d);
}

#define GRID(type, format)                                                                        \
    static void unpack_##type(const void *w, float *y, size_t n) {                                \
        unpack(format, w, y, n);                                                                  \
    }                                                                                             \
    static float chain_##type(const void *w, size_t index, const ck_act256 *x) {                  \
        return chain(format, w, index, x);                                                        \
    }                                                                                             \
    static float dot_##type(const void *w, const void *x, size_t columns) {                       \
        return dot_super(w, x, columns, chain_##type);                                            \
    }                                                                                             \
    MATMUL(type)
GRID(iq1_s, CK_IQ1_S)
GRID(iq1_m, CK_IQ1_M)
GRID(iq2_xxs, CK_IQ2_XXS)
GRID(iq2_xs, CK_IQ2_XS)
GRID(iq2_s, CK_IQ2_S)
GRID(iq3_xxs, CK_IQ3_XXS)
GRID(iq3_s, CK_IQ3_S)

#define ENTER(type, code)                                                                         \
    table->formats[code].format = code;                                                           \
    table->formats[code].block_values = CK_SUPER;                                                 \
    table->formats[code].block_bytes = sizeof(ck_##type);                                         \
    table->formats[code].unpack = unpack_##type;                                                  \
    table->formats[code].matmul = matmul_##type;

void ck_init_grid_scalar(ck_table *table) {
    ENTER(iq1_s, CK_IQ1_S)
    ENTER(iq1_m, CK_IQ1_M)
    ENTER(iq2_xxs, CK_IQ2_XXS)
    ENTER(iq2_xs, CK_IQ2_XS)
    ENTER(iq2_s, CK_IQ2_S)
    ENTER(iq3_xxs, CK_IQ3_XXS)
    ENTER(iq3_s, CK_IQ3_S)
}
