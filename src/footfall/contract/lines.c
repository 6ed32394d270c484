/* What grouping.py, line_figures.py and listed_cash.py do in NumPy, in one look at the lines each. */

#include "../core/loops.h"

/* Lines that stay in the first cache from one short loop to the next. */
#define AT_ONCE 1024

/* Places in `found`. */
enum { FEWEST, MOST, IS_KNOWN, IS_IN_STEP, IS_NUMBERED, HOLDS_TWICE };

/* How many lines stand at a place of their order. */
WITH_WIDE_REGISTERS
static int64_t count_ordinals(int64_t lines, const uint8_t *ordinal, uint8_t place)
{
    int64_t count = 0;
    for (int64_t first = 0; first < lines; first += AT_ONCE) {
        int64_t end = first + AT_ONCE < lines ? first + AT_ONCE : lines;
        int32_t here = 0;
        for (int64_t i = first; i < end; i++) here += ordinal[i] == place;
        count += here;
    }
    return count;
}

/* Whether an order holds the same SKU twice, `back` lines apart. */
WITH_WIDE_REGISTERS
static int64_t holds_twice(int64_t lines, const uint8_t *ordinal, const int32_t *sku, uint8_t back)
{
    uint32_t found = 0;
    for (int64_t i = back; i < lines; i++) found |= (ordinal[i] > back) & (sku[i] == sku[i - back]);
    return found != 0;
}

/* Where orders begin, places of SKUs, and units between 0 and the most; gives how many orders there are.
 *
 * `ordinal` is the place of each line in its order, and one more than `most_lines` for all above it, 255 at
 * most; `of_ordinal` counts lines by it. Where there are lines above it, an order may hold an SKU twice
 * further apart than was looked. `number` may be missing.
 */
WITH_WIDE_REGISTERS
int64_t group_lines(int64_t lines, const int64_t *order, const int64_t *product, const int64_t *units,
                    const int64_t *number, int64_t first_sku, int64_t skus, int64_t most_units,
                    int64_t most_lines, uint8_t *ordinal, int64_t *starts, int32_t *sku, int32_t *few,
                    int64_t *of_ordinal, int64_t *found)
{
    int64_t orders = 0, line = 0, before = order[0] - 1, fewest = INT64_MAX, most = INT64_MIN;
    uint64_t unknown = 0, off_step = 0, off_number = 0;
    uint8_t begins[AT_ONCE];
    for (int64_t first = 0; first < lines; first += AT_ONCE) {
        int64_t count = lines - first < AT_ONCE ? lines - first : AT_ONCE;
        for (int64_t i = 0; i < count; i++) {
            uint64_t step = (uint64_t)order[first + i] - (uint64_t)(i ? order[first + i - 1] : before);
            begins[i] = step != 0;
            off_step |= step & ~(uint64_t)1;
        }
        before = order[first + count - 1];
        for (int64_t i = 0; i < count; i++) {
            starts[orders] = first + i; /* the next order's, until it begins */
            orders += begins[i];
            line = (line & ((int64_t)begins[i] - 1)) + 1;
            ordinal[first + i] = (uint8_t)(line > most_lines ? most_lines + 1 : line);
            if (number) off_number |= (uint64_t)(number[first + i] ^ line);
        }
        for (int64_t i = first; i < first + count; i++) {
            uint64_t place = (uint64_t)product[i] - (uint64_t)first_sku;
            unknown |= place >= (uint64_t)skus;
            sku[i] = (int32_t)place;
        }
        for (int64_t i = first; i < first + count; i++) {
            int64_t each = units[i];
            fewest = each < fewest ? each : fewest;
            most = each > most ? each : most;
            each = each < 0 ? 0 : each;
            few[i] = (int32_t)(each > most_units ? most_units : each);
        }
    }
    int64_t twice = 0;
    for (int64_t size = 1; size <= most_lines + 1; size++) {
        of_ordinal[size] = count_ordinals(lines, ordinal, (uint8_t)size);
        if (!of_ordinal[size]) break;
        twice |= size > most_lines ? 1 : holds_twice(lines, ordinal, sku, (uint8_t)size);
    }
    found[FEWEST] = fewest;
    found[MOST] = most;
    found[IS_KNOWN] = !unknown;
    found[IS_IN_STEP] = !off_step;
    found[IS_NUMBERED] = !off_number;
    found[HOLDS_TWICE] = twice;
    return orders;
}

