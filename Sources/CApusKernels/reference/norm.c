/* Normalisation of rows. */
#include "../families.h"
#include "functions.h"

static void rms_norm(const float *x, const float *weight, float *y, size_t n, float eps) {
    float factor = 1 / sqrtf(ck_dot_lanes(x, x, n) / (float)n + eps);
    for (size_t i = 0; i < n; i++) {
        float scaled = x[i] * factor;
        y[i] = weight ? scaled * weight[i] : scaled;
    }
}

static void layer_norm(const float *x, const float *weight, const float *bias, float *y, size_t n,
                       float eps) {
    float sums[16] = {0}, squares[16] = {0};
    for (size_t i = 0; i < n; i++) {
        sums[i % 16] += x[i];
    }
    float mean = ck_sum_lanes(sums) / (float)n;
    for (size_t i = 0; i < n; i++) {
        float centred = x[i] - mean;
        squares[i % 16] = fmaf(centred, centred, squares[i % 16]);
    }
    float factor = 1 / sqrtf(ck_sum_lanes(squares) / (float)n + eps);
    for (size_t i = 0; i < n; i++) {
        float value = (x[i] - mean) * factor;
        value = weight ? value * weight[i] : value;
        y[i] = bias ? value + bias[i] : value;
    }
}

void ck_init_norm_scalar(ck_table *table) {
    table->kernels.rms_norm = rms_norm;
    table->kernels.layer_norm = layer_norm;
}
