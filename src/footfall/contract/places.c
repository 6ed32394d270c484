/* What places.py does in NumPy: count by place, and tell the day of a second. */

#include "../core/loops.h"

/* A count waits for the one before it if both are of the same place, as neighbours often are: four strands. */
#define STRANDS 4

/* Adds 1, or a value of each, to the counts at some places; gives whether all were places of a count. */
int64_t add_at(int64_t *counts, int64_t size, const int64_t *places, const int64_t *values, int64_t n)
{
    int64_t length = n / STRANDS, rest = n - length * STRANDS;
    for (int64_t i = 0; i < length + rest; i++) {
        for (int64_t strand = i < length ? 0 : STRANDS - 1; strand < STRANDS; strand++) {
            int64_t at = strand * length + i;
            if ((uint64_t)places[at] >= (uint64_t)size) return 0;
            counts[places[at]] += values ? values[at] : 1;
        }
    }
    return 1;
}

#define DAY 86400

/* Days since `start`, and seconds of the day, of seconds since 1970; neighbours mostly have the same day.
 *
 * `bounds` are the first and the last second of a day that is there, and the first and the last day.
 */
int64_t split_seconds(int64_t n, const int64_t *times, int64_t start, int64_t *day, int64_t *second,
                      int64_t *bounds)
{
    int64_t today = 0, midnight = 0, earliest = DAY, latest = -1, first = INT64_MAX, last = INT64_MIN;
    for (int64_t i = 0; i < n; i++) {
        if ((uint64_t)times[i] - (uint64_t)midnight >= DAY) {
            today = times[i] / DAY - (times[i] % DAY < 0);
            midnight = today * DAY;
        }
        int64_t here = times[i] - midnight;
        second[i] = here;
        day[i] = today - start;
        earliest = here < earliest ? here : earliest;
        latest = here > latest ? here : latest;
        first = today < first ? today : first;
        last = today > last ? today : last;
    }
    bounds[0] = earliest;
    bounds[1] = latest;
    bounds[2] = first - start;
    bounds[3] = last - start;
    return n;
}
