/*
 * Every family of kernels has one `ck_init_<family>_<isa>` that overwrites its entries of the
 * table under construction. table.c calls them in ascending order of instruction sets.
 */
#ifndef CK_FAMILIES_H
#define CK_FAMILIES_H

#include "ck_kernels.h"

/* Products and sums are fused where the source says so and nowhere else. */
#pragma STDC FP_CONTRACT OFF

#define CK_INLINE static inline __attribute__((always_inline))

/* A table while it is filled: `formats` has CK_FORMAT_SLOTS entries. */
typedef struct ck_table {
    ck_kernels kernels;
    ck_format_kernels formats[CK_FORMAT_SLOTS];
} ck_table;

void ck_init_activation_scalar(ck_table *table);
void ck_init_attention_scalar(ck_table *table);
void ck_init_convert_scalar(ck_table *table);
void ck_init_grid_scalar(ck_table *table);
void ck_init_matmul_block_scalar(ck_table *table);
void ck_init_matmul_float_scalar(ck_table *table);
void ck_init_matmul_k_scalar(ck_table *table);
void ck_init_norm_scalar(ck_table *table);
void ck_init_pack_scalar(ck_table *table);
void ck_init_quantize_k_scalar(ck_table *table);
void ck_init_quantize_scalar(ck_table *table);
void ck_init_rope_scalar(ck_table *table);
void ck_init_rows_scalar(ck_table *table);
void ck_init_unpack_scalar(ck_table *table);

#endif
