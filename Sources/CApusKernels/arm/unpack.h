/*
 * Blocks of weights in NEON registers: signed bytes in row order; layouts: blocks.h.
 * Included after a target has been pushed, where there is one.
 */
#ifndef CK_ARM_UNPACK_H
#define CK_ARM_UNPACK_H

#include "../grids.h"

#include <string.h>

/* 256 signed values in row order and what they are multiplied with. */
typedef struct n_block {
    int8x16_t q[16];
    int16_t scales[16]; /* 8 for 32 values each, or 16 for 16 each: n_scales_sixteen */
    int16_t minimums[16];
    float d, dmin;
} n_block;

CK_INLINE float n_half(uint16_t bits) {
    _Float16 half;
    memcpy(&half, &bits, sizeof half);
    return (float)half;
}

CK_INLINE void n_unpack_affine(uint32_t format, const void *from, n_block *to) {
    const ck_q4_k *four = from;
    const ck_q5_k *five = from;
    const uint8_t *packed = format == CK_Q5_K ? five->q : four->q;
    const uint8x16_t nibble = vdupq_n_u8(15);
    for (int i = 0; i < 8; i++) {
        uint8x16_t both = vld1q_u8(packed + 16 * i);
        uint8x16_t low = vandq_u8(both, nibble), high = vshrq_n_u8(both, 4);
        int sub = i / 2 * 2;
        if (format == CK_Q5_K) {
            uint8x16_t bits = vld1q_u8(five->high + i % 2 * 16);
            uint8x16_t one = vdupq_n_u8((uint8_t)(1 << sub));
            uint8x16_t two = vdupq_n_u8((uint8_t)(2 << sub));
            low = vorrq_u8(low, vandq_u8(vtstq_u8(bits, one), vdupq_n_u8(16)));
            high = vorrq_u8(high, vandq_u8(vtstq_u8(bits, two), vdupq_n_u8(16)));
        }
        to->q[2 * sub + i % 2] = vreinterpretq_s8_u8(low);
        to->q[2 * sub + 2 + i % 2] = vreinterpretq_s8_u8(high);
    }
    uint8_t scales[8], minimums[8];
    ck_k_scales(four->scales, scales, minimums); /* Q5_K starts like Q4_K */
    for (int i = 0; i < 8; i++) {
        to->scales[i] = scales[i];
        to->minimums[i] = minimums[i];
    }
    to->d = n_half(four->d);
    to->dmin = n_half(four->dmin);
}

CK_INLINE void n_unpack_q6_k(const ck_q6_k *from, n_block *to) {
    const uint8x16_t nibble = vdupq_n_u8(15), pair = vdupq_n_u8(0x30);
    for (int half = 0; half < 2; half++) {
        for (int i = 0; i < 2; i++) { /* 16 of the 32 bytes that hold bits of every part */
            uint8x16_t high = vld1q_u8(from->high + 32 * half + 16 * i);
            uint8x16_t first = vld1q_u8(from->low + 64 * half + 16 * i);
            uint8x16_t second = vld1q_u8(from->low + 64 * half + 32 + 16 * i);
            uint8x16_t parts[4] = {
                vorrq_u8(vandq_u8(first, nibble), vandq_u8(vshlq_n_u8(high, 4), pair)),
                vorrq_u8(vandq_u8(second, nibble), vandq_u8(vshlq_n_u8(high, 2), pair)),
                vorrq_u8(vshrq_n_u8(first, 4), vandq_u8(high, pair)),
                vorrq_u8(vshrq_n_u8(second, 4), vandq_u8(vshrq_n_u8(high, 2), pair)),
            };
            for (int part = 0; part < 4; part++) {
                to->q[8 * half + 2 * part + i] =
                    vsubq_s8(vreinterpretq_s8_u8(parts[part]), vdupq_n_s8(32));
            }
        }
    }
    for (int i = 0; i < 16; i++) {
        to->scales[i] = from->scales[i];
    }
    to->d = n_half(from->d);
}

/* Pairs of bits of Q2_K and Q3_K; the third bit of the latter. */
CK_INLINE void n_unpack_pairs(const uint8_t packed[64], const uint8_t *high, n_block *to) {
    for (int i = 0; i < 16; i++) { /* half, part, and which 16 of 32 values */
        int half = i / 8, part = i / 2 % 4, side = i % 2;
        int8x16_t shift = vdupq_n_s8((int8_t)(-2 * part));
        uint8x16_t q = vshlq_u8(vld1q_u8(packed + 32 * half + 16 * side), shift);
        q = vandq_u8(q, vdupq_n_u8(3));
        if (high == NULL) {
            to->q[i] = vreinterpretq_s8_u8(q);
            continue;
        }
        uint8x16_t bit = vdupq_n_u8((uint8_t)(1 << (i / 2)));
        uint8x16_t set = vtstq_u8(vld1q_u8(high + 16 * side), bit);
        q = vorrq_u8(q, vandq_u8(set, vdupq_n_u8(4)));
        to->q[i] = vsubq_s8(vreinterpretq_s8_u8(q), vdupq_n_s8(4));
    }
}

CK_INLINE void n_unpack_q2_k(const ck_q2_k *from, n_block *to) {
    n_unpack_pairs(from->q, NULL, to);
    for (int i = 0; i < 16; i++) {
        to->scales[i] = from->scales[i] & 15;
        to->minimums[i] = from->scales[i] >> 4;
    }
    to->d = n_half(from->d);
    to->dmin = n_half(from->dmin);
}

