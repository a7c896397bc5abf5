/* Rotary position embedding (Su et al. 2021, arXiv:2104.09864), both pairings. */
#include "../families.h"

#include <assert.h>
#include <math.h>

static void rope(float *x, size_t heads, size_t head_size, size_t rotary_dims, const float *cos,
                 const float *sin, bool neox) {
    assert(rotary_dims % 2 == 0 && rotary_dims <= head_size);
    size_t half = rotary_dims / 2;
    for (size_t head = 0; head < heads; head++, x += head_size) {
        for (size_t i = 0; i < half; i++) {
            float *first = neox ? x + i : x + 2 * i;
            float *second = neox ? x + i + half : x + 2 * i + 1;
            float a = *first, b = *second;
            *first = fmaf(a, cos[i], -(b * sin[i]));
            *second = fmaf(a, sin[i], b * cos[i]);
        }
    }
}

void ck_init_rope_scalar(ck_table *table) {
    table->kernels.rope = rope;
}
