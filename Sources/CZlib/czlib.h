/* zlib, with functions in place of the two macros that Swift cannot see. */
#ifndef CZLIB_H
#define CZLIB_H

#include <zlib.h>

static inline int czlib_inflate_init(z_streamp stream, int window_bits) {
    return inflateInit2(stream, window_bits);
}

static inline int czlib_deflate_init(z_streamp stream, int level, int window_bits) {
    return deflateInit2(stream, level, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY);
}

#endif
