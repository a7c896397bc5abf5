/*
 * Blocks of IQ1, IQ2 and IQ3: indices into grids that hold the values of several weights.
 *
 * Whatever the layout, a block of 256 unpacks to values of 8 bits, an odd scale for each 16 of
 * them, and a factor:  value = factor * scale * q.  All kernels start from there.
 */
#ifndef CK_GRIDS_H
#define CK_GRIDS_H

#include "block_bytes.h"
#include "reference/half.h"

#include <stdbool.h>
#include <string.h>

/* The grids: bytes of an entry are neighbouring values. */
typedef struct ck_grids {
    uint64_t iq2_xxs[256];
    uint64_t iq2_xs[512];
    uint64_t iq2_s[1024];
    uint64_t iq1[2048]; /* eight times the value */
    uint32_t iq3_xxs[256];
    uint32_t iq3_s[512];
    uint64_t signs[256]; /* 0xFF in byte i where bit i is set */
} ck_grids;

extern ck_grids ck_grid_tables;

/* Fills the tables; called once, before any kernel. */
void ck_init_grids(void);

/* A block, unpacked. */
typedef struct ck_grid_block {
    _Alignas(64) int8_t q[256]; /* -62..62 */
    int16_t scales[16];         /* 1..31 */
    float factor;
} ck_grid_block;

static inline bool ck_is_grid(uint32_t format) {
    return (format >= CK_IQ2_XXS && format <= CK_IQ1_S) || format == CK_IQ3_S ||
           format == CK_IQ2_S || format == CK_IQ1_M;
}

/* Eight magnitudes, none of which is 0, with the signs of eight bits. */
static inline void ck_store_signed(int8_t *to, uint64_t magnitudes, uint32_t signs) {
    uint64_t mask = ck_grid_tables.signs[signs & 255];
    uint64_t values = (magnitudes ^ mask) + (mask & 0x0101010101010101);
    memcpy(to, &values, sizeof values);
}

/* Seven sign bits; the eighth makes the number of minus signs even. */
static inline uint32_t ck_even_signs(uint32_t seven) {
    seven &= 127;
    return seven | (uint32_t)__builtin_parity(seven) << 7;
}

static inline void ck_unpack_iq2_xxs(const ck_iq2_xxs *from, ck_grid_block *to) {
    for (int part = 0; part < 8; part++) {
        uint32_t signs = from->parts[part].signs;
        for (int i = 0; i < 4; i++) {
            ck_store_signed(to->q + 32 * part + 8 * i,
                            ck_grid_tables.iq2_xxs[from->parts[part].index[i]],
                            ck_even_signs(signs >> (7 * i)));
        }
        to->scales[2 * part] = to->scales[2 * part + 1] = (int16_t)(2 * (signs >> 28) + 1);
    }
    to->factor = ck_half_to_f32(from->d) / 8;
}

static inline void ck_unpack_iq2_xs(const ck_iq2_xs *from, ck_grid_block *to) {
    for (int i = 0; i < 32; i++) {
        ck_store_signed(to->q + 8 * i, ck_grid_tables.iq2_xs[from->q[i] & 511],
                        ck_even_signs(from->q[i] >> 9));
    }
    for (int i = 0; i < 16; i++) {
        to->scales[i] = (int16_t)(2 * (from->scales[i / 2] >> (i % 2 * 4) & 15) + 1);
    }
    to->factor = ck_half_to_f32(from->d) / 8;
}

static inline void ck_unpack_iq2_s(const ck_iq2_s *from, ck_grid_block *to) {
    for (int i = 0; i < 32; i++) {
        unsigned index = from->index[i] | (from->high[i / 4] >> (i % 4 * 2) & 3U) << 8;
        ck_store_signed(to->q + 8 * i, ck_grid_tables.iq2_s[index], from->signs[i]);
    }
    for (int i = 0; i < 16; i++) {
        to->scales[i] = (int16_t)(2 * (from->scales[i / 2] >> (i % 2 * 4) & 15) + 1);
    }
    to->factor = ck_half_to_f32(from->d) / 8;
}

