/* The demo model, a GGUF file inside the program. Made by Demo/; its card is Demo/README.md. */
#ifndef CAPUSDEMO_H
#define CAPUSDEMO_H

#include <stddef.h>

#pragma clang assume_nonnull begin

/* First byte of the file; aligned to 64 bytes, never changes, lives as long as the process. */
const void *capus_demo_bytes(void);

/* Bytes of the file. */
size_t capus_demo_size(void);

#pragma clang assume_nonnull end

#endif
