/*
 * Bit layouts of weight blocks and of packed activations.
 *
 * d and m are half floats stored as 16 bits. "value i" is element i of the block in row order.
 * The weight layouts are GGUF's; the activation layouts are private to these kernels.
 */
#ifndef CK_BLOCKS_H
#define CK_BLOCKS_H

#include <stddef.h>
#include <stdint.h>

enum { CK_BLOCK = 32, CK_SUPER = 256 };

/* value = d * (q - 8); low nibbles are values 0..15, high nibbles 16..31; 4.5 bits a weight */
typedef struct __attribute__((packed)) ck_q4_0 {
    uint16_t d;
    uint8_t q[16];
} ck_q4_0;
_Static_assert(sizeof(ck_q4_0) == 18, "Q4_0 block");

/* value = d * q + m, nibbles as in Q4_0; 5 bits a weight */
typedef struct __attribute__((packed)) ck_q4_1 {
    uint16_t d;
    uint16_t m;
    uint8_t q[16];
} ck_q4_1;
_Static_assert(sizeof(ck_q4_1) == 20, "Q4_1 block");

/* value = d * (q - 16), nibbles as in Q4_0, fifth bit of value i in bit i; 5.5 bits a weight */
typedef struct __attribute__((packed)) ck_q5_0 {
    uint16_t d;
    uint32_t high;
    uint8_t q[16];
} ck_q5_0;
_Static_assert(sizeof(ck_q5_0) == 22, "Q5_0 block");

/* value = d * q + m, bits as in Q5_0; 6 bits a weight */
typedef struct __attribute__((packed)) ck_q5_1 {
    uint16_t d;
    uint16_t m;
    uint32_t high;
    uint8_t q[16];
} ck_q5_1;
_Static_assert(sizeof(ck_q5_1) == 24, "Q5_1 block");

/* value = d * q; 8.5 bits a weight */
typedef struct __attribute__((packed)) ck_q8_0 {
    uint16_t d;
    int8_t q[32];
} ck_q8_0;
_Static_assert(sizeof(ck_q8_0) == 34, "Q8_0 block");

/* value = d * ck_iq4_values[q], nibbles as in Q4_0; 4.5 bits a weight */
typedef struct __attribute__((packed)) ck_iq4_nl {
    uint16_t d;
    uint8_t q[16];
} ck_iq4_nl;
_Static_assert(sizeof(ck_iq4_nl) == 18, "IQ4_NL block");

/*
 * value = 2^(e - 128) * ck_fp4_values[q], nibbles as in Q4_0, or in MXFP4_PAIRS values 2i and
 * 2i + 1 in the low and the high nibble of q[i]; 4.25 bits a weight.
 * Source: OCP Microscaling Formats 1.0.
 */
typedef struct __attribute__((packed)) ck_mxfp4 {
    uint8_t e;
    uint8_t q[16];
} ck_mxfp4;
_Static_assert(sizeof(ck_mxfp4) == 17, "MXFP4 block");

/* What nibbles stand for: of IQ4_NL and IQ4_XS, and of floats of four bits, twice their value. */
#define CK_IQ4_VALUES                                                                             \
    -127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113
#define CK_FP4_VALUES 0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12
static const int8_t ck_iq4_values[16] = {CK_IQ4_VALUES};
static const int8_t ck_fp4_values[16] = {CK_FP4_VALUES};

/*
 * value = d * scale * q - dmin * minimum, per 16 values a scale in the low and a minimum in the
 * high nibble of a byte of scales; 2.625 bits a weight. Of each half of 128 values, values i,
 * i+32, i+64, i+96 are bits 0-1, 2-3, 4-5, 6-7 of q[i], i < 32.
 */
typedef struct __attribute__((packed)) ck_q2_k {
    uint8_t scales[16];
    uint8_t q[64];
    uint16_t d;
    uint16_t dmin;
} ck_q2_k;
_Static_assert(sizeof(ck_q2_k) == 84, "Q2_K block");

/*
 * value = d * (scale - 32) * (q - 4), one 6-bit scale per 16 values: ck_q3_scale(). Bits 0-1 of q
 * as in Q2_K, bit 2 of value 32j + i is bit j of high[i]; 3.4375 bits a weight.
 */
