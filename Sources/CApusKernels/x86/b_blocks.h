/* What kernels of blocks of 32 share. Included after a target has been pushed. */
#ifndef CK_B_BLOCKS_H
#define CK_B_BLOCKS_H

#include "../blocks.h"

#include <immintrin.h>
#include <string.h>

CK_INLINE size_t b_bytes(uint32_t format) {
    return format == CK_Q4_0 ? sizeof(ck_q4_0) : sizeof(ck_q8_0);
}

/* Activations of one token, from the current 16 blocks on. */
typedef struct group_activations {
    const int8_t *q;
    const float *scales;
    const int32_t *bias;
} group_activations;

CK_INLINE short b_scale(uint32_t format, const char *w, size_t block) {
    short half;
    memcpy(&half, w + block * b_bytes(format), sizeof half);
    return half;
}

/* Scales of 16 neighbouring blocks, as halves. */
CK_INLINE __m256i b_scales(uint32_t format, const char *w) {
#define S(i) b_scale(format, w, i)
    return _mm256_set_epi16(S(15), S(14), S(13), S(12), S(11), S(10), S(9), S(8), S(7), S(6), S(5),
                            S(4), S(3), S(2), S(1), S(0));
#undef S
}

#endif
