/*
 * The queue's protocol: claim, lease, recover, acknowledge. For the checker spin; README.md says what is proved and how to run it.
 *
 * Every step is atomic, as a Lua script in Redis or a statement in PostgreSQL is, and names the function that it stands for. Between two
 * steps anything else may happen, for any length of time: a process that takes no step is paused. What it has sent may be executed late,
 * also after it was killed, or never.
 *
 * Size: JOBS, the first DURABLE of them in the ledger, the others ephemeral; WORKERS processes at a time; of each job, COPIES in Redis
 * and EPOCHS of claims that still matter, and LIVES of processes that do, all at the same time (tidy.pml).
 * Mode: TROUBLES, if set, is how often something may go wrong; otherwise there is no bound. WAKE: with inboxes. ENDS: does all come
 * to an end once nothing goes wrong any more? PLAIN: nothing is tidied, so lives and epochs keep their numbers in a trace.
 */

#ifndef JOBS
#define JOBS 1
#endif
#ifndef DURABLE
#define DURABLE JOBS
#endif
#ifndef WORKERS
#define WORKERS 2
#endif
#ifndef LIVES
#define LIVES 3
#endif
#ifndef EPOCHS
#define EPOCHS 3
#endif
#ifndef COPIES
#define COPIES 2
#endif

#define durable(j) (j < DURABLE)

/* ---- The ledger in PostgreSQL: one row per durable job. Of an ephemeral job, DONE says that a handler has run it. ---- */

#define TODO    0           /* state = 'ready' */
#define STARTED 1           /* state = 'running' */
#define DONE    2

byte row[JOBS];
byte row_epoch[JOBS];       /* of the last start; jobs.process is the owner of that claim */
bit  due[JOBS];             /* jobs.dispatch_at has passed */

/* ---- Redis: copies of jobs, and leases. ---- */

#define NOWHERE 0
#define READY   1           /* in the ready list; its order is of no matter here */
#define DELAYED 2           /* in the delayed set */
#define INBOX   3           /* moved by BLMOVE to the inbox of the life in `under` */
#define CLAIMED 4           /* filed under the epoch in `under`, among the claims of that claim's owner */

byte place[JOBS * COPIES];
byte under[JOBS * COPIES];
byte chain[JOBS * COPIES];  /* Envelope.superseded: this copy's lapsed claims, a set of bits */

bit lease[LIVES];           /* stands in `leases`; it has lapsed when Redis' clock says so, which never is before the life is STALE */

/* ---- Worker processes: each life has a ProcessID of its own. ---- */

#define UNBORN    0
#define ALIVE     1         /* and by its own clock it holds its lease */
#define STALE     2         /* by its own clock the lease has lapsed, but it has not looked yet: paused, starved, cut off */
#define RETURNING 3         /* shutting down: has given its jobs back in the ledger, and will in Redis */
#define OVER      4         /* killed, or abandoned because the lease has lapsed */

byte status[LIVES];
byte late;                  /* 1 + the life of which a renewal or claim is under way that was sent in time and comes too late */

#define is_up(l) (status[l] == ALIVE || status[l] == STALE)
#define is_running(l) (status[l] != UNBORN && status[l] != OVER)

/* ---- Claims, by epoch. Epochs of two jobs are never compared, so each job counts its own. ---- */

#define UNUSED      0
#define UNKNOWN     1       /* the claim's answer was lost; the process will ask */
#define FORGOTTEN   2       /* Redis holds a claim for a process that neither knows of it nor will ask */
#define STARTING    3       /* the ledger is asked to start it */
#define RUNNING     4       /* the handler runs */
#define PUTTING_OFF 5       /* the failure is recorded, the copy not yet rescheduled */
#define FINISHED    6       /* to be acknowledged */
#define GONE        7

#define at(j, e) ((j) * (EPOCHS + 1) + (e))

