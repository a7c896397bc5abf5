/* Conversions between float and 16-bit floats; specification: reference/convert.c. */
#ifndef CK_VECTOR_CONVERT_H
#define CK_VECTOR_CONVERT_H

#include "base.h"

static void v_f16_to_f32(const uint16_t *x, float *y, size_t n) {
    size_t i = 0;
    for (; i + 16 <= n; i += 16) {
        v_store(y + i, v_from_f16(x + i));
    }
    for (; i < n; i++) {
        y[i] = ck_half_to_f32(x[i]);
    }
}

static void v_f32_to_f16(const float *x, uint16_t *y, size_t n) {
    size_t i = 0;
    for (; i + 16 <= n; i += 16) {
        v16f h = __builtin_convertvector(v_load(x + i), v16f);
        memcpy(y + i, &h, sizeof h);
    }
    for (; i < n; i++) {
        y[i] = ck_f32_to_half(x[i]);
    }
}

static void v_bf16_to_f32(const uint16_t *x, float *y, size_t n) {
    size_t i = 0;
    for (; i + 16 <= n; i += 16) {
        v_store(y + i, v_from_bf16(x + i));
    }
    for (; i < n; i++) {
        y[i] = ck_bfloat_to_f32(x[i]);
    }
}

static void v_f32_to_bf16(const float *x, uint16_t *y, size_t n) {
    size_t i = 0;
    for (; i + 16 <= n; i += 16) {
        v16 v = v_load(x + i);
        v16u bits = ((v16u)(v));
        v16u rounded = (bits + 0x7FFF + (bits >> 16 & 1)) >> 16;
        v16u result = ((v16u)(v != v)) ? (bits >> 16 | 0x40) : rounded;
        v16h halves = __builtin_convertvector(result, v16h);
        memcpy(y + i, &halves, sizeof halves);
    }
    for (; i < n; i++) {
        y[i] = ck_f32_to_bfloat(x[i]);
    }
}

static void v_unpack_f16(const void *w, float *y, size_t n) {
    v_f16_to_f32(w, y, n);
}

static void v_unpack_bf16(const void *w, float *y, size_t n) {
    v_bf16_to_f32(w, y, n);
}

static void v_pack_f16(const float *x, void *w, size_t n) {
    v_f32_to_f16(x, w, n);
}

static void v_pack_bf16(const float *x, void *w, size_t n) {
    v_f32_to_bf16(x, w, n);
}

static void v_init_convert(ck_table *table) {
    table->kernels.f16_to_f32 = v_f16_to_f32;
    table->kernels.f32_to_f16 = v_f32_to_f16;
    table->kernels.bf16_to_f32 = v_bf16_to_f32;
    table->kernels.f32_to_bf16 = v_f32_to_bf16;
    table->formats[CK_F16].unpack = v_unpack_f16;
    table->formats[CK_F16].pack = v_pack_f16;
    table->formats[CK_BF16].unpack = v_unpack_bf16;
    table->formats[CK_BF16].pack = v_pack_bf16;
}

#endif
