/* Sums, products and searches over rows of floats; specification: reference/rows.c. */
#ifndef CK_VECTOR_ROWS_H
#define CK_VECTOR_ROWS_H

#include "base.h"

/*
 * Defines `name(args, n)`: `body` is run with i = 0, 16, ... and LOAD and STORE for whole
 * vectors, then once more for what is left.
 */
#define CK_ROWS(body)                                                                             \
    do {                                                                                          \
        size_t i = 0;                                                                             \
        for (; i + 16 <= n; i += 16) {                                                            \
            enum { part = 0 };                                                                    \
            const size_t left = 16;                                                               \
            body                                                                                  \
        }                                                                                         \
        if (i < n) {                                                                              \
            enum { part = 1 };                                                                    \
            const size_t left = n - i;                                                            \
            body                                                                                  \
        }                                                                                         \
    } while (0)
#define CK_LOAD(x) (part ? v_load_part((x) + i, left) : v_load((x) + i))
#define CK_STORE(x, v) (part ? v_store_part((x) + i, v, left) : v_store((x) + i, v))

static void v_add_rows(const float *a, const float *b, float *y, size_t n) {
    CK_ROWS(CK_STORE(y, CK_LOAD(a) + CK_LOAD(b)););
}

static void v_mul_rows(const float *a, const float *b, float *y, size_t n) {
    CK_ROWS(CK_STORE(y, CK_LOAD(a) * CK_LOAD(b)););
}

static void v_scale_row(const float *x, float factor, float *y, size_t n) {
    CK_ROWS(CK_STORE(y, CK_LOAD(x) * factor););
}

static void v_add_scaled(const float *x, float factor, float *y, size_t n) {
    CK_ROWS(CK_STORE(y, v_fma(CK_LOAD(x), (v16)factor, CK_LOAD(y))););
}

static float v_dot_rows(const float *a, const float *b, size_t n) {
    v16 lanes = 0;
    CK_ROWS(lanes = v_fma(CK_LOAD(a), CK_LOAD(b), lanes););
    return v_sum(lanes);
}

static float v_sum_row(const float *x, size_t n) {
    v16 lanes = 0;
    CK_ROWS(lanes = lanes + CK_LOAD(x););
    return v_sum(lanes);
}

static float v_max_row(const float *x, size_t n) {
    v16 largest = -INFINITY;
    size_t i = 0;
    for (; i + 16 <= n; i += 16) {
        largest = v_max(v_load(x + i), largest);
    }
    float result = v_largest(largest);
    for (; i < n; i++) {
        result = x[i] > result ? x[i] : result;
    }
    return result;
}

static size_t v_argmax(const float *x, size_t n) {
    float largest = v_max_row(x, n);
    size_t i = 0;
    for (; i + 16 <= n; i += 16) {
        if (__builtin_reduce_or(v_load(x + i) == largest)) {
            break;
        }
    }
    for (; i < n; i++) {
        if (x[i] == largest) {
            return i;
        }
    }
    return 0;
}

static void v_softmax(float *x, size_t n) {
    float largest = v_max_row(x, n);
    v16 lanes = 0;
    CK_ROWS(v16 v = CK_LOAD(x); v16 e = v == -INFINITY ? (v16)0 : v_exp(v - largest);
            CK_STORE(x, e); v_store_part((float *)&lanes, lanes + e, left););
    float total = v_sum(lanes);
    if (total != 0) {
        v_scale_row(x, 1 / total, x, n);
    }
}

static void v_init_rows(ck_table *table) {
    ck_kernels *kernels = &table->kernels;
    kernels->add = v_add_rows;
    kernels->mul = v_mul_rows;
    kernels->scale = v_scale_row;
    kernels->add_scaled = v_add_scaled;
    kernels->dot = v_dot_rows;
    kernels->sum = v_sum_row;
    kernels->max = v_max_row;
    kernels->argmax = v_argmax;
    kernels->softmax = v_softmax;
}

#endif
