/*
 * Products of rows of floats: what every faster version must equal.
 *
 * Lane c % 16 takes column c by fused multiply-add, then the lanes are added.
 */
#include "functions.h"
#include "matmul.h"

static float dot_f32(const void *w, const void *x, size_t columns) {
    return ck_dot_lanes(w, x, columns);
}

static float dot_f16(const void *w, const void *x, size_t columns) {
    const uint16_t *weights = w;
    const float *values = x;
    float lanes[16] = {0};
    for (size_t c = 0; c < columns; c++) {
        lanes[c % 16] = fmaf(ck_half_to_f32(weights[c]), values[c], lanes[c % 16]);
    }
    return ck_sum_lanes(lanes);
}

static float dot_bf16(const void *w, const void *x, size_t columns) {
    const uint16_t *weights = w;
    const float *values = x;
    float lanes[16] = {0};
    for (size_t c = 0; c < columns; c++) {
        lanes[c % 16] = fmaf(ck_bfloat_to_f32(weights[c]), values[c], lanes[c % 16]);
    }
    return ck_sum_lanes(lanes);
}

MATMUL(f32)
MATMUL(f16)
MATMUL(bf16)

void ck_init_matmul_float_scalar(ck_table *table) {
    table->formats[CK_F32].matmul = matmul_f32;
    table->formats[CK_F16].matmul = matmul_f16;
    table->formats[CK_BF16].matmul = matmul_bf16;
}
