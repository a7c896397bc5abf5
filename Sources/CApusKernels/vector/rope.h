/* Rotary position embedding; specification: reference/rope.c. */
#ifndef CK_VECTOR_ROPE_H
#define CK_VECTOR_ROPE_H

#include "base.h"

CK_INLINE void v_rotate(float *first, float *second, size_t step, float cos, float sin, size_t i) {
    float a = first[i * step], b = second[i * step];
    first[i * step] = fmaf(a, cos, -(b * sin));
    second[i * step] = fmaf(a, sin, b * cos);
}

static void v_rope_neox(float *x, size_t half, const float *cos, const float *sin) {
    size_t i = 0;
    for (; i + 16 <= half; i += 16) {
        v16 a = v_load(x + i), b = v_load(x + half + i), c = v_load(cos + i), s = v_load(sin + i);
        v_store(x + i, v_fma(a, c, -(b * s)));
        v_store(x + half + i, v_fma(a, s, b * c));
    }
    for (; i < half; i++) {
        v_rotate(x, x + half, 1, cos[i], sin[i], i);
    }
}

static void v_rope_pairs(float *x, size_t half, const float *cos, const float *sin) {
    size_t i = 0;
    for (; i + 16 <= half; i += 16) {
        v16 low = v_load(x + 2 * i), high = v_load(x + 2 * i + 16);
        v16 c = v_load(cos + i), s = v_load(sin + i);
        v16 a = __builtin_shufflevector(low, high, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24,
                                        26, 28, 30);
        v16 b = __builtin_shufflevector(low, high, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25,
                                        27, 29, 31);
        v16 p = v_fma(a, c, -(b * s)), q = v_fma(a, s, b * c);
        v_store(x + 2 * i, __builtin_shufflevector(p, q, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21,
                                                   6, 22, 7, 23));
        v_store(x + 2 * i + 16, __builtin_shufflevector(p, q, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28,
                                                        13, 29, 14, 30, 15, 31));
    }
    for (; i < half; i++) {
        v_rotate(x, x + 1, 2, cos[i], sin[i], i);
    }
}

static void v_rope(float *x, size_t heads, size_t head_size, size_t rotary_dims, const float *cos,
                   const float *sin, bool neox) {
    for (size_t head = 0; head < heads; head++, x += head_size) {
        if (neox) {
            v_rope_neox(x, rotary_dims / 2, cos, sin);
        } else {
            v_rope_pairs(x, rotary_dims / 2, cos, sin);
        }
    }
}

static void v_init_rope(ck_table *table) {
    table->kernels.rope = v_rope;
}

#endif
