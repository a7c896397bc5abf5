/*
 * One block of a K format in registers: 256 values of 8 bits without their scales, in row order,
 * and the 16-bit scales. Included between CK_BEGIN_AVX2 and CK_END.
 */
#ifndef CK_UNPACK_AVX2_H
#define CK_UNPACK_AVX2_H

#include "k_blocks.h"

typedef struct k_block {
    /*
     * Unsigned values: 0..3 (Q2_K), 0..15 (Q4_K), 0..31 (Q5_K), 0..7 meaning -4..3 (Q3_K), 0..63
     * meaning -32..31 (Q6_K); signed ones where `k_is_signed`.
     */
    __m256i q[8];
    /* Q4_K, Q5_K: 8 scales, then 8 minimums. IQ4_XS: 8 scales. Others: 16 scales. */
    __m256i scales;
    /* Q2_K. */
    __m256i minimums;
    /* IQ1, IQ2, IQ3. */
    float factor;
} k_block;

CK_INLINE __m256i k_load(const void *from) {
    return _mm256_loadu_si256((const __m256i *)from);
}

CK_INLINE k_block k_unpack_q6_k(const ck_q6_k *block) {
    const __m256i nibble = _mm256_set1_epi8(15), pair = _mm256_set1_epi8(0x30);
    k_block k;
    for (int half = 0; half < 2; half++) {
        __m256i high = k_load(block->high + 32 * half);
        for (int part = 0; part < 4; part++) {
            __m256i low = k_load(block->low + 64 * half + part % 2 * 32);
            low = _mm256_and_si256(part < 2 ? low : _mm256_srli_epi16(low, 4), nibble);
            __m256i upper = part == 0   ? _mm256_slli_epi16(high, 4)
                            : part == 1 ? _mm256_slli_epi16(high, 2)
                            : part == 2 ? high
                                        : _mm256_srli_epi16(high, 2);
            k.q[4 * half + part] = _mm256_or_si256(low, _mm256_and_si256(upper, pair));
        }
    }
    k.scales = _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)block->scales));
    return k;
}

/* Pairs of bits of Q2_K and Q3_K. */
CK_INLINE void k_unpack_pairs(const uint8_t packed[64], __m256i q[8]) {
    const __m256i pair = _mm256_set1_epi8(3);
    for (int half = 0; half < 2; half++) {
        __m256i all = k_load(packed + 32 * half);
        for (int part = 0; part < 4; part++) {
            q[4 * half + part] = _mm256_and_si256(_mm256_srli_epi16(all, 2 * part), pair);
        }
    }
}

CK_INLINE k_block k_unpack_q2_k(const ck_q2_k *block) {
    k_block k;
    k_unpack_pairs(block->q, k.q);
    k.scales = k_scales_q2(block);
    k.minimums = k_minimums_q2(block);
    return k;
}

/* Adds `value` to the values whose bit i is set in `high`, for the vectors i of q. */
CK_INLINE void k_add_bits(const uint8_t high[32], char value, __m256i q[8]) {
    __m256i bits = k_load(high);
    for (int i = 0; i < 8; i++) {
        __m256i bit = _mm256_set1_epi8((char)(1 << i));
        __m256i set = _mm256_cmpeq_epi8(_mm256_and_si256(bits, bit), bit);
        q[i] = _mm256_or_si256(q[i], _mm256_and_si256(set, _mm256_set1_epi8(value)));
    }
}

CK_INLINE k_block k_unpack_q3_k(const ck_q3_k *block) {
    k_block k;
    k_unpack_pairs(block->q, k.q);
    k_add_bits(block->high, 4, k.q);
    k.scales = k_scales_q3(block->scales);
    return k;
}

CK_INLINE k_block k_unpack_iq4_xs(const ck_iq4_xs *block) {
    const __m256i values = _mm256_setr_epi8(CK_IQ4_VALUES, CK_IQ4_VALUES);
    k_block k;
    for (int i = 0; i < 8; i++) {
        __m128i packed = _mm_loadu_si128((const __m128i *)(block->q + 16 * i));
        __m256i both = _mm256_set_m128i(_mm_srli_epi16(packed, 4), packed);
        k.q[i] = _mm256_shuffle_epi8(values, _mm256_and_si256(both, _mm256_set1_epi8(15)));
    }
    k.scales = k_scales_iq4(block);
    return k;
}

CK_INLINE k_block k_unpack_q4_q5(uint32_t format, const void *block) {
    const ck_q5_k *five = block;
    const ck_q4_k *four = block;
    const uint8_t *packed = format == CK_Q5_K ? five->q : four->q;
    const __m256i nibble = _mm256_set1_epi8(15);
    k_block k;
    for (int i = 0; i < 4; i++) {
        __m256i both = k_load(packed + 32 * i);
        k.q[2 * i] = _mm256_and_si256(both, nibble);
        k.q[2 * i + 1] = _mm256_and_si256(_mm256_srli_epi16(both, 4), nibble);
    }
    if (format == CK_Q5_K) {
        k_add_bits(five->high, 16, k.q);
    }
    k.scales = k_scales(four->scales); /* Q5_K starts alike */
    return k;
}

CK_INLINE k_block k_unpack_grid(uint32_t format, const void *block) {
    ck_grid_block unpacked;
    ck_unpack_grid(format, block, &unpacked);
    k_block k;
    for (int i = 0; i < 8; i++) {
        k.q[i] = k_load(unpacked.q + 32 * i);
    }
    k.scales = k_load(unpacked.scales);
    k.factor = unpacked.factor;
    return k;
}

CK_INLINE k_block k_unpack(uint32_t format, const void *block) {
    if (ck_is_grid(format)) {
        return k_unpack_grid(format, block);
    }
    switch (format) {
    case CK_Q2_K:
        return k_unpack_q2_k(block);
    case CK_Q3_K:
        return k_unpack_q3_k(block);
    case CK_Q6_K:
        return k_unpack_q6_k(block);
    case CK_IQ4_XS:
        return k_unpack_iq4_xs(block);
    default:
        return k_unpack_q4_q5(format, block);
    }
}

/* 16-bit scale of each pair of neighbouring values of q[i]. */
CK_INLINE __m256i k_spread(uint32_t format, __m256i scales, int i) {
    if (k_scales_sixteen(format)) { /* two scales: 2i for the lower, 2i + 1 for the upper half */
        __m128i eight =
            i < 4 ? _mm256_castsi256_si128(scales) : _mm256_extracti128_si256(scales, 1);
        short low = (short)(0x0100 + 0x0404 * (i % 4)), high = (short)(low + 0x0202);
        __m256i index = _mm256_set_m128i(_mm_set1_epi16(high), _mm_set1_epi16(low));
        return _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(eight), index);
    }
    __m256i eight = _mm256_broadcastsi128_si256(_mm256_castsi256_si128(scales));
    return _mm256_shuffle_epi8(eight, _mm256_set1_epi16((short)(0x0100 + 0x0202 * i)));
}

#endif