typedef struct __attribute__((packed)) ck_q3_k {
    uint8_t high[32];
    uint8_t q[64];
    uint8_t scales[12];
    uint16_t d;
} ck_q3_k;
_Static_assert(sizeof(ck_q3_k) == 110, "Q3_K block");

/*
 * value = d * scale * q - dmin * minimum, one 6-bit scale and minimum per 32 values.
 * Bytes 32k..32k+31 of q hold sub-block 2k in the low and 2k+1 in the high nibbles.
 * 4.5 bits a weight.
 */
typedef struct __attribute__((packed)) ck_q4_k {
    uint16_t d;
    uint16_t dmin;
    uint8_t scales[12]; /* ck_k_scales() */
    uint8_t q[128];
} ck_q4_k;
_Static_assert(sizeof(ck_q4_k) == 144, "Q4_K block");

/* As Q4_K; the fifth bit of value 32j + i is bit j of high[i]; 5.5 bits a weight */
typedef struct __attribute__((packed)) ck_q5_k {
    uint16_t d;
    uint16_t dmin;
    uint8_t scales[12];
    uint8_t high[32];
    uint8_t q[128];
} ck_q5_k;
_Static_assert(sizeof(ck_q5_k) == 176, "Q5_K block");

/*
 * value = d * scale * (q - 32), one signed 8-bit scale per 16 values; 6.5625 bits a weight.
 * Per half of 128 values, with i < 32: the low four bits of values i, i+32, i+64, i+96 are
 * low[i] & 15, low[i+32] & 15, low[i] >> 4, low[i+32] >> 4; their upper two bits are bits
 * 0-1, 2-3, 4-5, 6-7 of high[i].
 */
typedef struct __attribute__((packed)) ck_q6_k {
    uint8_t low[128];
    uint8_t high[64];
    int8_t scales[16];
    uint16_t d;
} ck_q6_k;
_Static_assert(sizeof(ck_q6_k) == 210, "Q6_K block");

/*
 * value = d * (scale - 32) * ck_iq4_values[q], one 6-bit scale per 32 values, whose nibbles are in
 * 16 bytes of their own, placed as in Q4_0. The low four bits of scale i are nibble i of low, the
 * upper two bits 2i and 2i + 1 of high; 4.25 bits a weight.
 */
typedef struct __attribute__((packed)) ck_iq4_xs {
    uint16_t d;
    uint16_t high;
    uint8_t low[4];
    uint8_t q[128];
} ck_iq4_xs;
_Static_assert(sizeof(ck_iq4_xs) == 136, "IQ4_XS block");

/*
 * IQ1, IQ2, IQ3: bits that choose entries of grids, signs, and scales; grids.h reads them.
 * 2.0625, 2.3125, 2.5625, 3.0625, 3.4375, 1.5625 and 1.75 bits a weight.
 */
typedef struct __attribute__((packed)) ck_iq2_xxs {
    uint16_t d;
    struct __attribute__((packed)) {
        uint8_t index[4]; /* one for 8 values */
        uint32_t signs;   /* 7 bits for 8 values; above them the scale of all 32 */
    } parts[8];
} ck_iq2_xxs;
_Static_assert(sizeof(ck_iq2_xxs) == 66, "IQ2_XXS block");

typedef struct __attribute__((packed)) ck_iq2_xs {
    uint16_t d;
    uint16_t q[32];    /* for 8 values: 9 bits of index, 7 of signs */
    uint8_t scales[8]; /* nibbles, each for 16 values */
} ck_iq2_xs;
_Static_assert(sizeof(ck_iq2_xs) == 74, "IQ2_XS block");

typedef struct __attribute__((packed)) ck_iq2_s {
    uint16_t d;
    uint8_t index[32];
    uint8_t signs[32];
    uint8_t high[8]; /* two more bits for each index */
    uint8_t scales[8];
} ck_iq2_s;
_Static_assert(sizeof(ck_iq2_s) == 82, "IQ2_S block");

typedef struct __attribute__((packed)) ck_iq3_xxs {
    uint16_t d;
    uint8_t index[64]; /* one for 4 values */
    uint32_t signs[8]; /* as in IQ2_XXS */
} ck_iq3_xxs;
_Static_assert(sizeof(ck_iq3_xxs) == 98, "IQ3_XXS block");