byte last[JOBS];                    /* newest epoch */
byte stage[JOBS * (EPOCHS + 1)];
byte owner[JOBS * (EPOCHS + 1)];    /* the life that claimed */
byte request[JOBS * (EPOCHS + 1)];  /* while STARTING: the copy's chain when it was claimed, StartRequest.superseded */

#define owner_of(j, e) owner[at(j, e)]
#define stage_of(j, e) stage[at(j, e)]

/* ---- For the checks only. ---- */

#ifdef ENDS
bit calm;                           /* nothing goes wrong any more */
#else
#define calm false
#endif

#ifdef TROUBLES
byte troubles;
#define trouble (!calm && troubles < TROUBLES)
#define spend troubles++
#else
#define trouble (!calm)
#define spend skip
#endif

hidden byte job_lost, stale_completion, two_live_claims, robbed_claim, never_ends;
hidden byte i, n, x, y, ok;

/* ---- Small words. ---- */

/* p of each claim of job j, combined. */
#if EPOCHS == 2
#define each(p, j, combine) (p(j, 1) combine p(j, 2))
#elif EPOCHS == 3
#define each(p, j, combine) (p(j, 1) combine p(j, 2) combine p(j, 3))
#elif EPOCHS == 6
#define each(p, j, combine) (p(j, 1) combine p(j, 2) combine p(j, 3) combine p(j, 4) combine p(j, 5) combine p(j, 6))
#else
#error EPOCHS must be 2, 3 or 6
#endif

#define copy0(j) ((j) * COPIES)
#define copy1(j) ((j) * COPIES + COPIES - 1)
#define is_held_at(c, e) (place[c] == CLAIMED && under[c] == (e))
#define is_held(j, e) (is_held_at(copy0(j), e) || is_held_at(copy1(j), e))
#define held_copy(j, e) (is_held_at(copy0(j), e) -> copy0(j) : copy1(j))

inline move(c, where) {
    place[c] = where;
    under[c] = 0;
    chain[c] = (where == READY -> chain[c] : 0)
}

/* What an outcome's WHERE asks: epoch = … AND state = 'running'. */
#define is_current(j, e) (row[j] == STARTED && row_epoch[j] == e)

/* A process that ends is started again at once: a new life begins while fewer than WORKERS are up. */
inline be_born() {
    y = 0;
    i = 0;
    do
    :: i < LIVES -> y = y + is_running(i); i++
    :: else -> break
    od;
    i = 0;
    do
    :: i < LIVES && status[i] == UNBORN && y < WORKERS -> status[i] = ALIVE; lease[i] = 1; y++
    :: i < LIVES && !(status[i] == UNBORN && y < WORKERS) -> i++
    :: else -> break
    od
}

#include "tidy.pml"

/* ---- A claim, from its answer on: JobExecutor, and the Consumer's reconciling. ---- */

/* JobLedger.start: the gate. The third line answers a start whose answer was lost. */
#define can_start(j, e) \
    (  (row[j] == TODO && due[j] && row_epoch[j] < e) \
    || (row[j] == STARTED && row_epoch[j] < e && may_take_over(j, e)) \
    || (row[j] == STARTED && row_epoch[j] == e))

#ifdef ANY_COPY_TAKES_OVER
#define may_take_over(j, e) true
#else
#define may_take_over(j, e) ((request[at(j, e)] >> row_epoch[j]) & 1)
#endif

inline start(j, e) {
    ok = can_start(j, e);
    row[j] = (ok -> STARTED : row[j]);
    row_epoch[j] = (ok -> e : row_epoch[j])
}

#ifdef COMPLETION_NOT_FENCED
#define may_complete(j, e) (row[j] == STARTED)
#else
#define may_complete(j, e) is_current(j, e)
#endif

#ifdef FAILURE_NOT_FENCED
#define may_fail(j, e) true
#else
#define may_fail(j, e) is_current(j, e)
#endif

