/* The dispatch tables: scalar first, then overwritten upward. */
#include "cpu.h"
#include "families.h"
#include "grids.h"

#if defined(__x86_64__)
#include "x86/x86.h"
#elif defined(__aarch64__)
#include "arm/arm.h"
#endif

#include <pthread.h>
#include <string.h>

typedef struct description {
    ck_isa isa;
    const char *name;
    bool (*runs_here)(void);
    void (*fill)(ck_table *table);
} description;

static bool always(void) {
    return true;
}

static void fill_scalar(ck_table *table) {
    ck_init_activation_scalar(table);
    ck_init_attention_scalar(table);
    ck_init_convert_scalar(table);
    ck_init_grid_scalar(table);
    ck_init_matmul_block_scalar(table);
    ck_init_matmul_float_scalar(table);
    ck_init_matmul_k_scalar(table);
    ck_init_norm_scalar(table);
    ck_init_pack_scalar(table);
    ck_init_quantize_k_scalar(table);
    ck_init_quantize_scalar(table);
    ck_init_rope_scalar(table);
    ck_init_rows_scalar(table);
    ck_init_unpack_scalar(table);
}

#if defined(__x86_64__)
static void fill_avx2(ck_table *table) {
    ck_init_vector_avx2(table);
    ck_init_matmul_block_avx2(table);
    ck_init_matmul_k_avx2(table);
}

static void fill_avx512(ck_table *table) {
    ck_init_vector_avx512(table);
    ck_init_matmul_block_avx512(table);
    ck_init_matmul_k_avx512(table);
}
#elif defined(__aarch64__)
static void fill_neon(ck_table *table) {
    ck_init_vector_neon(table);
    ck_init_matmul_neon(table);
}

static void fill_dotprod(ck_table *table) {
    ck_init_matmul_dotprod(table);
}
#endif

/* Ascending: each table starts as a copy of the one before it. */
static const description sets[] = {
    {CK_ISA_SCALAR, "scalar", always, fill_scalar},
#if defined(__x86_64__)
    {CK_ISA_AVX2, "avx2", ck_cpu_has_avx2, fill_avx2},
    {CK_ISA_AVX512, "avx512", ck_cpu_has_avx512, fill_avx512},
#elif defined(__aarch64__)
    {CK_ISA_NEON, "neon", always, fill_neon},
    {CK_ISA_DOTPROD, "dotprod", ck_cpu_has_dotprod, fill_dotprod},
#endif
};
enum { SETS = sizeof sets / sizeof *sets };

static ck_table tables[SETS];
static size_t available;
static pthread_once_t filled = PTHREAD_ONCE_INIT;

static void fill_tables(void) {
    ck_init_grids();
    while (available < SETS && sets[available].runs_here()) {
        ck_table *table = &tables[available];
        if (available > 0) {
            *table = tables[available - 1];
        }
        sets[available].fill(table);
        table->kernels.isa = sets[available].isa;
        table->kernels.name = sets[available].name;
        table->kernels.formats = table->formats;
        available++;
    }
}

const ck_kernels *ck_kernels_for(ck_isa max) {
    pthread_once(&filled, fill_tables);
    size_t best = available - 1;
    while (best > 0 && sets[best].isa > max) {
        best--;
    }
    return &tables[best].kernels;
}

ck_isa ck_best_isa(void) {
    return ck_kernels_for(CK_ISA_ANY)->isa;
}

const ck_format_kernels *ck_format(const ck_kernels *kernels, uint32_t format) {
    if (format >= CK_FORMAT_SLOTS || kernels->formats[format].block_values == 0) {
        return NULL;
    }
    return &kernels->formats[format];
}

size_t ck_available_isas(ck_isa *isas, size_t capacity) {
    pthread_once(&filled, fill_tables);
    for (size_t i = 0; i < available && i < capacity; i++) {
        isas[i] = sets[i].isa;
    }
    return available;
}

ck_isa ck_isa_named(const char *name) {
    static const description all[] = {
        {CK_ISA_SCALAR, "scalar", NULL, NULL}, {CK_ISA_AVX2, "avx2", NULL, NULL},
        {CK_ISA_AVX512, "avx512", NULL, NULL}, {CK_ISA_NEON, "neon", NULL, NULL},
        {CK_ISA_DOTPROD, "dotprod", NULL, NULL},
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        if (strcmp(name, all[i].name) == 0) {
            return all[i].isa;
        }
    }
    return CK_ISA_ANY;
}
