/*
 * Attention over one page; specification: reference/attention.c.
 *
 * Rows are taken in groups of up to CK_ATTENTION_ROWS that share the conversion of keys and
 * values from half floats. CK_ATTENTION_VECTORS vectors of 16 slots (scores) or 16 dimensions
 * (outputs) stay in registers per row. Both are set per instruction set before inclusion.
 */
#ifndef CK_VECTOR_ATTENTION_H
#define CK_VECTOR_ATTENTION_H

#include "base.h"

#include <assert.h>

/* Scores and then weights of a group: [rows][slots]. */
typedef struct v_group {
    float weights[CK_ATTENTION_ROWS][CK_PAGE_TOKENS_MAX];
    float factors[CK_ATTENTION_ROWS];
    /* Slots some row of the group sees. */
    size_t first, last;
} v_group;

CK_INLINE v16 v_limited(v16 x) {
    return v_max(v_min(x, (v16)65504), (v16)-65504);
}

static void v_store_value(const float *value, size_t value_size, uint16_t *page,
                          size_t value_stride, size_t slot) {
    uint16_t *row = page + slot * value_stride;
    size_t d = 0;
    for (; d + 16 <= value_size; d += 16) {
        v16 x = v_load(value + d);
        v16f h = __builtin_convertvector(x != x ? x : v_limited(x), v16f);
        memcpy(row + d, &h, sizeof h);
    }
    for (; d < value_size; d++) {
        float x = value[d] > 65504 ? 65504 : value[d];
        row[d] = ck_f32_to_half(x < -65504 ? -65504 : x);
    }
}

static void v_store_key(const float *key, size_t head_size, uint16_t *page, size_t key_stride,
                        size_t slot) {
    enum { chunk = 256 };
    for (size_t start = 0; start < head_size; start += chunk) {
        uint16_t halves[chunk];
        size_t count = head_size - start < chunk ? head_size - start : chunk;
        v_store_value(key + start, count, halves, chunk, 0);
        for (size_t d = 0; d < count; d++) {
            page[(start + d) * key_stride + slot] = halves[d];
        }
    }
}

/* Scores of `rows` queries for 16 * vectors slots from `slot`; fetches `ahead` meanwhile. */
CK_INLINE void v_scores(const ck_attention *attention, const float *queries, size_t rows,
                        const uint16_t *keys, const uint16_t *ahead, size_t slot, size_t vectors,
                        v_group *group) {
    v16 sums[CK_ATTENTION_ROWS][CK_ATTENTION_VECTORS];
    for (size_t r = 0; r < rows; r++) {
        for (size_t i = 0; i < vectors; i++) {
            sums[r][i] = 0;
        }
    }
    for (size_t d = 0; d < attention->head_size; d++) {
        v16 key[CK_ATTENTION_VECTORS];
        __builtin_prefetch(ahead + d * 16 * vectors);
        if (vectors > 2) {
            __builtin_prefetch(ahead + d * 16 * vectors + 32);
        }
        for (size_t i = 0; i < vectors; i++) {
            key[i] = v_from_f16(keys + d * attention->key_stride + slot + 16 * i);
        }
        for (size_t r = 0; r < rows; r++) {
            v16 query = queries[r * attention->query_stride + d];
            for (size_t i = 0; i < vectors; i++) {
                sums[r][i] = v_fma(query, key[i], sums[r][i]);
            }
        }
    }
    for (size_t r = 0; r < rows; r++) {
        for (size_t i = 0; i < vectors; i++) {
            v_store(group->weights[r] + slot + 16 * i, sums[r][i] * attention->scale);
        }
    }
}

/* Scores to weights of one row: maximum, sum and factor for what was there before. */
CK_INLINE void v_weights(const ck_attention *attention, size_t row, size_t first, size_t last,
                         v_group *group, size_t r) {
    const v16i indices = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    float *weights = group->weights[r];
    size_t start = group->first / 16 * 16;
    if (first >= last) {
        group->factors[r] = 1;
        memset(weights + start, 0, (group->last - start) * sizeof *weights);
        return;
    }
    v16 largest = attention->maximum[row];
    for (size_t slot = start; slot < group->last; slot += 16) {
        v16 score = v_load(weights + slot);
        if (attention->softcap != 0) {
            score = attention->softcap * v_tanh(score / attention->softcap);
        }
        v16i index = indices + (int32_t)slot;
        score = ((index >= (int32_t)first) & (index < (int32_t)last)) ? score : (v16)-INFINITY;
        v_store(weights + slot, score);
        largest = v_max(score, largest);
    }
    float maximum = v_largest(largest);
    v16 lanes = 0;
    for (size_t slot = start; slot < group->last; slot += 16) {
        v16i index = indices + (int32_t)slot;
        v16 weight = v_exp(v_load(weights + slot) - maximum);
        weight = ((index >= (int32_t)first) & (index < (int32_t)last)) ? weight : (v16)0;
        v_store(weights + slot, weight);
        lanes = lanes + weight;
    }
    float factor = ck_exp1(attention->maximum[row] - maximum);
    group->factors[r] = factor;
    attention->maximum[row] = maximum;
    attention->sum[row] = fmaf(attention->sum[row], factor, v_sum(lanes));
}

