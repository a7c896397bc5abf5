#include "include/capusdemo.h"

static const unsigned char demo[] __attribute__((aligned(64))) = {
#embed "demo.gguf"
};

const void *capus_demo_bytes(void) { return demo; }

size_t capus_demo_size(void) { return sizeof demo; }
