/* The dispatch table: float rows, attention, and the formats, one table per instruction set. */
#ifndef CK_KERNELS_H
#define CK_KERNELS_H

#include "ck_formats.h"

#include <stdbool.h>

#pragma clang assume_nonnull begin

/*
 * Instruction sets in ascending order within an architecture.
 * AVX2 means AVX2, FMA and F16C; AVX512 means F, BW, VL, DQ and VNNI on top of that.
 */
typedef enum ck_isa {
    CK_ISA_SCALAR = 0,
    CK_ISA_AVX2 = 1,
    CK_ISA_AVX512 = 2,
    CK_ISA_NEON = 16,
    CK_ISA_DOTPROD = 17,
    /* Larger than every set: "the best there is". */
    CK_ISA_ANY = 255,
} ck_isa;

/* Most tokens a page of the KV cache can hold. */
enum { CK_PAGE_TOKENS_MAX = 64 };

/*
 * What stays the same over the pages of one KV head.
 *
 * A page holds keys as [head_size][key_stride] and values as [page tokens][value_stride], both
 * IEEE half floats, written by `store_key` and `store_value`. Keys are transposed so that one
 * vector holds the same dimension of neighbouring tokens. key_stride is the number of tokens a
 * page can hold, a multiple of 16.
 *
 * Before the first page: maximum = -INFINITY, sum = 0, output = 0. (A model with attention
 * sinks starts from maximum = sink, sum = 1 instead.) After the last: `attention_finish`.
 */
typedef struct ck_attention {
    /* [rows][head_size] float, row i at queries + i * query_stride. Rows share this KV head. */
    const float *queries;
    size_t query_stride;
    /* Grouped query heads times tokens. */
    size_t rows;
    /* Multiple of 8. */
    size_t head_size;
    /* Multiple of 8. */
    size_t value_size;
    /* Tokens per page, multiple of 16, at most CK_PAGE_TOKENS_MAX. */
    size_t key_stride;
    /* Halves between the values of neighbouring tokens. */
    size_t value_stride;
    /* Multiplies the scores. */
    float scale;
    /* Scores become softcap * tanh(score / softcap); 0 leaves them. */
    float softcap;
    /* [rows] running maximum of the scores. */
    float *maximum;
    /* [rows] running sum of exp(score - maximum). */
    float *sum;
    /* [rows][value_size] running sum of exp(score - maximum) * value. */
    float *output;
    size_t output_stride;
} ck_attention;

