/* The description of all routes, an OpenAPI 3.1 document in YAML, inside the program. */
#ifndef CAPUSOPENAPI_H
#define CAPUSOPENAPI_H

#include <stddef.h>

#pragma clang assume_nonnull begin

/* First byte of the document; UTF-8, never changes, lives as long as the process. */
const void *capus_openapi_bytes(void);

/* Bytes of the document. */
size_t capus_openapi_size(void);

#pragma clang assume_nonnull end

#endif
