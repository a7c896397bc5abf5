/* Packing of activations to eight bits; specification: reference/pack.c. */
#ifndef CK_VECTOR_PACK_H
#define CK_VECTOR_PACK_H

#include "base.h"
#include "../blocks.h"

/* q = round(x * 127 / max |x|) for 16 * vectors values; returns max |x| / 127 */
CK_INLINE float v_quantize(const float *x, int8_t *q, size_t vectors) {
    v16 largest = 0;
    for (size_t i = 0; i < vectors; i++) {
        largest = v_max(v_abs(v_load(x + 16 * i)), largest);
    }
    float extreme = v_largest(largest);
    float factor = extreme > 0 ? 127 / extreme : 0;
    for (size_t i = 0; i < vectors; i++) {
        v16 value = __builtin_elementwise_rint(v_load(x + 16 * i) * factor);
        value = v_min(v_max(value, (v16)-127), (v16)127);
        v16b bytes = __builtin_convertvector(__builtin_convertvector(value, v16i), v16b);
        memcpy(q + 16 * i, &bytes, sizeof bytes);
    }
    return extreme * (1.0F / 127);
}

CK_INLINE int32_t v_sum_bytes(const int8_t *q) {
    v16b bytes;
    memcpy(&bytes, q, sizeof bytes);
    return __builtin_reduce_add(__builtin_convertvector(bytes, v16i));
}

static void v_pack_act32(const float *x, void *packed, size_t n) {
    int8_t *q = packed;
    float *scales = (float *)ck_act32_scales(packed, n);
    int32_t *bias = (int32_t *)ck_act32_bias(packed, n);
    for (size_t i = 0; i < n; i += CK_BLOCK) {
        scales[i / 32] = v_quantize(x + i, q + i, 2);
        bias[i / 32] = -128 * (v_sum_bytes(q + i) + v_sum_bytes(q + i + 16));
    }
}

/* Sums over 8, 16 and 32 values of a block, times what the biases want. */
CK_INLINE void v_sums(ck_act256 *block) {
    int32_t sums[16];
    for (int i = 0; i < 16; i++) {
        v16b bytes;
        memcpy(&bytes, block->q + 16 * i, sizeof bytes);
        v16i values = __builtin_convertvector(bytes, v16i);
        int32_t low = __builtin_reduce_add(values.lo), high = __builtin_reduce_add(values.hi);
        block->bias6[2 * i] = -32 * low;
        block->bias6[2 * i + 1] = -32 * high;
        sums[i] = low + high;
        block->bias5[i] = -16 * sums[i];
    }
    for (int i = 0; i < 8; i++) {
        int32_t sum = sums[2 * i] + sums[2 * i + 1];
        block->sums32[i] = (int16_t)sum;
        block->bias4[i] = -8 * sum;
    }
}

static void v_pack_act256(const float *x, void *packed, size_t n) {
    ck_act256 *block = packed;
    for (; n > 0; n -= CK_SUPER, block++, x += CK_SUPER) {
        memset(block->unused, 0, sizeof block->unused);
        block->d = v_quantize(x, block->q, 16);
        v_sums(block);
    }
}

static void v_init_pack(ck_table *table) {
    for (uint32_t format = 0; format < CK_FORMAT_SLOTS; format++) {
        ck_format_kernels *entry = &table->formats[format];
        if (entry->activation_kind == CK_ACT_32) {
            entry->pack_activations = v_pack_act32;
        } else if (entry->activation_kind == CK_ACT_256) {
            entry->pack_activations = v_pack_act256;
        }
    }
}

#endif
