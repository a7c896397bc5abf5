/* The kernels of vector/ for AVX2, FMA and F16C. */
#if defined(__x86_64__)

#include "x86.h"

CK_BEGIN_AVX2

#define CK_TILE_ROWS 2
#define CK_TILE_TOKENS 3
#define CK_ATTENTION_ROWS 6
#define CK_ATTENTION_VECTORS 1

#include "../vector/activation.h"
#include "../vector/attention.h"
#include "../vector/convert.h"
#include "../vector/matmul_float.h"
#include "../vector/norm.h"
#include "../vector/pack.h"
#include "../vector/rope.h"

void ck_init_vector_avx2(ck_table *table) {
    v_init_activation(table);
    v_init_attention(table);
    v_init_convert(table);
    v_init_matmul_float(table);
    v_init_norm(table);
    v_init_pack(table);
    v_init_rope(table);
    v_init_rows(table);
}

CK_END

#endif
