/* Half floats and bfloat16 as bits, without hardware support. */
#ifndef CK_HALF_H
#define CK_HALF_H

#include <stdint.h>
#include <string.h>

static inline float ck_bits_to_f32(uint32_t bits) {
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static inline uint32_t ck_f32_to_bits(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

/* Exact; a signalling NaN becomes quiet, as in hardware. */
static inline float ck_half_to_f32(uint16_t half) {
    uint32_t sign = (uint32_t)(half & 0x8000) << 16;
    uint32_t magnitude = half & 0x7FFF;
    if (magnitude > 0x7C00) {
        return ck_bits_to_f32(sign | 0x7FC00000 | (magnitude & 0x3FF) << 13);
    }
    if (magnitude == 0x7C00) {
        return ck_bits_to_f32(sign | 0x7F800000);
    }
    if (magnitude < 0x400) { /* zero and subnormal: magnitude * 2^-24 */
        float value = (float)magnitude * 0x1p-24F;
        return ck_bits_to_f32(sign | ck_f32_to_bits(value));
    }
    return ck_bits_to_f32(sign | ((magnitude << 13) + (112U << 23)));
}

/* Rounds to nearest even. */
static inline uint16_t ck_f32_to_half(float value) {
    uint32_t bits = ck_f32_to_bits(value);
    uint16_t sign = (uint16_t)(bits >> 16 & 0x8000);
    uint32_t magnitude = bits & 0x7FFFFFFF;
    if (magnitude > 0x7F800000) {
        return (uint16_t)(sign | 0x7E00 | (magnitude >> 13 & 0x3FF));
    }
    if (magnitude >= 0x477FF000) { /* 65520 and above */
        return sign | 0x7C00;
    }
    if (magnitude < 0x38800000) { /* below 2^-14: adding 0.5 leaves the rounded mantissa */
        float shifted = ck_bits_to_f32(magnitude) + 0.5F;
        return (uint16_t)(sign | (ck_f32_to_bits(shifted) - 0x3F000000));
    }
    uint32_t odd = magnitude >> 13 & 1;
    return (uint16_t)(sign | (magnitude - (112U << 23) + 0xFFF + odd) >> 13);
}

static inline float ck_bfloat_to_f32(uint16_t bfloat) {
    return ck_bits_to_f32((uint32_t)bfloat << 16);
}

/* Rounds to nearest even; NaN stays NaN. */
static inline uint16_t ck_f32_to_bfloat(float value) {
    uint32_t bits = ck_f32_to_bits(value);
    if ((bits & 0x7FFFFFFF) > 0x7F800000) {
        return (uint16_t)(bits >> 16 | 0x40);
    }
    return (uint16_t)((bits + 0x7FFF + (bits >> 16 & 1)) >> 16);
}

/* 2^(exponent - 128), of which the two smallest are subnormal. */
static inline float ck_exponent_to_f32(uint8_t exponent) {
    uint32_t normal = ((uint32_t)exponent - 1) << 23;
    return ck_bits_to_f32(exponent < 2 ? (uint32_t)0x200000 << exponent : normal);
}

#endif
