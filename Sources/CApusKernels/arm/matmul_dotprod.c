/* Products with quantized weights for NEON with the Armv8.2 dot product; see matmul.h. */
#if defined(__aarch64__)

#include "arm.h"

CK_BEGIN_DOTPROD

#include <arm_neon.h>

/* sum + products of 16 bytes, four to a lane */
CK_INLINE int32x4_t n_dot(int32x4_t sum, int8x16_t a, int8x16_t b) {
    return vdotq_s32(sum, a, b);
}

#include "matmul.h"

CK_END

void ck_init_matmul_dotprod(ck_table *table) {
    n_init_matmul(table);
}

#endif
