/* What content_hash.py does in NumPy: a polynomial of each row's values, and the sums of the mixed rows. */

#include "loops.h"

/* Rows whose polynomials stay in the first cache while one column after the other is added. */
#define AT_ONCE 512

#define ADD(kind)                                                                             \
    for (int64_t i = 0; i < count; i++)                                                       \
        words[i] = (words[i] + (uint64_t)(int64_t)((const kind *)values)[first + i]) * base

static ALWAYS_INLINE void add_column(uint64_t *words, const void *values, int8_t width, int64_t first,
                                     int64_t count, uint64_t base)
{
    switch (width) {
    case 1: ADD(uint8_t); break;
    case 2: ADD(uint16_t); break;
    case 4: ADD(uint32_t); break;
    case -1: ADD(int8_t); break;
    case -2: ADD(int16_t); break;
    case -4: ADD(int32_t); break;
    default: ADD(int64_t);
    }
}

/* `widths` are the bytes of each column's values, as a negative number if they have a sign. */
WITH_WIDE_REGISTERS
int64_t sum_polynomials(int64_t rows, int64_t columns, const void *const *values, const int8_t *widths,
                        uint64_t base, uint64_t mix, uint64_t *lanes)
{
    uint64_t words[AT_ONCE], once = 0, twice = 0;
    for (int64_t first = 0; first < rows; first += AT_ONCE) {
        int64_t count = rows - first < AT_ONCE ? rows - first : AT_ONCE;
        for (int64_t i = 0; i < count; i++) words[i] = 0;
        for (int64_t column = 0; column < columns; column++)
            add_column(words, values[column], widths[column], first, count, base);
        for (int64_t i = 0; i < count; i++) {
            uint64_t word = words[i] ^ words[i] >> 32;
            once += word;
            word *= mix;
            twice += word ^ word >> 29;
        }
    }
    lanes[0] = once;
    lanes[1] = twice;
    return rows;
}
