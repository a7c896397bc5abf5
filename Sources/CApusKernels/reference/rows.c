/* Sums, products and searches over rows of floats. */
#include "../families.h"
#include "functions.h"

static void add(const float *a, const float *b, float *y, size_t n) {
    for (size_t i = 0; i < n; i++) {
        y[i] = a[i] + b[i];
    }
}

static void mul(const float *a, const float *b, float *y, size_t n) {
    for (size_t i = 0; i < n; i++) {
        y[i] = a[i] * b[i];
    }
}

static void scale(const float *x, float factor, float *y, size_t n) {
    for (size_t i = 0; i < n; i++) {
        y[i] = x[i] * factor;
    }
}

static void add_scaled(const float *x, float factor, float *y, size_t n) {
    for (size_t i = 0; i < n; i++) {
        y[i] = fmaf(x[i], factor, y[i]);
    }
}

static float dot(const float *a, const float *b, size_t n) {
    return ck_dot_lanes(a, b, n);
}

static float sum(const float *x, size_t n) {
    float lanes[16] = {0};
    for (size_t i = 0; i < n; i++) {
        lanes[i % 16] += x[i];
    }
    return ck_sum_lanes(lanes);
}

static float max(const float *x, size_t n) {
    float largest = -INFINITY;
    for (size_t i = 0; i < n; i++) {
        largest = x[i] > largest ? x[i] : largest;
    }
    return largest;
}

static size_t argmax(const float *x, size_t n) {
    float largest = max(x, n);
    for (size_t i = 0; i < n; i++) {
        if (x[i] == largest) {
            return i;
        }
    }
    return 0;
}

static void softmax(float *x, size_t n) {
    float largest = max(x, n);
    float lanes[16] = {0};
    for (size_t i = 0; i < n; i++) {
        x[i] = x[i] == -INFINITY ? 0 : ck_exp1(x[i] - largest);
        lanes[i % 16] += x[i];
    }
    float total = ck_sum_lanes(lanes);
    if (total != 0) {
        scale(x, 1 / total, x, n);
    }
}

void ck_init_rows_scalar(ck_table *table) {
    ck_kernels *kernels = &table->kernels;
    kernels->add = add;
    kernels->mul = mul;
    kernels->scale = scale;
    kernels->add_scaled = add_scaled;
    kernels->dot = dot;
    kernels->sum = sum;
    kernels->max = max;
    kernels->argmax = argmax;
    kernels->softmax = softmax;
}
