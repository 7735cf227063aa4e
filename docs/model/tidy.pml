/*
 * Part of claim.pml: after each step, what can make no difference any more is forgotten, and what differs in name only gets one name.
 *
 * So no number of claims and crashes is too many for the checker; only how many matter at the same time is bounded. PLAIN leaves it out.
 */

/* What a process that is over had under way can still make a difference only when the ledger would still take it. */
#define may_come_late(j, e) \
    (  (stage_of(j, e) == STARTING && row_epoch[j] < e) \
    || (stage_of(j, e) == RUNNING && (is_current(j, e) || !durable(j))))

/* Other things it had under way (an acknowledgement, a failure to reschedule) have come to pass before it ended, or never will. */
#define is_spent(j, e) \
    (  (!is_up(owner_of(j, e)) && !may_come_late(j, e)) \
    || (stage_of(j, e) == FINISHED && !is_held(j, e)) \
    || (row[j] == DONE && durable(j) && stage_of(j, e) != RUNNING))

inline settle(j) {
    due[j] = (row[j] == TODO -> due[j] : 1);
    /* Each copy of a job that is done would be dropped. */
    if
    :: row[j] == DONE && durable(j) -> move(copy0(j), NOWHERE); move(copy1(j), NOWHERE)
    :: else
    fi;
    /* The epoch of a row that does not run only keeps older claims from starting; a chain matters for those that run or will. */
    ok = (row[j] != STARTED);
    y = 0;
    x = 1;
    do
    :: x <= last[j] ->
        stage_of(j, x) = (is_spent(j, x) -> GONE : stage_of(j, x));
        ok = ok && !(stage_of(j, x) == STARTING && x < row_epoch[j]);
        y = (stage_of(j, x) == STARTING || is_current(j, x) -> y | (1 << x) : y);
        x++
    :: else -> break
    od;
    row_epoch[j] = (ok -> 0 : row_epoch[j]);
    chain[copy0(j)] = chain[copy0(j)] & y;
    chain[copy1(j)] = chain[copy1(j)] & y;
    x = 1;
    do
    :: x <= last[j] -> request[at(j, x)] = (stage_of(j, x) == STARTING -> request[at(j, x)] & y : 0); x++
    :: else -> break
    od
}

/* Epochs that nothing refers to any more are taken out; the rest keep their order. */
#define is_forgettable(j, e) (stage_of(j, e) == GONE && row_epoch[j] != e && !is_held(j, e))
#define without(set, e) (((set) & ((1 << (e)) - 1)) | (((set) >> ((e) + 1)) << (e)))

inline take_out(c, e) {
    under[c] = (place[c] == CLAIMED && under[c] > e -> under[c] - 1 : under[c]);
    chain[c] = without(chain[c], e)
}

inline close_ranks(j) {
    x = 1;
    do
    :: x <= last[j] && is_forgettable(j, x) ->
        n = copy0(j);
        do
        :: n < copy0(j) + COPIES -> take_out(n, x); n++
        :: else -> break
        od;
        row_epoch[j] = (row_epoch[j] > x -> row_epoch[j] - 1 : row_epoch[j]);
        y = x;
        do
        :: y < last[j] ->
            stage_of(j, y) = stage_of(j, y + 1);
            owner_of(j, y) = owner_of(j, y + 1);
            request[at(j, y)] = without(request[at(j, y + 1)], x);
            y++
        :: else -> break
        od;
        stage_of(j, y) = UNUSED;
        owner_of(j, y) = 0;
        request[at(j, y)] = 0;
        last[j]--
    :: x <= last[j] && !is_forgettable(j, x) -> x++
    :: else -> break
    od
}

/* Which copy is which does not matter, nor which life is which. */
#define copy_key(c) (place[c] * 256 + under[c] * 32 + chain[c])
#define life_key(l) (status[l] * 4 + lease[l] * 2 + (late == (l) + 1))
#define exchanged(l, one) ((l) == (one) -> (one) + 1 : ((l) == (one) + 1 -> (one) : (l)))
#define exchange(field, a, b) n = field[a]; field[a] = field[b]; field[b] = n

inline order_copies(j) {
    if
    :: copy_key(copy0(j)) < copy_key(copy1(j)) ->
        exchange(place, copy0(j), copy1(j));
        exchange(under, copy0(j), copy1(j));
        exchange(chain, copy0(j), copy1(j))
    :: else
    fi
}

inline order_lives() {
    i = 0;
    do
    :: i + 1 < LIVES && life_key(i) < life_key(i + 1) ->
        exchange(status, i, i + 1);
        exchange(lease, i, i + 1);
        late = exchanged(late, i + 1);
        x = 0;
        do
        :: x < JOBS * (EPOCHS + 1) -> owner[x] = (stage[x] == UNUSED -> 0 : exchanged(owner[x], i)); x++
        :: else -> break
        od;
        x = 0;
        do
        :: x < JOBS * COPIES -> under[x] = (place[x] == INBOX -> exchanged(under[x], i) : under[x]); x++
        :: else -> break
        od;
        i = (i == 0 -> 0 : i - 1)
    :: i + 1 < LIVES && life_key(i) >= life_key(i + 1) -> i++
    :: else -> break
    od
}

/* A life that is over and that nothing refers to any more makes room for another. */
inline bury_lives() {
    i = 0;
    do
    :: i < LIVES ->
        ok = (status[i] == OVER && !lease[i] && late != i + 1);
        x = 0;
        do
        :: x < JOBS * (EPOCHS + 1) -> ok = ok && !(stage[x] != UNUSED && owner[x] == i); x++
        :: else -> break
        od;
        x = 0;
        do
        :: x < JOBS * COPIES -> ok = ok && !(place[x] == INBOX && under[x] == i); x++
        :: else -> break
        od;
        status[i] = (ok -> UNBORN : status[i]);
        i++
    :: else -> break
    od
}

#ifdef PLAIN
inline tidy() {
    d_step { be_born(); i = 0 }
}
#else
inline tidy() {
    d_step {
        i = 0;
        do
        :: i < JOBS -> settle(i); close_ranks(i); order_copies(i); i++
        :: else -> break
        od;
        bury_lives();
        be_born();
        order_lives();
        i = 0
    }
}
#endif