/* Adds weighted values to `rows` outputs, dimensions d to d + 16 * vectors (or + 8 if half). */
CK_INLINE void v_outputs(const ck_attention *attention, float *output, size_t rows,
                         const uint16_t *values, size_t d, size_t vectors, bool half,
                         const v_group *group) {
    size_t width = half ? 8 : 16;
    v16 sums[CK_ATTENTION_ROWS][CK_ATTENTION_VECTORS];
    for (size_t r = 0; r < rows; r++) {
        for (size_t i = 0; i < vectors; i++) {
            const float *from = output + r * attention->output_stride + d + 16 * i;
            sums[r][i] = v_load_part(from, width) * group->factors[r];
        }
    }
    for (size_t slot = group->first; slot < group->last; slot++) {
        v16 value[CK_ATTENTION_VECTORS];
        for (size_t i = 0; i < vectors; i++) {
            v16f halves = 0;
            memcpy(&halves, values + slot * attention->value_stride + d + 16 * i, 2 * width);
            value[i] = __builtin_convertvector(halves, v16);
        }
        for (size_t r = 0; r < rows; r++) {
            v16 weight = group->weights[r][slot];
            for (size_t i = 0; i < vectors; i++) {
                sums[r][i] = v_fma(weight, value[i], sums[r][i]);
            }
        }
    }
    for (size_t r = 0; r < rows; r++) {
        for (size_t i = 0; i < vectors; i++) {
            v_store_part(output + r * attention->output_stride + d + 16 * i, sums[r][i], width);
        }
    }
}

CK_INLINE void v_attend(const ck_attention *attention, size_t row, size_t rows,
                        const uint16_t *keys, const uint16_t *values, const uint32_t *first,
                        const uint32_t *last) {
    enum { step = 16 * CK_ATTENTION_VECTORS };
    v_group group;
    group.first = CK_PAGE_TOKENS_MAX;
    group.last = 0;
    for (size_t r = 0; r < rows; r++) {
        if (first[row + r] < last[row + r]) {
            group.first = first[row + r] < group.first ? first[row + r] : group.first;
            group.last = last[row + r] > group.last ? last[row + r] : group.last;
        }
    }
    if (group.first >= group.last) {
        return;
    }
    assert(group.last <= attention->key_stride);
    const float *queries = attention->queries + row * attention->query_stride;
    size_t slot = group.first / 16 * 16;
    for (; slot + step <= attention->key_stride && slot < group.last; slot += step) {
        v_scores(attention, queries, rows, keys, values + slot * attention->value_stride, slot,
                 CK_ATTENTION_VECTORS, &group);
    }
    for (; slot < group.last; slot += 16) {
        v_scores(attention, queries, rows, keys, values + slot * attention->value_stride, slot, 1,
                 &group);
    }
    for (size_t r = 0; r < rows; r++) {
        v_weights(attention, row + r, first[row + r], last[row + r], &group, r);
    }
    float *output = attention->output + row * attention->output_stride;
    size_t d = 0, size = attention->value_size;
    for (; d + step <= size; d += step) {
        v_outputs(attention, output, rows, values, d, CK_ATTENTION_VECTORS, false, &group);
    }
    for (; d + 16 <= size; d += 16) {
        v_outputs(attention, output, rows, values, d, 1, false, &group);
    }
    if (d < size) {
        v_outputs(attention, output, rows, values, d, 1, true, &group);
    }
}

#define CK_ATTEND(count)                                                                          \
    static void v_attend_##count(const ck_attention *attention, size_t row, const uint16_t *keys, \
                                 const uint16_t *values, const uint32_t *first,                   \
                                 const uint32_t *last) {                                          \
        v_attend(attention, row, count, keys, values, first, last);                               \
    }
CK_ATTEND(1)
CK_ATTEND(2)
CK_ATTEND(3)
CK_ATTEND(4)
CK_ATTEND(5)
CK_ATTEND(6)
#undef CK_ATTEND

static void v_attention_page(const ck_attention *attention, const uint16_t *keys,
                             const uint16_t *values, const uint32_t *first, const uint32_t *last) {
    assert(attention->key_stride % 16 == 0 && attention->key_stride <= CK_PAGE_TOKENS_MAX);
    assert(attention->head_size % 8 == 0 && attention->value_size % 8 == 0);
    void (*const attend[])(const ck_attention *, size_t, const uint16_t *, const uint16_t *,
                           const uint32_t *, const uint32_t *) = {
        v_attend_1, v_attend_2, v_attend_3, v_attend_4, v_attend_5, v_attend_6};
    for (size_t row = 0; row < attention->rows;) {
        size_t left = attention->rows - row;
        size_t rows = left < CK_ATTENTION_ROWS ? left : CK_ATTENTION_ROWS;
        attend[rows - 1](attention, row, keys, values, first, last);
        row += rows;
    }
}

static void v_attention_finish(const ck_attention *attention) {
    for (size_t row = 0; row < attention->rows; row++) {
        float *output = attention->output + row * attention->output_stride;
        float factor = attention->sum[row] == 0 ? 0 : 1 / attention->sum[row];
        size_t n = attention->value_size;
        CK_ROWS(CK_STORE(output, CK_LOAD(output) * factor););
    }
}

static void v_init_attention(ck_table *table) {
    table->kernels.store_key = v_store_key;
    table->kernels.store_value = v_store_value;
    table->kernels.attention_page = v_attention_page;
    table->kernels.attention_finish = v_attention_finish;
}

#endif
