/* Elementary functions and activations; specification: reference/activation.c. */
#ifndef CK_VECTOR_ACTIVATION_H
#define CK_VECTOR_ACTIVATION_H

#include "rows.h"

static void v_exp_row(const float *x, float *y, size_t n) {
    CK_ROWS(CK_STORE(y, v_exp(CK_LOAD(x))););
}

static void v_tanh_row(const float *x, float *y, size_t n) {
    CK_ROWS(CK_STORE(y, v_tanh(CK_LOAD(x))););
}

static void v_sigmoid_row(const float *x, float *y, size_t n) {
    CK_ROWS(CK_STORE(y, v_sigmoid(CK_LOAD(x))););
}

static void v_softcap(const float *x, float cap, float *y, size_t n) {
    CK_ROWS(CK_STORE(y, cap * v_tanh(CK_LOAD(x) / cap)););
}

static void v_silu_mul(const float *gate, const float *up, float *y, size_t n) {
    CK_ROWS(v16 g = CK_LOAD(gate); v16 v = g * v_sigmoid(g);
            CK_STORE(y, up ? v * CK_LOAD(up) : v););
}

static void v_gelu_mul(const float *gate, const float *up, float *y, size_t n) {
    CK_ROWS(v16 g = CK_LOAD(gate); v16 half = 0.5F * g;
            v16 inner = g * v_fma(g * g, (v16)CK_GELU_B, (v16)CK_GELU_A);
            v16 v = v_fma(half, v_tanh(inner), half); CK_STORE(y, up ? v * CK_LOAD(up) : v););
}

static void v_relu2_mul(const float *gate, const float *up, float *y, size_t n) {
    CK_ROWS(v16 g = v_max(CK_LOAD(gate), (v16)0); v16 v = g * g;
            CK_STORE(y, up ? v * CK_LOAD(up) : v););
}

static void v_swiglu_clamped(const float *gate, const float *up, float *y, size_t n, float alpha,
                             float limit) {
    CK_ROWS(v16 g = v_min(CK_LOAD(gate), (v16)limit); v16 u = v_min(CK_LOAD(up), (v16)limit);
            u = v_max(u, (v16)-limit); CK_STORE(y, g * v_sigmoid(alpha * g) * (u + 1)););
}

static void v_init_activation(ck_table *table) {
    ck_kernels *kernels = &table->kernels;
    kernels->exp = v_exp_row;
    kernels->tanh = v_tanh_row;
    kernels->sigmoid = v_sigmoid_row;
    kernels->softcap = v_softcap;
    kernels->silu_mul = v_silu_mul;
    kernels->gelu_mul = v_gelu_mul;
    kernels->relu2_mul = v_relu2_mul;
    kernels->swiglu_clamped = v_swiglu_clamped;
}

#endif
