#include "include/capusopenapi.h"

static const unsigned char openapi[] = {
#embed "openapi.yaml"
};

const void *capus_openapi_bytes(void) { return openapi; }

size_t capus_openapi_size(void) { return sizeof openapi; }