/* JobCompletion.statement in one transaction with the effects, or JobLedger.complete. */
inline complete(j, e) {
    ok = may_complete(j, e);
    stale_completion = ok && !is_current(j, e);
    assert(!stale_completion);
    row[j] = (ok -> DONE : row[j])
}

/* JobLedger.record for a failure that is tried again. */
inline fail(j, e) {
    ok = may_fail(j, e);
    stale_completion = ok && !is_current(j, e);
    assert(!stale_completion);
    due[j] = (ok -> 0 : due[j]);
    row[j] = (ok -> TODO : row[j])
}

/* QueueScripts.putBack, retry and the acknowledgement in claim: each ends the claim if Redis still holds it, and does nothing otherwise. */
inline end_claim(j, e, where) {
    n = held_copy(j, e);
    if
    :: is_held(j, e) -> move(n, where)
    :: else
    fi;
    stage_of(j, e) = GONE
}

#define is_stage(j, e, which) (stage_of(j, e) == which)
#define process_up(j, e) is_up(owner_of(j, e))

proctype Claim(byte j; byte e) {
end:
    do
    :: atomic {
        if
        /* The answer was lost: Consumer.reconcile finds the claim and puts it back. */
        :: d_step { is_stage(j, e, UNKNOWN) && process_up(j, e) -> end_claim(j, e, READY) }
        /* The ledger starts the job, and the process learns whether. Without an answer for it, the copy is dropped. */
        :: d_step { is_stage(j, e, STARTING) && process_up(j, e) -> start(j, e); stage_of(j, e) = (ok -> RUNNING : FINISHED) }
        /* It starts and the answer is lost; the process will ask again. */
        :: d_step { is_stage(j, e, STARTING) && process_up(j, e) && can_start(j, e) && !is_current(j, e) && trouble -> spend; start(j, e) }
        /* It starts and no process is left to hear the answer. */
        :: d_step { is_stage(j, e, STARTING) && !process_up(j, e) -> start(j, e); stage_of(j, e) = GONE }
        /* The handler commits. When the answer to that is lost, it fails next, and that is stale. */
        :: d_step { is_stage(j, e, RUNNING) && durable(j) -> complete(j, e); stage_of(j, e) = FINISHED }
        /* The handler fails and the ledger records it. */
        :: d_step { is_stage(j, e, RUNNING) && durable(j) && trouble -> spend; fail(j, e); stage_of(j, e) = (ok -> PUTTING_OFF : FINISHED) }
        /* QueueScripts.retry moves the copy to the delayed set; its chain begins anew. */
        :: d_step { is_stage(j, e, PUTTING_OFF) -> end_claim(j, e, DELAYED) }
        /* Redis does not answer; or it was never asked, for the ledger's answer was lost and the repetition called stale. The copy is dropped. */
        :: d_step { is_stage(j, e, PUTTING_OFF) && trouble -> spend; stage_of(j, e) = FINISHED }
        /* The next claim acknowledges. */
        :: d_step { is_stage(j, e, FINISHED) -> end_claim(j, e, NOWHERE) }
        /* An ephemeral job's handler ends. */
        :: d_step { is_stage(j, e, RUNNING) && !durable(j) -> row[j] = DONE; stage_of(j, e) = FINISHED }
        /* An ephemeral job's handler fails: QueueScripts.retry alone. */
#ifdef RETRY_IN_TWO_STEPS
        :: d_step { is_stage(j, e, RUNNING) && !durable(j) && trouble -> spend; end_claim(j, e, NOWHERE) }
#else
        :: d_step { is_stage(j, e, RUNNING) && !durable(j) && trouble -> spend; end_claim(j, e, DELAYED) }
#endif
        /* What a process had under way when it ended never arrives. */
        :: d_step { (is_stage(j, e, STARTING) || is_stage(j, e, RUNNING)) && !process_up(j, e) -> stage_of(j, e) = GONE }
        fi;
        tidy()
    }
    od
}

