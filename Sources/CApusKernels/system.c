/* CPU features, waiting on a word, affinity. */
#if defined(__linux__)
#define _GNU_SOURCE
#endif

#include "ck_system.h"
#include "cpu.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#if defined(__linux__)
#include <linux/futex.h>
#include <sched.h>
#include <sys/auxv.h>
#include <sys/syscall.h>
#elif defined(__APPLE__)
#include <sys/sysctl.h>
/* Stable since macOS 10.12, without a public header; what the C++ runtime waits with. */
extern int __ulock_wait(uint32_t operation, void *address, uint64_t value, uint32_t timeout_us);
extern int __ulock_wake(uint32_t operation, void *address, uint64_t value);
enum { UL_COMPARE_AND_WAIT = 1, ULF_WAKE_ALL = 0x100 };
#endif

void ck_wait(const uint32_t *word, uint32_t expected, uint64_t timeout_ns) {
#if defined(__linux__)
    struct timespec timeout = {(time_t)(timeout_ns / 1000000000), (long)(timeout_ns % 1000000000)};
    syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, expected, timeout_ns > 0 ? &timeout : NULL, NULL,
            0);
#elif defined(__APPLE__)
    uint64_t microseconds = timeout_ns / 1000 + (timeout_ns > 0);
    uint32_t limit = microseconds > UINT32_MAX ? UINT32_MAX : (uint32_t)microseconds;
    __ulock_wait(UL_COMPARE_AND_WAIT, (void *)word, expected, limit);
#endif
}

static void wake(const uint32_t *word, bool all) {
#if defined(__linux__)
    syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, all ? INT_MAX : 1, NULL, NULL, 0);
#elif defined(__APPLE__)
    __ulock_wake(UL_COMPARE_AND_WAIT | (all ? ULF_WAKE_ALL : 0), (void *)word, 0);
#endif
}

void ck_wake_one(const uint32_t *word) {
    wake(word, false);
}

void ck_wake_all(const uint32_t *word) {
    wake(word, true);
}

uint32_t ck_usable_cpus(void) {
#if defined(__linux__)
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0 && CPU_COUNT(&set) > 0) {
        return (uint32_t)CPU_COUNT(&set);
    }
#endif
    long count = sysconf(_SC_NPROCESSORS_ONLN);
    return count > 0 ? (uint32_t)count : 1;
}

bool ck_pin_thread(uint32_t cpu) {
#if defined(__linux__)
    cpu_set_t set;
    CPU_ZERO(&set);
    if (cpu >= CPU_SETSIZE) {
        return false;
    }
    CPU_SET(cpu, &set);
    return sched_setaffinity(0, sizeof set, &set) == 0;
#else
    (void)cpu;
    return false;
#endif
}

#if defined(__x86_64__)

bool ck_cpu_has_avx2(void) {
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
           __builtin_cpu_supports("f16c");
}

bool ck_cpu_has_avx512(void) {
    return ck_cpu_has_avx2() && __builtin_cpu_supports("avx512f") &&
           __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vnni");
}

bool ck_cpu_has_dotprod(void) {
    return false;
}

size_t ck_cpu_features(char *buffer, size_t capacity) {
    __builtin_cpu_init();
#define NAME(feature) __builtin_cpu_supports(feature) ? " " feature : ""
    int length = snprintf(buffer, capacity, "x86-64%s%s%s%s%s%s%s%s%s", NAME("avx2"), NAME("fma"),
                          NAME("f16c"), NAME("avx512f"), NAME("avx512bw"), NAME("avx512vl"),
                          NAME("avx512dq"), NAME("avx512vnni"), NAME("avx512bf16"));
#undef NAME
    return length > 0 ? (size_t)length : 0;
}

#else

bool ck_cpu_has_avx2(void) {
    return false;
}

bool ck_cpu_has_avx512(void) {
    return false;
}

bool ck_cpu_has_dotprod(void) {
#if defined(__aarch64__) && defined(__linux__)
    return (getauxval(AT_HWCAP) & 1UL << 20) != 0; /* HWCAP_ASIMDDP */
#elif defined(__aarch64__) && defined(__APPLE__)
    int present = 0;
    size_t size = sizeof present;
    return sysctlbyname("hw.optional.arm.FEAT_DotProd", &present, &size, NULL, 0) == 0 && present;
#else
    return false;
#endif
}

size_t ck_cpu_features(char *buffer, size_t capacity) {
#if defined(__aarch64__)
    const char *name = "aarch64 neon";
#else
    const char *name = "unknown";
#endif
    int length = snprintf(buffer, capacity, "%s%s", name, ck_cpu_has_dotprod() ? " dotprod" : "");
    return length > 0 ? (size_t)length : 0;
}

#endif
