/* CPU features, read once. */
#ifndef CK_CPU_H
#define CK_CPU_H

#include <stdbool.h>

/* AVX2, FMA and F16C. */
bool ck_cpu_has_avx2(void);

/* AVX-512 F, BW, VL, DQ and VNNI, and all of `ck_cpu_has_avx2`. */
bool ck_cpu_has_avx512(void);

/* Armv8.2 dot product; plain NEON is always there on 64-bit ARM. */
bool ck_cpu_has_dotprod(void);

#endif