/* ---- One life of a worker process, its lease, and those who sweep it: Consumer, LeaseKeeper, RecoverySweep. ---- */

#define is_ready(c) (place[c] == READY || (place[c] == DELAYED && due[(c) / COPIES]))
#define has_room_for_epoch(c) (last[(c) / COPIES] < EPOCHS)
#define may_claim(l, c) (may_go_on(l) && (is_ready(c) || (place[c] == INBOX && under[c] == l)) && has_room_for_epoch(c))
#define may_claim_late(l, c) (late == l + 1 && !is_up(l) && is_ready(c) && has_room_for_epoch(c))
#define first_stage(c) (durable((c) / COPIES) -> STARTING : RUNNING)

#ifdef ENDS
/* A process that has not yet noticed does not go on for ever: what it still does counts as trouble. */
#define may_go_on(l) (status[l] == ALIVE || (status[l] == STALE && trouble))
inline go_on(l) {
    if
    :: status[l] == STALE -> spend
    :: else
    fi
}
#else
#define may_go_on(l) is_up(l)
#define go_on(l) skip
#endif

/* QueueScripts.claim, for one job: renews the lease, promotes what is due, gives an epoch, files the claim. */
inline claim(l, c, next) {
    i = (c) / COPIES;
    last[i]++;
    n = at(i, last[i]);
    owner[n] = l;
    request[n] = chain[c];
    stage[n] = next;
    lease[l] = 1;
#ifdef CLAIM_NOT_FILED
    move(c, NOWHERE)
#else
    place[c] = CLAIMED;
    under[c] = last[i]
#endif
}

/* QueueScripts.reclaim takes copies back, one at a time here (500 in truth); the lease goes with the last. */
inline reclaim(l, has_lapsed) {
    x = 0;
    n = 0;
    do
    :: x < JOBS * COPIES ->
        ok = (place[x] == INBOX && under[x] == l) || (place[x] == CLAIMED && owner_of(x / COPIES, under[x]) == l);
        if
        :: ok && n == 0 ->
            chain[x] = (place[x] == CLAIMED && has_lapsed && durable(x / COPIES) -> chain[x] | (1 << under[x]) : chain[x]);
            move(x, READY)
        :: else
        fi;
        n = n + ok;
        x++
    :: else -> break
    od;
    lease[l] = (n > 1)
}

#if defined(RECLAIM_UNCHECKED)
#define has_lapsed(l) lease[l]
#elif defined(NO_RECOVERY_SWEEP)
#define has_lapsed(l) false
#else
#define has_lapsed(l) (lease[l] && status[l] != ALIVE)
#endif

/* JobLedger.release: no attempt used. */
inline release(l) {
    x = 0;
    do
    :: x < DURABLE ->
        row[x] = (row[x] == STARTED && owner_of(x, row_epoch[x]) == l && is_stage(x, row_epoch[x], RUNNING) -> TODO : row[x]);
        x++
    :: else -> break
    od
}

#define steps_on(l, c) \
        :: d_step { may_claim(l, c) -> go_on(l); claim(l, c, first_stage(c)) } \
        /* The answer is lost: ConsumerState.claimFailed(maybeExecuted: true). */ \
        :: d_step { may_claim(l, c) && trouble -> spend; claim(l, c, UNKNOWN) } \
        :: d_step { may_claim_late(l, c) -> late = 0; claim(l, c, GONE) } \
        wake_up(l, c) \
        claim_after_reconciling(l, c)

#ifdef WAKE
/* BLMOVE moves a job to the inbox. */
#define wake_up(l, c) :: d_step { may_go_on(l) && place[c] == READY && wakes_in_time(l) -> go_on(l); place[c] = INBOX; under[c] = l }
#else
#define wake_up(l, c)
#endif

#ifdef LATE_WAKE_UP
#define wakes_in_time(l) true
#else
#define wakes_in_time(l) lease[l]
#endif

