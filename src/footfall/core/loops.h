/* What all compiled loops share. They take whole numbers of 8 bytes and addresses, and give a whole number.
 *
 * They trust their callers: places are within their tables, and arrays are as long as is said.
 */

#ifndef FOOTFALL_LOOPS_H
#define FOOTFALL_LOOPS_H

#include <stdint.h>

#if defined(__GNUC__)
#define ALWAYS_INLINE inline __attribute__((always_inline))
#define FETCH_AHEAD(address) __builtin_prefetch(address, 1)
#else
#define ALWAYS_INLINE inline
#define FETCH_AHEAD(address) ((void)0)
#endif

/* Made twice, for all processors and for those that have AVX2; which one runs is found when it is loaded. */
#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__) && defined(__GLIBC__)
#define WITH_WIDE_REGISTERS __attribute__((target_clones("avx2", "default")))
#else
#define WITH_WIDE_REGISTERS
#endif

#endif
