/* Elementary functions and the activations of feed-forward layers. */
#include "../families.h"
#include "functions.h"

static void exp_row(const float *x, float *y, size_t n) {
    for (size_t i = 0; i < n; i++) {
        y[i] = ck_exp1(x[i]);
    }
}

static void tanh_row(const float *x, float *y, size_t n) {
    for (size_t i = 0; i < n; i++) {
        y[i] = ck_tanh1(x[i]);
    }
}

static void sigmoid_row(const float *x, float *y, size_t n) {
    for (size_t i = 0; i < n; i++) {
        y[i] = ck_sigmoid1(x[i]);
    }
}

static void softcap(const float *x, float cap, float *y, size_t n) {
    for (size_t i = 0; i < n; i++) {
        y[i] = cap * ck_tanh1(x[i] / cap);
    }
}

static void silu_mul(const float *gate, const float *up, float *y, size_t n) {
    for (size_t i = 0; i < n; i++) {
        float value = gate[i] * ck_sigmoid1(gate[i]);
        y[i] = up ? value * up[i] : value;
    }
}

static void gelu_mul(const float *gate, const float *up, float *y, size_t n) {
    for (size_t i = 0; i < n; i++) {
        float g = gate[i], half = 0.5F * g;
        float inner = g * fmaf(g * g, CK_GELU_B, CK_GELU_A);
        float value = fmaf(half, ck_tanh1(inner), half);
        y[i] = up ? value * up[i] : value;
    }
}

static void relu2_mul(const float *gate, const float *up, float *y, size_t n) {
    for (size_t i = 0; i < n; i++) {
        float positive = gate[i] > 0 ? gate[i] : 0;
        float value = positive * positive;
        y[i] = up ? value * up[i] : value;
    }
}

static void swiglu_clamped(const float *gate, const float *up, float *y, size_t n, float alpha,
                           float limit) {
    for (size_t i = 0; i < n; i++) {
        float g = gate[i] < limit ? gate[i] : limit;
        float u = up[i] < limit ? up[i] : limit;
        u = u > -limit ? u : -limit;
        y[i] = g * ck_sigmoid1(alpha * g) * (u + 1);
    }
}

void ck_init_activation_scalar(ck_table *table) {
    ck_kernels *kernels = &table->kernels;
    kernels->exp = exp_row;
    kernels->tanh = tanh_row;
    kernels->sigmoid = sigmoid_row;
    kernels->softcap = softcap;
    kernels->silu_mul = silu_mul;
    kernels->gelu_mul = gelu_mul;
    kernels->relu2_mul = relu2_mul;
    kernels->swiglu_clamped = swiglu_clamped;
}