#ifdef LATE_CLAIM
#define claim_after_reconciling(l, c) :: d_step { may_claim(l, c) && trouble -> spend; claim(l, c, FORGOTTEN) }
#else
#define claim_after_reconciling(l, c)
#endif

proctype Life(byte l) {
end:
    do
    :: atomic {
        if
        steps_on(l, 0)
#if JOBS * COPIES > 1
        steps_on(l, 1)
#endif
#if JOBS * COPIES > 2
        steps_on(l, 2)
        steps_on(l, 3)
#endif
        /* LeaseKeeper renews. In time, that makes no difference unless Redis was emptied. */
        :: d_step { status[l] == ALIVE && !lease[l] -> lease[l] = 1 }
        /* Too long without an answer; perhaps a renewal or a claim is still under way. */
        :: d_step { status[l] == ALIVE && trouble -> spend; status[l] = STALE }
        :: d_step { status[l] == ALIVE && late == 0 && trouble -> spend; status[l] = STALE; late = l + 1 }
        /* It looks at its clock: Consumer.leaseLapsed, then leaveToOthers. */
        :: d_step { status[l] == STALE -> status[l] = OVER; lease[l] = 1 }
        /* kill -9, at any moment. */
        :: d_step { is_running(l) && trouble -> spend; status[l] = OVER }
        :: d_step { is_running(l) && late == 0 && trouble -> spend; status[l] = OVER; late = l + 1 }
        /* It shuts down and is out of time: ConsumerState.abandon(.outOfTime), JobLedger.release; then Consumer.reclaimOwn. */
        :: d_step { is_up(l) && trouble -> spend; release(l); status[l] = RETURNING }
        :: d_step { status[l] == RETURNING -> reclaim(l, false); status[l] = (lease[l] -> RETURNING : OVER) }
        /* RecoverySweep of any process finds that the lease has lapsed. */
        :: d_step { has_lapsed(l) -> reclaim(l, true) }
        /* A late renewal arrives. Its answer finds the lease lapsed by the process's own clock, so there it does not count. */
        :: d_step {
            late == l + 1 && status[l] != ALIVE ->
            late = 0;
            lease[l] = 1;
#ifdef LATE_RENEWAL_COUNTS
            status[l] = (status[l] == STALE -> ALIVE : status[l])
#endif
        }
        /* Or it never does. */
        :: d_step { late == l + 1 && status[l] != ALIVE -> late = 0 }
        fi;
        tidy()
    }
    od
}

/* ---- A job by itself: LedgerSweep, and time. ---- */

#define has_room(j) (place[copy0(j)] == NOWHERE || place[copy1(j)] == NOWHERE)
#define is_listed(j) (place[copy0(j)] == READY || place[copy1(j)] == READY)
#define row_owner(j) owner_of(j, row_epoch[j])

/* A row that is due and stands in no list; a row whose process has had no lease for long, so it is not one that believes in its lease. */
#define looks_lost(j) (row[j] == TODO && due[j] && !is_listed(j))
#define looks_orphaned(j) (row[j] == STARTED && !lease[row_owner(j)] && status[row_owner(j)] != ALIVE)

#ifdef SWEEP_NAMES_NO_CLAIM
#define superseded_by_sweep(j) 0
#else
#define superseded_by_sweep(j) (1 << row_epoch[j])
#endif

inline push(j, superseded) {
    n = (place[copy0(j)] == NOWHERE -> copy0(j) : copy1(j));
    place[n] = READY;
    chain[n] = superseded
}

proctype Job(byte j) {
end:
    do
    :: atomic {
        if
#ifndef NO_LEDGER_SWEEP
        /* JobLedger.takeLost */
        :: d_step { durable(j) && has_room(j) && looks_lost(j) -> push(j, 0) }
        /* JobLedger.takeOrphaned */
        :: d_step { durable(j) && has_room(j) && looks_orphaned(j) -> push(j, superseded_by_sweep(j)) }
#endif
        :: d_step { !due[j] -> due[j] = 1 }
        fi;
        tidy()
    }
    od
}

