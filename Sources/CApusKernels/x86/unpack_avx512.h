/*
 * One block of a K format in registers: 256 values of 8 bits without their scales, in row order,
 * and the 16-bit scales. Included between CK_BEGIN_AVX512 and CK_END.
 */
#ifndef CK_UNPACK_AVX512_H
#define CK_UNPACK_AVX512_H

#include "k_blocks.h"

typedef struct k_block {
    /*
     * Unsigned values: 0..3 (Q2_K), 0..15 (Q4_K), 0..31 (Q5_K), 0..7 meaning -4..3 (Q3_K), 0..63
     * meaning -32..31 (Q6_K), 128 more than they mean where `k_is_signed`.
     */
    __m512i q[4];
    /* Q4_K, Q5_K: 8 scales, then 8 minimums. IQ4_XS: 8 scales. Others: 16 scales. */
    __m256i scales;
    /* Q2_K. */
    __m256i minimums;
    /* IQ1, IQ2, IQ3. */
    float factor;
} k_block;

/* 32 bytes twice, the second copy shifted down by 4 bits: sub-blocks 2k and 2k + 1. */
CK_INLINE __m512i k_nibbles(const uint8_t *q) {
    const __m512i shifts = _mm512_set_epi64(4, 4, 4, 4, 0, 0, 0, 0);
    __m512i both = _mm512_broadcast_i64x4(_mm256_loadu_si256((const __m256i *)q));
    return _mm512_and_si512(_mm512_srlv_epi64(both, shifts), _mm512_set1_epi8(15));
}

CK_INLINE k_block k_unpack_q4_k(const ck_q4_k *block) {
    k_block k;
    for (int i = 0; i < 4; i++) {
        k.q[i] = k_nibbles(block->q + 32 * i);
    }
    k.scales = k_scales(block->scales);
    return k;
}

/* Adds `value` to the values whose bit i is set in `high`, for the 32 values i of q. */
CK_INLINE void k_add_bits(const uint8_t high[32], char value, __m512i q[4]) {
    __m512i all = _mm512_broadcast_i64x4(_mm256_loadu_si256((const __m256i *)high));
    __m512i bits = _mm512_inserti64x4(_mm512_set1_epi8(1), _mm256_set1_epi8(2), 1);
    for (int i = 0; i < 4; i++) {
        __mmask64 set = _mm512_test_epi8_mask(all, _mm512_slli_epi16(bits, 2 * (unsigned)i));
        q[i] = _mm512_mask_add_epi8(q[i], set, q[i], _mm512_set1_epi8(value));
    }
}

CK_INLINE k_block k_unpack_q5_k(const ck_q5_k *block) {
    k_block k;
    for (int i = 0; i < 4; i++) {
        k.q[i] = k_nibbles(block->q + 32 * i);
    }
    k_add_bits(block->high, 16, k.q);
    k.scales = k_scales(block->scales);
    return k;
}

CK_INLINE k_block k_unpack_q6_k(const ck_q6_k *block) {
    const __m512i nibble = _mm512_set1_epi8(15), pair = _mm512_set1_epi8(0x30);
    k_block k;
    for (int half = 0; half < 2; half++) {
        __m512i low = _mm512_loadu_si512(block->low + 64 * half);
        __m512i high = _mm512_broadcast_i64x4(
            _mm256_loadu_si256((const __m256i *)(block->high + 32 * half)));
        __m512i first = _mm512_sllv_epi64(high, _mm512_set_epi64(2, 2, 2, 2, 4, 4, 4, 4));
        __m512i second = _mm512_srlv_epi64(high, _mm512_set_epi64(2, 2, 2, 2, 0, 0, 0, 0));
        /* 0xF8: a | b & c */
        k.q[2 * half] = _mm512_ternarylogic_epi64(_mm512_and_si512(low, nibble), first, pair, 0xF8);
        k.q[2 * half + 1] = _mm512_ternarylogic_epi64(
            _mm512_and_si512(_mm512_srli_epi16(low, 4), nibble), second, pair, 0xF8);
    }
    k.scales = _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)block->scales));
    return k;
}

/* Pairs of bits of Q2_K and Q3_K. */
CK_INLINE void k_unpack_pairs(const uint8_t packed[64], __m512i q[4]) {
    const __m512i pair = _mm512_set1_epi8(3);
    for (int half = 0; half < 2; half++) {
        __m512i all = _mm512_broadcast_i64x4(
            _mm256_loadu_si256((const __m256i *)(packed + 32 * half)));
        __m512i first = _mm512_srlv_epi64(all, _mm512_set_epi64(2, 2, 2, 2, 0, 0, 0, 0));
        __m512i second = _mm512_srlv_epi64(all, _mm512_set_epi64(6, 6, 6, 6, 4, 4, 4, 4));
        q[2 * half] = _mm512_and_si512(first, pair);
        q[2 * half + 1] = _mm512_and_si512(second, pair);
    }
}

CK_INLINE k_block k_unpack_q2_k(const ck_q2_k *block) {
    k_block k;
    k_unpack_pairs(block->q, k.q);
    k.scales = k_scales_q2(block);
    k.minimums = k_minimums_q2(block);
    return k;
}

CK_INLINE k_block k_unpack_q3_k(const ck_q3_k *block) {
    k_block k;
    k_unpack_pairs(block->q, k.q);
    k_add_bits(block->high, 4, k.q);
    k.scales = k_scales_q3(block->scales);
    return k;
}

CK_INLINE k_block k_unpack_iq4_xs(const ck_iq4_xs *block) {
    const __m512i values = _mm512_xor_si512(
        _mm512_broadcast_i32x4(_mm_setr_epi8(CK_IQ4_VALUES)), _mm512_set1_epi8(-128));
    const __m512i order = _mm512_set_epi64(3, 2, 3, 2, 1, 0, 1, 0);
    const __m512i shifts = _mm512_set_epi64(4, 4, 0, 0, 4, 4, 0, 0);
    k_block k;
    for (int i = 0; i < 4; i++) {
        __m256i packed = _mm256_loadu_si256((const __m256i *)(block->q + 32 * i));
        __m512i both = _mm512_permutexvar_epi64(order, _mm512_castsi256_si512(packed));
        both = _mm512_and_si512(_mm512_srlv_epi64(both, shifts), _mm512_set1_epi8(15));
        k.q[i] = _mm512_shuffle_epi8(values, both);
    }
    k.scales = k_scales_iq4(block);
    return k;
}

CK_INLINE k_block k_unpack_grid(uint32_t format, const void *block) {
    ck_grid_block unpacked;
    ck_unpack_grid(format, block, &unpacked);
    k_block k;
    for (int i = 0; i < 4; i++) {
        __m512i q = _mm512_loadu_si512(unpacked.q + 64 * i);
        k.q[i] = _mm512_xor_si512(q, _mm512_set1_epi8(-128));
    }
    k.scales = _mm256_loadu_si256((const __m256i *)unpacked.scales);
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
    case CK_IQ4_XS:
        return k_unpack_iq4_xs(block);
    case CK_Q4_K:
        return k_unpack_q4_k(block);
    case CK_Q5_K:
        return k_unpack_q5_k(block);
    default:
        return k_unpack_q6_k(block);
    }
}

#endif
