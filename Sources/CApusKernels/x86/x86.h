/* Target attributes and initialisers of the x86-64 kernels. */
#ifndef CK_X86_H
#define CK_X86_H

#include "../families.h"

/*
 * Functions from here to CK_END are compiled for the instruction set, whatever the flags are.
 * (AVX-512 BW brings F, AVX2, FMA and F16C.)
 */
#define CK_TARGET_AVX2 "avx2,fma,f16c"
#define CK_TARGET_AVX512 "avx512bw,avx512vl,avx512dq,avx512vnni,tune=znver4"
#define CK_PUSH(text) _Pragma(#text)
#define CK_PUSH_TARGET(text) CK_PUSH(clang attribute push(text, apply_to = function))
#define CK_BEGIN_AVX2 CK_PUSH_TARGET(__attribute__((target(CK_TARGET_AVX2))))
#define CK_BEGIN_AVX512 CK_PUSH_TARGET(__attribute__((target(CK_TARGET_AVX512))))
#define CK_END _Pragma("clang attribute pop")

/* The signature of ck_format_kernels.matmul. */
#define CK_MATMUL_FUNCTION(name)                                                                  \
    void name(const void *w, size_t w_row_bytes, const void *x, size_t x_row_bytes, float *y,     \
              size_t y_stride, size_t columns, size_t first_row, size_t last_row, size_t tokens)

/*
 * Few tokens, at most CK_STREAM_TOKENS, have kernels of their own: stream_block.h, stream_k.h.
 * `stream` there is inlined once for each number of tokens.
 */
enum { CK_STREAM_TOKENS = 3 };
#define CK_STREAM_FUNCTION(name, format)                                                          \
    CK_MATMUL_FUNCTION(CK_STREAM_NAME(name)) {                                                    \
        if (tokens == 1) {                                                                        \
            stream(format, w, w_row_bytes, x, x_row_bytes, y, y_stride, columns, first_row,       \
                   last_row, 1);                                                                  \
        } else if (tokens == 2) {                                                                 \
            stream(format, w, w_row_bytes, x, x_row_bytes, y, y_stride, columns, first_row,       \
                   last_row, 2);                                                                  \
        } else if (tokens == 3) {                                                                 \
            stream(format, w, w_row_bytes, x, x_row_bytes, y, y_stride, columns, first_row,       \
                   last_row, 3);                                                                  \
        }                                                                                         \
    }

CK_MATMUL_FUNCTION(ck_stream_q4_0_avx2);
CK_MATMUL_FUNCTION(ck_stream_q4_1_avx2);
CK_MATMUL_FUNCTION(ck_stream_q5_0_avx2);
CK_MATMUL_FUNCTION(ck_stream_q5_1_avx2);
CK_MATMUL_FUNCTION(ck_stream_q8_0_avx2);
CK_MATMUL_FUNCTION(ck_stream_iq4_nl_avx2);
CK_MATMUL_FUNCTION(ck_stream_mxfp4_avx2);
CK_MATMUL_FUNCTION(ck_stream_mxfp4_pairs_avx2);
CK_MATMUL_FUNCTION(ck_stream_q2_k_avx2);
CK_MATMUL_FUNCTION(ck_stream_q3_k_avx2);
CK_MATMUL_FUNCTION(ck_stream_iq4_xs_avx2);
CK_MATMUL_FUNCTION(ck_stream_iq1_s_avx2);
CK_MATMUL_FUNCTION(ck_stream_iq1_m_avx2);
CK_MATMUL_FUNCTION(ck_stream_iq2_xxs_avx2);
CK_MATMUL_FUNCTION(ck_stream_iq2_xs_avx2);
CK_MATMUL_FUNCTION(ck_stream_iq2_s_avx2);
CK_MATMUL_FUNCTION(ck_stream_iq3_xxs_avx2);
CK_MATMUL_FUNCTION(ck_stream_iq3_s_avx2);
CK_MATMUL_FUNCTION(ck_stream_q4_k_avx2);
CK_MATMUL_FUNCTION(ck_stream_q5_k_avx2);
CK_MATMUL_FUNCTION(ck_stream_q6_k_avx2);
CK_MATMUL_FUNCTION(ck_stream_q4_0_avx512);
CK_MATMUL_FUNCTION(ck_stream_q4_1_avx512);
CK_MATMUL_FUNCTION(ck_stream_q5_0_avx512);
CK_MATMUL_FUNCTION(ck_stream_q5_1_avx512);
CK_MATMUL_FUNCTION(ck_stream_q8_0_avx512);
CK_MATMUL_FUNCTION(ck_stream_iq4_nl_avx512);
CK_MATMUL_FUNCTION(ck_stream_mxfp4_avx512);
CK_MATMUL_FUNCTION(ck_stream_mxfp4_pairs_avx512);
CK_MATMUL_FUNCTION(ck_stream_q2_k_avx512);
CK_MATMUL_FUNCTION(ck_stream_q3_k_avx512);
CK_MATMUL_FUNCTION(ck_stream_iq4_xs_avx512);
CK_MATMUL_FUNCTION(ck_stream_iq1_s_avx512);
CK_MATMUL_FUNCTION(ck_stream_iq1_m_avx512);
CK_MATMUL_FUNCTION(ck_stream_iq2_xxs_avx512);
CK_MATMUL_FUNCTION(ck_stream_iq2_xs_avx512);
CK_MATMUL_FUNCTION(ck_stream_iq2_s_avx512);
CK_MATMUL_FUNCTION(ck_stream_iq3_xxs_avx512);
CK_MATMUL_FUNCTION(ck_stream_iq3_s_avx512);
CK_MATMUL_FUNCTION(ck_stream_q4_k_avx512);
CK_MATMUL_FUNCTION(ck_stream_q5_k_avx512);
CK_MATMUL_FUNCTION(ck_stream_q6_k_avx512);

void ck_init_matmul_block_avx2(ck_table *table);
void ck_init_matmul_k_avx2(ck_table *table);
void ck_init_matmul_block_avx512(ck_table *table);
void ck_init_matmul_k_avx512(ck_table *table);
void ck_init_vector_avx2(ck_table *table);
void ck_init_vector_avx512(ck_table *table);

#endif