/* Counts lines by SKU, class of the order's first SKU (the last class: this is the first), units, return. */
int64_t count_lines(int64_t lines, const uint8_t *begins, const int32_t *sku, const int32_t *few,
                    const uint8_t *returned, const int32_t *class_of, int64_t classes, int64_t kinds,
                    int64_t *counts)
{
    int64_t of_first = 0;
    for (int64_t i = 0; i < lines; i++) {
        int64_t is_later = (int64_t)begins[i] - 1; /* no bit, or all: what orders hold can't be guessed */
        of_first ^= (class_of[sku[i]] ^ of_first) & ~is_later;
        int64_t class = (of_first & is_later) | ((classes - 1) & ~is_later);
        counts[((sku[i] * classes + class) * kinds + few[i]) * 2 + (returned ? returned[i] : 0)]++;
    }
    return lines;
}

/* Kind of each percentage, and lines by kind; gives whether all are from 0 to 100 and of one of `kinds`. */
int64_t classify_percents(int64_t lines, const int64_t *percent, const uint8_t *kind_of, int64_t kinds,
                          uint8_t *kind, int64_t *counts)
{
    /* Four tables, as a count waits for the one before if both are of the same kind. */
    int64_t seen[4][256] = {{0}};
    uint64_t strange = 0;
    for (int64_t i = 0; i < lines; i++) {
        uint64_t each = (uint64_t)percent[i];
        strange |= each > 100;
        kind[i] = kind_of[each > 100 ? 0 : each];
        seen[i & 3][kind[i]]++;
    }
    for (int64_t k = 0; k < 256; k++) {
        int64_t count = seen[0][k] + seen[1][k] + seen[2][k] + seen[3][k];
        if (k < kinds) counts[k] = count;
        else strange |= (uint64_t)count;
    }
    return !strange;
}

/* Sums a table's entry of each line over its order; gives whether every line states the entry's upper half.
 *
 * An entry, and so a sum, has revenue in its upper 32 bits and cost in the lower. Lines state the price
 * of a unit, or with `is_total` their total. `refunded` is the revenue of those that came back.
 */
WITH_WIDE_REGISTERS
int64_t sum_listed(int64_t lines, const uint8_t *begins, const int32_t *sku, const int32_t *few,
                   const uint8_t *kind, const uint8_t *returned, const int64_t *given, int64_t is_total,
                   int64_t kinds, int64_t units, const int64_t *table, int64_t *revenue, int64_t *cost,
                   int64_t *refunded)
{
    int64_t cash[AT_ONCE], place = -1, sum = 0, back = 0;
    uint64_t wrong = 0;
    for (int64_t first = 0; first < lines; first += AT_ONCE) {
        int64_t count = lines - first < AT_ONCE ? lines - first : AT_ONCE;
        for (int64_t i = 0; i < count; i++) {
            int64_t line = first + i;
            cash[i] = table[((int32_t)kinds * sku[line] + kind[line]) * (int32_t)units + few[line]];
        }
        for (int64_t i = 0; i < count; i++) {
            int64_t line = first + i, due = cash[i] >> 32;
            uint64_t stated = (uint64_t)given[line] * (is_total ? 1 : (uint64_t)few[line]);
            wrong |= stated ^ (uint64_t)due;
            back += due & -(int64_t)(returned ? returned[line] : 0);
        }
        for (int64_t i = 0; i < count; i++) {
            int64_t is_first = begins[first + i];
            place += is_first;
            sum = (sum & (is_first - 1)) + cash[i];
            revenue[place] = sum; /* the order's so far */
        }
    }
    for (int64_t i = 0; i <= place; i++) {
        cost[i] = revenue[i] & 0xffffffff;
        revenue[i] >>= 32;
    }
    *refunded = back;
    return !wrong;
}
