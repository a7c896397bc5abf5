/* Products with quantized weights for plain NEON; see matmul.h. */
#if defined(__aarch64__)

#include "arm.h"

#include <arm_neon.h>

/* sum + products of 16 bytes, four to a lane in some order */
CK_INLINE int32x4_t n_dot(int32x4_t sum, int8x16_t a, int8x16_t b) {
    int16x8_t low = vmull_s8(vget_low_s8(a), vget_low_s8(b));
    int16x8_t high = vmull_s8(vget_high_s8(a), vget_high_s8(b));
    return vpadalq_s16(vpadalq_s16(sum, low), high);
}

#include "matmul.h"

void ck_init_matmul_neon(ck_table *table) {
    n_init_matmul(table);
}

#endif
