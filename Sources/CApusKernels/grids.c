/* The grids of IQ1, IQ2 and IQ3, expanded to bytes when the dispatch tables are filled. */
#include "grids.h"
#include "grid_entries.h"
#include "grid_entries_iq1.h"

/* What two bits stand for in IQ2, and in IQ1, there eight times as much. */
static const int8_t iq2_levels[4] = {8, 25, 43, 0}, iq1_levels[4] = {-8, 0, 8, 0};
/* What three bits stand for. */
static const int8_t iq3_xxs_levels[8] = {4, 12, 20, 28, 36, 44, 52, 62};
static const int8_t iq3_s_levels[8] = {1, 3, 5, 7, 9, 11, 13, 15};

ck_grids ck_grid_tables;

static void expand_wide(const uint16_t *entries, size_t count, const int8_t levels[4],
                        uint64_t *to) {
    for (size_t i = 0; i < count; i++) {
        to[i] = 0;
        for (int j = 0; j < 8; j++) {
            to[i] |= (uint64_t)(uint8_t)levels[entries[i] >> (2 * j) & 3] << (8 * j);
        }
    }
}

static void expand_narrow(const uint16_t *entries, size_t count, const int8_t levels[8],
                          uint32_t *to) {
    for (size_t i = 0; i < count; i++) {
        to[i] = 0;
        for (int j = 0; j < 4; j++) {
            to[i] |= (uint32_t)(uint8_t)levels[entries[i] >> (3 * j) & 7] << (8 * j);
        }
    }
}

void ck_init_grids(void) {
    ck_grids *grids = &ck_grid_tables;
    expand_wide(iq2_xxs, 256, iq2_levels, grids->iq2_xxs);
    expand_wide(iq2_xs, 512, iq2_levels, grids->iq2_xs);
    expand_wide(iq2_s, 1024, iq2_levels, grids->iq2_s);
    expand_wide(iq1, 2048, iq1_levels, grids->iq1);
    expand_narrow(iq3_xxs, 256, iq3_xxs_levels, grids->iq3_xxs);
    expand_narrow(iq3_s, 512, iq3_s_levels, grids->iq3_s);
    for (unsigned bits = 0; bits < 256; bits++) {
        grids->signs[bits] = 0;
        for (int j = 0; j < 8; j++) {
            grids->signs[bits] |= (bits >> j & 1) != 0 ? (uint64_t)0xFF << (8 * j) : 0;
        }
    }
}