typedef struct ck_kernels {
    ck_isa isa;
    /* "scalar", "avx2", "avx512", "neon", "dotprod" */
    const char *name;
    /* [CK_FORMAT_SLOTS], indexed by GGML type code. `ck_format` checks the code. */
    const ck_format_kernels *formats;

    /* ---- rows of floats: [n] float; results may be written over an operand ---- */

    /* y = x / sqrt(mean(x^2) + eps) * weight; without weight if it is NULL */
    void (*rms_norm)(const float *x, const float *_Nullable weight, float *y, size_t n, float eps);
    /* y = (x - mean(x)) / sqrt(variance(x) + eps) * weight + bias; NULL leaves either out */
    void (*layer_norm)(const float *x, const float *_Nullable weight, const float *_Nullable bias,
                       float *y, size_t n, float eps);
    /* y = a + b */
    void (*add)(const float *a, const float *b, float *y, size_t n);
    /* y = a * b */
    void (*mul)(const float *a, const float *b, float *y, size_t n);
    /* y = x * factor */
    void (*scale)(const float *x, float factor, float *y, size_t n);
    /* y = y + x * factor */
    void (*add_scaled)(const float *x, float factor, float *y, size_t n);
    /* sum of a * b */
    float (*dot)(const float *a, const float *b, size_t n);
    /* sum of x */
    float (*sum)(const float *x, size_t n);
    /* largest value; -INFINITY for n = 0 */
    float (*max)(const float *x, size_t n);
    /* index of the largest value, the first one among equals; 0 for n = 0 */
    size_t (*argmax)(const float *x, size_t n);

    /* y = exp(x); relative error below 2e-7, results below 1.2e-38 are 0 */
    void (*exp)(const float *x, float *y, size_t n);
    /* y = tanh(x); relative error below 3e-7 */
    void (*tanh)(const float *x, float *y, size_t n);
    /* y = 1 / (1 + exp(-x)) */
    void (*sigmoid)(const float *x, float *y, size_t n);
    /* y = cap * tanh(x / cap) */
    void (*softcap)(const float *x, float cap, float *y, size_t n);
    /* x = exp(x - max(x)) / sum of the same, in place; -INFINITY becomes 0 */
    void (*softmax)(float *x, size_t n);

    /* y = gate * sigmoid(gate) * up; without up if it is NULL */
    void (*silu_mul)(const float *gate, const float *_Nullable up, float *y, size_t n);
    /* y = 0.5 gate (1 + tanh(sqrt(2/pi) (gate + 0.044715 gate^3))) * up; up may be NULL */
    void (*gelu_mul)(const float *gate, const float *_Nullable up, float *y, size_t n);
    /* y = max(gate, 0)^2 * up; up may be NULL */
    void (*relu2_mul)(const float *gate, const float *_Nullable up, float *y, size_t n);
    /* g = min(gate, limit), u = clamp(up, -limit, limit): y = g * sigmoid(alpha * g) * (u + 1) */
    void (*swiglu_clamped)(const float *gate, const float *up, float *y, size_t n, float alpha,
                           float limit);

    /*
     * Rotates the first rotary_dims of each head by the angles of one position.
     *   x         [heads][head_size] float, in place
     *   cos, sin  [rotary_dims / 2] float
     *   neox      true: pairs (i, i + rotary_dims / 2); false: pairs (2i, 2i + 1)
     */
    void (*rope)(float *x, size_t heads, size_t head_size, size_t rotary_dims, const float *cos,
                 const float *sin, bool neox);

    /* Row conversions; to F16 and BF16 rounds to nearest even and keeps infinities and NaN. */
    void (*f16_to_f32)(const uint16_t *x, float *y, size_t n);
    void (*f32_to_f16)(const float *x, uint16_t *y, size_t n);
    void (*bf16_to_f32)(const uint16_t *x, float *y, size_t n);
    void (*f32_to_bf16)(const float *x, uint16_t *y, size_t n);

    /* ---- attention over a paged cache; one call is one page of one KV head ---- */

    /*
     * Writes the key of one token into slot `slot` of a page, limited to the range of F16.
     *   key   [head_size] float
     *   page  [head_size][key_stride] half
     */
    void (*store_key)(const float *key, size_t head_size, uint16_t *page, size_t key_stride,
                      size_t slot);
    /* The same for a value; page is [tokens][value_stride] half. */
    void (*store_value)(const float *value, size_t value_size, uint16_t *page, size_t value_stride,
                        size_t slot);

    /*
     * Adds one page to the running softmax of every row.
     *   keys, values  the page
     *   first, last   [rows] slots first <= slot < last are visible to the row; first >= last
     *                 leaves the row as it is. Slots no row sees are never used.
     */
    void (*attention_page)(const ck_attention *attention, const uint16_t *keys,
                           const uint16_t *values, const uint32_t *first, const uint32_t *last);

    /* output = output / sum; rows that saw nothing become 0 */
    void (*attention_finish)(const ck_attention *attention);

    /*
     * Joins two running softmaxes over different pages: `into` becomes both.
     * rows, value_size and strides as in `attention_page`. For a context shared out to threads.
     */
    void (*attention_merge)(const ck_attention *into, const ck_attention *from);
} ck_kernels;

/* Best instruction set of this CPU that there are kernels for. Thread-safe. */
ck_isa ck_best_isa(void);

/*
 * Table for the best instruction set of this CPU that is not above `max`; the scalar one if
 * nothing else fits. Tables live as long as the process. Thread-safe.
 */
const ck_kernels *ck_kernels_for(ck_isa max);

/* Kernels of a format by GGML type code; NULL if there are none. */
const ck_format_kernels *_Nullable ck_format(const ck_kernels *kernels, uint32_t format);

/* Instruction sets this CPU can run, ascending: writes up to `capacity`, returns how many. */
size_t ck_available_isas(ck_isa *isas, size_t capacity);

/* The set called `name` ("avx2", ...); CK_ISA_ANY for anything else. */
ck_isa ck_isa_named(const char *name);

#pragma clang assume_nonnull end

#endif
