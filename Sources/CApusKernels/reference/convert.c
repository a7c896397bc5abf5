/* Conversions between float and 16-bit floats. */
#include "../families.h"
#include "half.h"

static void f16_to_f32(const uint16_t *x, float *y, size_t n) {
    for (size_t i = 0; i < n; i++) {
        y[i] = ck_half_to_f32(x[i]);
    }
}

static void f32_to_f16(const float *x, uint16_t *y, size_t n) {
    for (size_t i = 0; i < n; i++) {
        y[i] = ck_f32_to_half(x[i]);
    }
}

static void bf16_to_f32(const uint16_t *x, float *y, size_t n) {
    for (size_t i = 0; i < n; i++) {
        y[i] = ck_bfloat_to_f32(x[i]);
    }
}

static void f32_to_bf16(const float *x, uint16_t *y, size_t n) {
    for (size_t i = 0; i < n; i++) {
        y[i] = ck_f32_to_bfloat(x[i]);
    }
}

void ck_init_convert_scalar(ck_table *table) {
    table->kernels.f16_to_f32 = f16_to_f32;
    table->kernels.f32_to_f16 = f32_to_f16;
    table->kernels.bf16_to_f32 = bf16_to_f32;
    table->kernels.f32_to_bf16 = f32_to_bf16;
}
