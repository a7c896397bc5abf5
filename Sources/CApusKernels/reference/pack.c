/* Packing of activations: eight bits with a scale for 32 or 256 values, or plain floats. */
#include "../blocks.h"
#include "../families.h"

#include <assert.h>
#include <math.h>
#include <string.h>

/* An odd number of cache lines, so that neighbouring rows do not fall into the same cache sets. */
static size_t rounded(size_t bytes) {
    return ((bytes + 63) / 64 | 1) * 64;
}

static size_t float_bytes(size_t n) {
    return rounded(n * sizeof(float));
}

static size_t act32_bytes(size_t n) {
    return rounded(n + n / 32 * (sizeof(float) + sizeof(int32_t)));
}

static size_t act256_bytes(size_t n) {
    return rounded(n / CK_SUPER * sizeof(ck_act256));
}

static void pack_floats(const float *x, void *packed, size_t n) {
    memcpy(packed, x, n * sizeof *x);
}

/* q = round(x * 127 / max |x|), returns max |x| / 127 */
static float quantize(const float *x, int8_t *q, size_t n) {
    float largest = 0;
    for (size_t i = 0; i < n; i++) {
        largest = fabsf(x[i]) > largest ? fabsf(x[i]) : largest;
    }
    float factor = largest > 0 ? 127 / largest : 0;
    for (size_t i = 0; i < n; i++) {
        float value = rintf(x[i] * factor);
        q[i] = (int8_t)(value > 127 ? 127 : value > -127 ? value : -127);
    }
    return largest * (1.0F / 127);
}

static int sum(const int8_t *q, int n) {
    int total = 0;
    for (int i = 0; i < n; i++) {
        total += q[i];
    }
    return total;
}

static void pack_act32(const float *x, void *packed, size_t n) {
    assert(n % CK_BLOCK == 0);
    int8_t *q = packed;
    float *scales = (float *)ck_act32_scales(packed, n);
    int32_t *bias = (int32_t *)ck_act32_bias(packed, n);
    for (size_t i = 0; i < n; i += CK_BLOCK) {
        scales[i / 32] = quantize(x + i, q + i, CK_BLOCK);
        bias[i / 32] = -128 * sum(q + i, CK_BLOCK);
    }
}

static void pack_act256(const float *x, void *packed, size_t n) {
    assert(n % CK_SUPER == 0);
    ck_act256 *block = packed;
    for (; n > 0; n -= CK_SUPER, block++, x += CK_SUPER) {
        memset(block->unused, 0, sizeof block->unused);
        block->d = quantize(x, block->q, CK_SUPER);
        for (int i = 0; i < 32; i++) {
            block->bias6[i] = -32 * sum(block->q + 8 * i, 8);
        }
        for (int i = 0; i < 16; i++) {
            block->bias5[i] = -16 * sum(block->q + 16 * i, 16);
        }
        for (int i = 0; i < 8; i++) {
            block->sums32[i] = (int16_t)sum(block->q + 32 * i, 32);
            block->bias4[i] = -8 * block->sums32[i];
        }
    }
}

static void describe(ck_table *table, uint32_t format, uint32_t kind, size_t (*bytes)(size_t),
                     void (*pack)(const float *, void *, size_t)) {
    table->formats[format].activation_kind = kind;
    table->formats[format].activation_bytes = bytes;
    table->formats[format].pack_activations = pack;
}

void ck_init_pack_scalar(ck_table *table) {
    describe(table, CK_F32, CK_ACT_FLOAT, float_bytes, pack_floats);
    describe(table, CK_F16, CK_ACT_FLOAT, float_bytes, pack_floats);
    describe(table, CK_BF16, CK_ACT_FLOAT, float_bytes, pack_floats);
    describe(table, CK_Q4_0, CK_ACT_32, act32_bytes, pack_act32);
    describe(table, CK_Q4_1, CK_ACT_32, act32_bytes, pack_act32);
    describe(table, CK_Q5_0, CK_ACT_32, act32_bytes, pack_act32);
    describe(table, CK_Q5_1, CK_ACT_32, act32_bytes, pack_act32);
    describe(table, CK_Q8_0, CK_ACT_32, act32_bytes, pack_act32);
    describe(table, CK_IQ4_NL, CK_ACT_32, act32_bytes, pack_act32);
    describe(table, CK_MXFP4, CK_ACT_32, act32_bytes, pack_act32);
    describe(table, CK_MXFP4_PAIRS, CK_ACT_32, act32_bytes, pack_act32);
    describe(table, CK_IQ1_S, CK_ACT_256, act256_bytes, pack_act256);
    describe(table, CK_IQ1_M, CK_ACT_256, act256_bytes, pack_act256);
    describe(table, CK_IQ2_XXS, CK_ACT_256, act256_bytes, pack_act256);
    describe(table, CK_IQ2_XS, CK_ACT_256, act256_bytes, pack_act256);
    describe(table, CK_IQ2_S, CK_ACT_256, act256_bytes, pack_act256);
    describe(table, CK_IQ3_XXS, CK_ACT_256, act256_bytes, pack_act256);
    describe(table, CK_IQ3_S, CK_ACT_256, act256_bytes, pack_act256);
    describe(table, CK_Q2_K, CK_ACT_256, act256_bytes, pack_act256);
    describe(table, CK_Q3_K, CK_ACT_256, act256_bytes, pack_act256);
    describe(table, CK_IQ4_XS, CK_ACT_256, act256_bytes, pack_act256);
    describe(table, CK_Q4_K, CK_ACT_256, act256_bytes, pack_act256);
    describe(table, CK_Q5_K, CK_ACT_256, act256_bytes, pack_act256);
    describe(table, CK_Q6_K, CK_ACT_256, act256_bytes, pack_act256);
}
