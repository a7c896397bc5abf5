/* Target attributes and initialisers of the 64-bit ARM kernels. NEON needs no attribute there. */
#ifndef CK_ARM_H
#define CK_ARM_H

#include "../families.h"

/* Functions from here to CK_END are compiled for the dot product, whatever the flags are. */
#define CK_BEGIN_DOTPROD                                                                          \
    _Pragma("clang attribute push(__attribute__((target(\"dotprod\"))), apply_to = function)")
#define CK_END _Pragma("clang attribute pop")

void ck_init_vector_neon(ck_table *table);
void ck_init_matmul_neon(ck_table *table);
void ck_init_matmul_dotprod(ck_table *table);

#endif
