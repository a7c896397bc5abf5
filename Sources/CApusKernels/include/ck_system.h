/* What Swift cannot reach: CPU features, spin pause, waiting on a word, affinity. */
#ifndef CK_SYSTEM_H
#define CK_SYSTEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

/* Tells the processor that this thread spins. */
static inline void ck_cpu_relax(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ __volatile__("isb" ::: "memory");
#endif
}

/*
 * Sleeps while *word == expected, at most `timeout_ns` nanoseconds (0: no limit).
 * May wake for no reason: callers loop. Linux: futex; macOS: __ulock.
 */
void ck_wait(const uint32_t *word, uint32_t expected, uint64_t timeout_ns);

/* Wakes one thread, or all of them, asleep in `ck_wait` on this word. */
void ck_wake_one(const uint32_t *word);
void ck_wake_all(const uint32_t *word);

/* Number of CPUs this process may run on (affinity mask on Linux); at least 1. */
uint32_t ck_usable_cpus(void);

/* Asks that the calling thread run on the given CPU only; false where that is not possible. */
bool ck_pin_thread(uint32_t cpu);

/*
 * Writes the names of the CPU features that matter to kernels, separated by spaces and ended by
 * a zero byte, and returns the length the full text has. For logs and --version.
 */
size_t ck_cpu_features(char *_Nullable buffer, size_t capacity);

#pragma clang assume_nonnull end

#endif