/* FLUSHALL, or a Redis that comes back without its data. Ephemeral jobs are lost with it, which is no fault. */
inline flush() {
    x = 0;
    do
    :: x < JOBS * COPIES -> move(x, NOWHERE); x++
    :: else -> break
    od;
    x = 0;
    do
    :: x < LIVES -> lease[x] = 0; x++
    :: else -> break
    od;
    x = DURABLE;
    do
    :: x < JOBS -> row[x] = DONE; x++
    :: else -> break
    od
}

proctype Redis() {
end:
    do
    :: atomic { trouble -> d_step { spend; flush(); x = 0 } tidy() }
    od
}

/* ---- The properties, looked at in every state. ---- */

/* The handler of claim e runs in a process that believes in its lease … */
#define is_live(j, e) (is_stage(j, e, RUNNING) && status[owner_of(j, e)] == ALIVE)
/* … though the ledger would refuse its end. */
#define is_robbed(j, e) (durable(j) && is_live(j, e) && !is_current(j, e))

/* A durable job is lost when its row runs in a process that is up and not at it. Any other row is found: takeLost finds those that are
   ready, takeOrphaned those that run in a process that is over, once its lease is gone. */
#define is_stuck(j) \
    (row[j] == STARTED && is_up(row_owner(j)) && !is_stage(j, row_epoch[j], STARTING) && !is_stage(j, row_epoch[j], RUNNING))

/* An ephemeral job is lost when no copy of it is in a list, or where its process or a lease leads to it. */
#define is_found(c) \
    (place[c] == READY || place[c] == DELAYED \
    || (place[c] == INBOX && (lease[under[c]] || is_up(under[c]))) \
    || (place[c] == CLAIMED && lease_of(c) && !(is_stage((c) / COPIES, under[c], FORGOTTEN) && process_up((c) / COPIES, under[c]))))
#define lease_of(c) lease[owner_of((c) / COPIES, under[c])]

#define is_job_lost(j) (row[j] != DONE && (durable(j) -> is_stuck(j) : !is_found(copy0(j)) && !is_found(copy1(j))))

#define watch(j) \
    :: d_step { is_job_lost(j) -> job_lost = true; assert(!job_lost) } \
    :: d_step { each(is_live, j, +) > 1 -> two_live_claims = true; assert(!two_live_claims) } \
    :: d_step { each(is_robbed, j, ||) -> robbed_claim = true; assert(!robbed_claim) }

proctype Watch() {
end:
    do
    watch(0)
#if JOBS > 1
    watch(1)
#endif
    od
}

#ifdef ENDS
/* At some moment the last trouble is over. From then on nothing goes round for ever, which the search for accepted cycles shows; and when
   nothing can happen any more, all jobs are done. */
proctype Judge() {
    d_step {
        calm = true;
#ifdef TROUBLES
        troubles = 0
#endif
    }
accept:
end:
    timeout ->
    d_step {
        never_ends = (row[0] != DONE || row[JOBS - 1] != DONE);
        assert(!never_ends)
    }
}
#endif

init {
    atomic {
        i = 0;
        do
        :: i < JOBS -> place[copy0(i)] = READY; due[i] = 1; i++
        :: else -> break
        od;
        tidy();
        run Watch();
#ifdef ENDS
        run Judge();
#endif
        run Redis();
        i = 0;
        do
        :: i < JOBS ->
            run Job(i);
            n = 1;
            do
            :: n <= EPOCHS -> run Claim(i, n); n++
            :: else -> break
            od;
            i++
        :: else -> break
        od;
        i = 0;
        do
        :: i < LIVES -> run Life(i); i++
        :: else -> break
        od
    }
}
