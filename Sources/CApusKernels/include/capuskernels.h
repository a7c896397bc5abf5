/*
 * Innermost arithmetic of Apus: block formats, matrix products, float rows, attention.
 *
 *   ck_formats.h   block formats and the operations every format has
 *   ck_kernels.h   the dispatch table: one per instruction set, filled once
 *   ck_system.h    what Swift cannot reach: CPU features, pause, futex, affinity
 *
 * Rules that hold for every kernel: it allocates nothing, locks nothing, prints nothing, and keeps
 * no state. Threads are given row ranges by the caller. Results are deterministic: an element of
 * the result has the same bits whatever the row range, the number of tokens or query rows in the
 * call, and the instruction set. (Integer sums are exact; every float sum has one fixed order,
 * written down with the scalar version; products are added with fused multiply-add everywhere.)
 */
#ifndef CAPUSKERNELS_H
#define CAPUSKERNELS_H

#include "ck_formats.h"
#include "ck_kernels.h"
#include "ck_system.h"

#endif
