/*
 * Attention with a running softmax (Milakov and Gimelshein 2018, arXiv:1805.02867; Dao et al.
 * 2022, arXiv:2205.14135), one page of one KV head at a time.
 *
 * Order of the sums, per row: a score adds over dimensions in order; the page's exponentials are
 * added in 16 lanes by slot, then the lanes; outputs add over slots in order.
 */
#include "../families.h"
#include "functions.h"

#include <assert.h>

static float limited(float x) {
    const float largest = 65504;
    x = x > largest ? largest : x;
    return x < -largest ? -largest : x;
}

static void store_key(const float *key, size_t head_size, uint16_t *page, size_t key_stride,
                      size_t slot) {
    assert(slot < key_stride);
    for (size_t d = 0; d < head_size; d++) {
        page[d * key_stride + slot] = ck_f32_to_half(limited(key[d]));
    }
}

static void store_value(const float *value, size_t value_size, uint16_t *page, size_t value_stride,
                        size_t slot) {
    for (size_t d = 0; d < value_size; d++) {
        page[slot * value_stride + d] = ck_f32_to_half(limited(value[d]));
    }
}

static float score(const ck_attention *attention, const float *query, const uint16_t *keys,
                   size_t slot) {
    float sum = 0;
    for (size_t d = 0; d < attention->head_size; d++) {
        sum = fmaf(query[d], ck_half_to_f32(keys[d * attention->key_stride + slot]), sum);
    }
    sum *= attention->scale;
    if (attention->softcap != 0) {
        sum = attention->softcap * ck_tanh1(sum / attention->softcap);
    }
    return sum;
}

static void row_page(const ck_attention *attention, size_t row, const uint16_t *keys,
                     const uint16_t *values, size_t first, size_t last) {
    float weights[CK_PAGE_TOKENS_MAX] = {0}, lanes[16] = {0};
    float maximum = attention->maximum[row];
    for (size_t slot = first; slot < last; slot++) {
        weights[slot] =
            score(attention, attention->queries + row * attention->query_stride, keys, slot);
        maximum = weights[slot] > maximum ? weights[slot] : maximum;
    }
    for (size_t slot = first; slot < last; slot++) {
        weights[slot] = ck_exp1(weights[slot] - maximum);
        lanes[slot % 16] += weights[slot];
    }
    float factor = ck_exp1(attention->maximum[row] - maximum);
    attention->maximum[row] = maximum;
    attention->sum[row] = fmaf(attention->sum[row], factor, ck_sum_lanes(lanes));
    float *output = attention->output + row * attention->output_stride;
    for (size_t d = 0; d < attention->value_size; d++) {
        output[d] *= factor;
        for (size_t slot = first; slot < last; slot++) {
            float value = ck_half_to_f32(values[slot * attention->value_stride + d]);
            output[d] = fmaf(weights[slot], value, output[d]);
        }
    }
}

static void attention_page(const ck_attention *attention, const uint16_t *keys,
                           const uint16_t *values, const uint32_t *first, const uint32_t *last) {
    assert(attention->key_stride % 16 == 0 && attention->key_stride <= CK_PAGE_TOKENS_MAX);
    assert(attention->head_size % 8 == 0 && attention->value_size % 8 == 0);
    for (size_t row = 0; row < attention->rows; row++) {
        if (first[row] < last[row]) {
            assert(last[row] <= attention->key_stride);
            row_page(attention, row, keys, values, first[row], last[row]);
        }
    }
}

static void attention_finish(const ck_attention *attention) {
    for (size_t row = 0; row < attention->rows; row++) {
        float *output = attention->output + row * attention->output_stride;
        float factor = attention->sum[row] == 0 ? 0 : 1 / attention->sum[row];
        for (size_t d = 0; d < attention->value_size; d++) {
            output[d] *= factor;
        }
    }
}

static void attention_merge(const ck_attention *into, const ck_attention *from) {
    assert(into->rows == from->rows && into->value_size == from->value_size);
    for (size_t row = 0; row < into->rows; row++) {
        if (from->sum[row] == 0) {
            continue;
        }
        float a = into->maximum[row], b = from->maximum[row];
        float maximum = a > b ? a : b;
        float own = ck_exp1(a - maximum), other = ck_exp1(b - maximum);
        into->maximum[row] = maximum;
        into->sum[row] = fmaf(into->sum[row], own, from->sum[row] * other);
        float *output = into->output + row * into->output_stride;
        const float *addend = from->output + row * from->output_stride;
        for (size_t d = 0; d < into->value_size; d++) {
            output[d] = fmaf(output[d], own, addend[d] * other);
        }
    }
}

void ck_init_attention_scalar(ck_table *table) {
    ck_kernels *kernels = &table->kernels;
    kernels->store_key = store_key;
    kernels->store_value = store_value;
    kernels->attention_page = attention_page;
    kernels->attention_finish = attention_finish;
    kernels->attention_merge = attention_merge;
}
