/* How large blocks are, for kernels that are made for several formats. */
#ifndef CK_BLOCK_BYTES_H
#define CK_BLOCK_BYTES_H

#include "blocks.h"
#include "families.h"

/* Bytes of a block of a quantized format. */
CK_INLINE size_t ck_block_bytes(uint32_t format) {
    switch (format) {
    case CK_Q4_0:
        return sizeof(ck_q4_0);
    case CK_Q4_1:
        return sizeof(ck_q4_1);
    case CK_Q5_0:
        return sizeof(ck_q5_0);
    case CK_Q5_1:
        return sizeof(ck_q5_1);
    case CK_Q8_0:
        return sizeof(ck_q8_0);
    case CK_IQ4_NL:
        return sizeof(ck_iq4_nl);
    case CK_MXFP4:
    case CK_MXFP4_PAIRS:
        return sizeof(ck_mxfp4);
    case CK_Q2_K:
        return sizeof(ck_q2_k);
    case CK_Q3_K:
        return sizeof(ck_q3_k);
    case CK_Q4_K:
        return sizeof(ck_q4_k);
    case CK_Q5_K:
        return sizeof(ck_q5_k);
    case CK_Q6_K:
        return sizeof(ck_q6_k);
    case CK_IQ4_XS:
        return sizeof(ck_iq4_xs);
    case CK_IQ1_S:
        return sizeof(ck_iq1_s);
    case CK_IQ1_M:
        return sizeof(ck_iq1_m);
    case CK_IQ2_XXS:
        return sizeof(ck_iq2_xxs);
    case CK_IQ2_XS:
        return sizeof(ck_iq2_xs);
    case CK_IQ2_S:
        return sizeof(ck_iq2_s);
    case CK_IQ3_XXS:
        return sizeof(ck_iq3_xxs);
    default:
        return sizeof(ck_iq3_s);
    }
}

#endif
