/* What customer_orders.py does in NumPy: meet the customer of each order, in one look at his word. */

#include "../core/loops.h"

/* So many orders ahead a customer's word is asked for, which lies anywhere in memory. */
#define AHEAD 32

/* Counts orders from `first` on, up to the last, or up to one that made its customer's count begin anew:
 * gives how far it came, as a negative number where a count did. A word holds the place of the shop plus
 * one, and under it, in `bits`, the orders. Places of orders in another shop than the customer's first go
 * to `moved`, and how many to `moves`.
 */
#define COUNT_ORDERS(name, word_t)                                                                     \
    int64_t name(word_t *words, int64_t bits, int64_t first, int64_t orders, const int64_t *who,       \
                 const int32_t *shop, int64_t *moved, int64_t *moves)                                  \
    {                                                                                                  \
        const word_t full = (word_t)(((word_t)1 << bits) - 1);                                         \
        int64_t i = first, found = 0, is_anew = 0;                                                     \
        while (i < orders && !is_anew) {                                                               \
            FETCH_AHEAD(&words[who[i + AHEAD < orders ? i + AHEAD : i]]);                              \
            word_t word = words[who[i]], home = (word_t)(word >> bits), here = (word_t)(shop[i] + 1);  \
            word_t counted = (word_t)((word + 1) & full), is_new = home == 0;                          \
            moved[found] = i;                                                                          \
            found += !is_new & (here != 0) & (home != here);                                           \
            home |= (word_t)(here & (word_t)-is_new);                                                  \
            words[who[i]] = (word_t)((word_t)(home << bits) | counted);                                \
            is_anew = counted == 0;                                                                    \
            i++;                                                                                       \
        }                                                                                              \
        *moves = found;                                                                                \
        return is_anew ? -i : i;                                                                       \
    }

COUNT_ORDERS(count_orders_16, uint16_t)
COUNT_ORDERS(count_orders_32, uint32_t)
COUNT_ORDERS(count_orders_64, uint64_t)