typedef struct __attribute__((packed)) ck_iq3_s {
    uint16_t d;
    uint8_t index[64];
    uint8_t high[8]; /* one more bit for each index */
    uint8_t signs[32];
    uint8_t scales[4]; /* nibbles, each for 32 values */
} ck_iq3_s;
_Static_assert(sizeof(ck_iq3_s) == 110, "IQ3_S block");

typedef struct __attribute__((packed)) ck_iq1_s {
    uint16_t d;
    uint8_t index[32];
    uint16_t high[8]; /* for 32 values: three more bits for each index, scale, shift */
} ck_iq1_s;
_Static_assert(sizeof(ck_iq1_s) == 50, "IQ1_S block");

typedef struct __attribute__((packed)) ck_iq1_m {
    uint8_t index[32];
    uint8_t high[16];   /* nibbles: three more bits for each index, shift */
    uint16_t scales[4]; /* four scales of three bits, and above them four bits of d */
} ck_iq1_m;
_Static_assert(sizeof(ck_iq1_m) == 56, "IQ1_M block");

/*
 * 256 activations of a K format: value = d * q with -127 <= q <= 127. The biases let unsigned
 * weights be multiplied as if signed: started from bias4, bias5, bias6, a sum of products with
 * q of Q4_K, Q5_K, Q6_K becomes one with q - 8, q - 16, q - 32. Each covers as many columns as
 * keep the result in 16 bits: 32 * 8 * 127 = 16 * 16 * 127 = 8 * 32 * 127 = 32512.
 */
typedef struct ck_act256 {
    int8_t q[256];
    int32_t bias4[8];  /* -8 * sum of q over 32 values */
    int32_t bias5[16]; /* -16 * sum of q over 16 values */
    int32_t bias6[32]; /* -32 * sum of q over 8 values */
    int16_t sums32[8]; /* sum of q over 32 values */
    float d;
    int32_t unused[3];
} ck_act256;
_Static_assert(sizeof(ck_act256) == 512, "packed activations");

/*
 * A row of n activations for formats with blocks of 32: value = d * q with -127 <= q <= 127.
 * int8_t q[n]; float d[n / 32]; int32_t bias[n / 32], bias = -128 * sum of q over the block.
 */
static inline const float *ck_act32_scales(const void *row, size_t n) {
    return (const float *)((const char *)row + n);
}

static inline const int32_t *ck_act32_bias(const void *row, size_t n) {
    return (const int32_t *)((const char *)row + n + n / 32 * sizeof(float));
}

/* Activation kinds, `ck_format_kernels.activation_kind`. */
enum { CK_ACT_FLOAT = 0, CK_ACT_32 = 1, CK_ACT_256 = 2 };

/*
 * Scale i of a Q3_K block: low four bits in the low nibble of byte i, for i >= 8 the high nibble of
 * byte i - 8; upper two in bits 0-1, 2-3, 4-5, 6-7 of byte 8 + i % 4, by fours.
 */
static inline int ck_q3_scale(const uint8_t packed[12], int i) {
    return (packed[i % 8] >> (i / 8 * 4) & 15) | (packed[8 + i % 4] >> (i / 4 * 2) & 3) << 4;
}

/* Scale i of an IQ4_XS block. */
static inline int ck_iq4_scale(const ck_iq4_xs *block, int i) {
    return (block->low[i / 2] >> (i % 2 * 4) & 15) | (block->high >> (2 * i) & 3) << 4;
}

/*
 * Splits the 12 bytes of a Q4_K or Q5_K block into 8 scales and 8 minimums of 6 bits.
 * Bytes 0-3 and 4-7 hold scales and minimums 0-3 in their low 6 bits; bytes 8-11 hold the low
 * four bits of scales (low nibble) and minimums (high nibble) 4-7, whose upper two bits are the
 * upper two of bytes 0-3 and 4-7.
 */
static inline void ck_k_scales(const uint8_t packed[12], uint8_t scales[8], uint8_t minimums[8]) {
    for (int i = 0; i < 4; i++) {
        scales[i] = packed[i] & 63;
        minimums[i] = packed[i + 4] & 63;
        scales[i + 4] = (uint8_t)((packed[i + 8] & 15) | (packed[i] >> 6) << 4);
        minimums[i + 4] = (uint8_t)(packed[i + 8] >> 4 | (packed[i + 4] >> 6) << 4);
    }
}

#endif
