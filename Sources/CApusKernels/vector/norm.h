/* Normalisation of rows; specification: reference/norm.c. */
#ifndef CK_VECTOR_NORM_H
#define CK_VECTOR_NORM_H

#include "rows.h"

static void v_rms_norm(const float *x, const float *weight, float *y, size_t n, float eps) {
    float factor = 1 / sqrtf(v_dot_rows(x, x, n) / (float)n + eps);
    if (weight) {
        CK_ROWS(CK_STORE(y, CK_LOAD(x) * factor * CK_LOAD(weight)););
    } else {
        v_scale_row(x, factor, y, n);
    }
}

static void v_layer_norm(const float *x, const float *weight, const float *bias, float *y,
                         size_t n, float eps) {
    float mean = v_sum_row(x, n) / (float)n;
    v16 lanes = 0;
    size_t whole = n / 16 * 16;
    for (size_t i = 0; i < whole; i += 16) {
        v16 centred = v_load(x + i) - mean;
        lanes = v_fma(centred, centred, lanes);
    }
    for (size_t i = whole; i < n; i++) {
        float centred = x[i] - mean;
        lanes[i % 16] = fmaf(centred, centred, lanes[i % 16]);
    }
    float factor = 1 / sqrtf(v_sum(lanes) / (float)n + eps);
    CK_ROWS(v16 v = (CK_LOAD(x) - mean) * factor; v = weight ? v * CK_LOAD(weight) : v;
            CK_STORE(y, bias ? v + CK_LOAD(bias) : v););
}

static void v_init_norm(ck_table *table) {
    table->kernels.rms_norm = v_rms_norm;
    table->kernels.layer_norm = v_layer_norm;
}

#endif