CK_INLINE void n_unpack_q3_k(const ck_q3_k *from, n_block *to) {
    n_unpack_pairs(from->q, from->high, to);
    for (int i = 0; i < 16; i++) {
        to->scales[i] = (int16_t)(ck_q3_scale(from->scales, i) - 32);
    }
    to->d = n_half(from->d);
}

CK_INLINE void n_unpack_iq4_xs(const ck_iq4_xs *from, n_block *to) {
    const int8x16_t values = vld1q_s8(ck_iq4_values);
    for (int i = 0; i < 8; i++) {
        uint8x16_t both = vld1q_u8(from->q + 16 * i);
        to->q[2 * i] = vqtbl1q_s8(values, vandq_u8(both, vdupq_n_u8(15)));
        to->q[2 * i + 1] = vqtbl1q_s8(values, vshrq_n_u8(both, 4));
        to->scales[i] = (int16_t)(ck_iq4_scale(from, i) - 32);
    }
    to->d = n_half(from->d);
}

CK_INLINE void n_unpack_grid(uint32_t format, const void *from, n_block *to) {
    ck_grid_block unpacked;
    ck_unpack_grid(format, from, &unpacked);
    for (int i = 0; i < 16; i++) {
        to->q[i] = vld1q_s8(unpacked.q + 16 * i);
        to->scales[i] = unpacked.scales[i];
    }
    to->d = unpacked.factor;
}

CK_INLINE void n_unpack(uint32_t format, const void *from, n_block *to) {
    if (ck_is_grid(format)) {
        n_unpack_grid(format, from, to);
        return;
    }
    switch (format) {
    case CK_Q2_K:
        n_unpack_q2_k(from, to);
        break;
    case CK_Q3_K:
        n_unpack_q3_k(from, to);
        break;
    case CK_IQ4_XS:
        n_unpack_iq4_xs(from, to);
        break;
    case CK_Q6_K:
        n_unpack_q6_k(from, to);
        break;
    default:
        n_unpack_affine(format, from, to);
    }
}

CK_INLINE bool n_scales_sixteen(uint32_t format) {
    return format == CK_Q2_K || format == CK_Q3_K || format == CK_Q6_K || ck_is_grid(format);
}

/* A block of 32: signed values in row order; value = d * q + m. */
typedef struct n_small {
    int8x16_t low, high;
    float d, m;
} n_small;

CK_INLINE bool n_is_small(uint32_t format) {
    return format < CK_Q2_K || format == CK_IQ4_NL || format == CK_MXFP4;
}

CK_INLINE bool n_has_minimum(uint32_t format) {
    return format == CK_Q4_1 || format == CK_Q5_1;
}

/* 16 for each of 16 bits that is set. */
CK_INLINE uint8x16_t n_sixteens(uint32_t bits) {
    const uint8x16_t bit = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
    uint8x16_t spread = vcombine_u8(vdup_n_u8((uint8_t)bits), vdup_n_u8((uint8_t)(bits >> 8)));
    return vandq_u8(vtstq_u8(spread, bit), vdupq_n_u8(16));
}

/* Nibbles that stand for values in a table. */
CK_INLINE n_small n_unpack_table(uint32_t format, const char *from) {
    n_small to = {.m = 0};
    const int8x16_t table = vld1q_s8(format == CK_IQ4_NL ? ck_iq4_values : ck_fp4_values);
    if (format == CK_IQ4_NL) {
        to.d = n_half(((const ck_iq4_nl *)from)->d);
    } else {
        to.d = ck_exponent_to_f32(((const ck_mxfp4 *)from)->e);
    }
    uint8x16_t both = vld1q_u8((const uint8_t *)from + ck_block_bytes(format) - 16);
    uint8x16_t low = vandq_u8(both, vdupq_n_u8(15)), high = vshrq_n_u8(both, 4);
    if (format == CK_MXFP4_PAIRS) {
        both = low;
        low = vzip1q_u8(both, high);
        high = vzip2q_u8(both, high);
    }
    to.low = vqtbl1q_s8(table, low);
    to.high = vqtbl1q_s8(table, high);
    return to;
}

CK_INLINE n_small n_unpack_small(uint32_t format, const char *from) {
    if (format == CK_IQ4_NL || format == CK_MXFP4 || format == CK_MXFP4_PAIRS) {
        return n_unpack_table(format, from);
    }
    n_small to;
    uint16_t halves[2];
    memcpy(halves, from, sizeof halves);
    to.d = n_half(halves[0]);
    to.m = n_has_minimum(format) ? n_half(halves[1]) : 0;
    if (format == CK_Q8_0) {
        to.low = vld1q_s8(((const ck_q8_0 *)from)->q);
        to.high = vld1q_s8(((const ck_q8_0 *)from)->q + 16);
        return to;
    }
    const char *nibbles = from + ck_block_bytes(format) - 16;
    uint8x16_t both = vld1q_u8((const uint8_t *)nibbles);
    uint8x16_t low = vandq_u8(both, vdupq_n_u8(15)), high = vshrq_n_u8(both, 4);
    if (format == CK_Q5_0 || format == CK_Q5_1) {
        uint32_t bits;
        memcpy(&bits, nibbles - sizeof bits, sizeof bits);
        low = vorrq_u8(low, n_sixteens(bits));
        high = vorrq_u8(high, n_sixteens(bits >> 16));
    }
    const int8x16_t excess = vdupq_n_s8(format == CK_Q4_0 ? 8 : format == CK_Q5_0 ? 16 : 0);
    to.low = vsubq_s8(vreinterpretq_s8_u8(low), excess);
    to.high = vsubq_s8(vreinterpretq_s8_u8(high), excess);
    return to;
}

#endif