static inline void ck_unpack_iq3_xxs(const ck_iq3_xxs *from, ck_grid_block *to) {
    const uint32_t *grid = ck_grid_tables.iq3_xxs;
    for (int part = 0; part < 8; part++) {
        uint32_t signs = from->signs[part];
        for (int i = 0; i < 4; i++) {
            const uint8_t *index = from->index + 8 * part + 2 * i;
            ck_store_signed(to->q + 32 * part + 8 * i,
                            grid[index[0]] | (uint64_t)grid[index[1]] << 32,
                            ck_even_signs(signs >> (7 * i)));
        }
        to->scales[2 * part] = to->scales[2 * part + 1] = (int16_t)(2 * (signs >> 28) + 1);
    }
    to->factor = ck_half_to_f32(from->d) / 4;
}

static inline void ck_unpack_iq3_s(const ck_iq3_s *from, ck_grid_block *to) {
    const uint32_t *grid = ck_grid_tables.iq3_s;
    for (int i = 0; i < 32; i++) {
        unsigned bits = from->high[i / 4] >> (i % 4 * 2);
        uint32_t first = grid[from->index[2 * i] | (bits & 1) << 8];
        uint32_t second = grid[from->index[2 * i + 1] | (bits & 2) << 7];
        ck_store_signed(to->q + 8 * i, first | (uint64_t)second << 32, from->signs[i]);
    }
    for (int i = 0; i < 16; i++) {
        to->scales[i] = (int16_t)(2 * (from->scales[i / 4] >> (i / 2 % 2 * 4) & 15) + 1);
    }
    to->factor = ck_half_to_f32(from->d);
}

/* Eight values, each 1 more or less than an entry of the grid of IQ1. */
static inline void ck_store_shifted(int8_t *to, unsigned index, bool less) {
    uint64_t entry = ck_grid_tables.iq1[index], one = less ? UINT64_MAX : 0x0101010101010101;
    /* Bytes are added without carries to their neighbours. */
    const uint64_t low = 0x7F7F7F7F7F7F7F7F;
    uint64_t values = ((entry & low) + (one & low)) ^ ((entry ^ one) & ~low);
    memcpy(to, &values, sizeof values);
}

static inline void ck_unpack_iq1_s(const ck_iq1_s *from, ck_grid_block *to) {
    for (int part = 0; part < 8; part++) {
        unsigned high = from->high[part];
        for (int i = 0; i < 4; i++) {
            unsigned index = from->index[4 * part + i] | (high >> (3 * i) & 7) << 8;
            ck_store_shifted(to->q + 32 * part + 8 * i, index, (high & 0x8000) != 0);
        }
        to->scales[2 * part] = to->scales[2 * part + 1] = (int16_t)(2 * (high >> 12 & 7) + 1);
    }
    to->factor = ck_half_to_f32(from->d) / 8;
}

static inline void ck_unpack_iq1_m(const ck_iq1_m *from, ck_grid_block *to) {
    for (int i = 0; i < 32; i++) {
        unsigned high = from->high[i / 2] >> (i % 2 * 4);
        ck_store_shifted(to->q + 8 * i, from->index[i] | (high & 7) << 8, (high & 8) != 0);
    }
    unsigned d = 0;
    for (int i = 0; i < 16; i++) {
        to->scales[i] = (int16_t)(2 * (from->scales[i / 4] >> (i % 4 * 3) & 7) + 1);
        d |= (unsigned)(from->scales[i / 4] >> 12) << (i / 4 * 4);
    }
    to->factor = ck_half_to_f32((uint16_t)d) / 8;
}

static inline void ck_unpack_grid(uint32_t format, const void *from, ck_grid_block *to) {
    switch (format) {
    case CK_IQ1_S:
        ck_unpack_iq1_s(from, to);
        break;
    case CK_IQ1_M:
        ck_unpack_iq1_m(from, to);
        break;
    case CK_IQ2_XXS:
        ck_unpack_iq2_xxs(from, to);
        break;
    case CK_IQ2_XS:
        ck_unpack_iq2_xs(from, to);
        break;
    case CK_IQ2_S:
        ck_unpack_iq2_s(from, to);
        break;
    case CK_IQ3_XXS:
        ck_unpack_iq3_xxs(from, to);
        break;
    default:
        ck_unpack_iq3_s(from, to);
    }
}

#endif
