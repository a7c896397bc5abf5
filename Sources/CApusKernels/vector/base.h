/*
 * Vectors of 16 floats for code that is written once and compiled for every instruction set.
 *
 * The compiler maps v16 to one AVX-512 register, two of AVX2, or four of NEON. The files of this
 * folder are included by one source file per instruction set, after it has pushed its target
 * attribute. They take the same steps in the same order as the scalar version.
 */
#ifndef CK_VECTOR_BASE_H
#define CK_VECTOR_BASE_H

#include "../families.h"
#include "../reference/functions.h"

#include <string.h>

/* Functions that take or return vectors are inlined, so no calling convention is at stake. */
#pragma clang diagnostic ignored "-Wpsabi"

typedef float v16 __attribute__((ext_vector_type(16)));
typedef float v8 __attribute__((ext_vector_type(8)));
typedef float v4 __attribute__((ext_vector_type(4)));
typedef int32_t v16i __attribute__((ext_vector_type(16)));
typedef uint32_t v16u __attribute__((ext_vector_type(16)));
typedef uint16_t v16h __attribute__((ext_vector_type(16)));
typedef int8_t v16b __attribute__((ext_vector_type(16)));
typedef _Float16 v16f __attribute__((ext_vector_type(16)));

CK_INLINE v16 v_load(const float *x) {
    v16 v;
    memcpy(&v, x, sizeof v);
    return v;
}

CK_INLINE void v_store(float *x, v16 v) {
    memcpy(x, &v, sizeof v);
}

/* The first n < 16 lanes; the others are 0. */
CK_INLINE v16 v_load_part(const float *x, size_t n) {
    v16 v = 0;
    memcpy(&v, x, n * sizeof *x);
    return v;
}

CK_INLINE void v_store_part(float *x, v16 v, size_t n) {
    memcpy(x, &v, n * sizeof *x);
}

CK_INLINE v16 v_fma(v16 a, v16 b, v16 c) {
    return __builtin_elementwise_fma(a, b, c);
}

CK_INLINE v16 v_abs(v16 x) {
    return __builtin_elementwise_abs(x);
}

/* a where a > b, else b */
CK_INLINE v16 v_max(v16 a, v16 b) {
    return a > b ? a : b;
}

/* a where a < b, else b */
CK_INLINE v16 v_min(v16 a, v16 b) {
    return a < b ? a : b;
}

/* Adds the lanes in the order of ck_sum_lanes. */
CK_INLINE float v_sum(v16 v) {
    v8 s8 = v.lo + v.hi;
    v4 s4 = s8.lo + s8.hi;
    return (s4.x + s4.z) + (s4.y + s4.w);
}

CK_INLINE float v_largest(v16 v) {
    v8 m8 = v.lo > v.hi ? v.lo : v.hi;
    v4 m4 = m8.lo > m8.hi ? m8.lo : m8.hi;
    float a = m4.x > m4.z ? m4.x : m4.z, b = m4.y > m4.w ? m4.y : m4.w;
    return a > b ? a : b;
}

CK_INLINE v16 v_from_f16(const uint16_t *x) {
    v16f h;
    memcpy(&h, x, sizeof h);
    return __builtin_convertvector(h, v16);
}

CK_INLINE v16 v_from_bf16(const uint16_t *x) {
    v16h h;
    memcpy(&h, x, sizeof h);
    return ((v16)(__builtin_convertvector(h, v16u) << 16));
}

CK_INLINE v16 v_exp(v16 x) {
    v16 n = __builtin_elementwise_rint(x * CK_LOG2E);
    v16 r = v_fma(-n, CK_LN2_LOW, v_fma(-n, CK_LN2_HIGH, x));
    v16 p = ck_exp_poly[0];
    for (int i = 1; i < 6; i++) {
        p = v_fma(p, r, ck_exp_poly[i]);
    }
    v16 y = v_fma(p, r * r, r) + 1;
    v16 bounded = v_max(v_min(n, (v16)128), (v16)-127);
    v16i scaled = ((v16i)(y)) + (__builtin_convertvector(bounded, v16i) << 23);
    v16 result = ((v16)(scaled));
    result = x > CK_EXP_MAX ? (v16)INFINITY : result;
    result = x < CK_EXP_MIN ? (v16)0 : result;
    return x != x ? x : result;
}

CK_INLINE v16 v_tanh(v16 x) {
    v16 a = v_abs(x);
    v16 z = x * x;
    v16 p = ck_tanh_poly[0];
    for (int i = 1; i < 5; i++) {
        p = v_fma(p, z, ck_tanh_poly[i]);
    }
    v16 small = v_fma(p * z, x, x);
    v16 large = __builtin_elementwise_copysign(1 - 2 / (v_exp(a + a) + 1), x);
    return a < CK_TANH_SMALL ? small : large;
}

CK_INLINE v16 v_sigmoid(v16 x) {
    return 1 / (1 + v_exp(-x));
}

#endif
