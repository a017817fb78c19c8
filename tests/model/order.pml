/* SPDX-License-Identifier: MIT */
/*
 * The handshake where a store may be seen late. handshake.pml takes every step for done as soon as
 * it is made; here each location keeps all that was ever stored to it, and a processor may load any
 * of it that is not older than what it knows: the C11 rules for relaxed, acquire and release
 * accesses without their cycles, and what ARM allows. What is plain in C must be known to be the
 * last: else it is a data race. run.sh has the scenarios, README.md the mutations.
 *
 * BSP prepares a target's record and starts S; both may start T. T comes, proves itself, and BSP
 * reads what the others wrote.
 */
#ifndef MUTATE
#define MUTATE 0
#endif
#ifndef WITNESS
#define WITNESS 0
#endif

/* Processors, and locations: two atomic words, plain records, a relaxed one. */
#define BSP   0
#define S     1
#define T     2
#define PROCS 3

#define CLAIM  0 /* enum hvsmp_claim_phase of T, and its starter */
#define STAGE  1 /* enum hvsmp_stage of T */
#define RECORD 2 /* what T needs to run: its context, block and stack, written by BSP */
#define CALL   3 /* outcome and answer, written by the starter */
#define FOUND  4 /* what T found, written by T */
#define STOP   5 /* hvsmp_start.stop, relaxed */
#define LOCS   6

#define FREE    0
#define CLAIMED 1 /* + 4 * starter, as hvsmp_claim_word */
#define CALLING 2
#define DONE    3
#define word(starter, phase) (4 * (starter) + (phase))
#define phase_of(w)          ((w) % 4)
#define starter_of(w)        ((w) / 4)

#define IDLE    0
#define INVITED 1
#define ARRIVED 2
#define PROVED  3
#define REVOKED 4
#define LATE    5

#define NONE     0
#define ACCEPTED 1
#define REFUSED  2

/* --- memory ----------------------------------------------------------------------------------- */

#define STORES 9 /* to one location, the first included */

byte stores[LOCS];                   /* so many, the last one counts */
byte value[LOCS * STORES];
byte carries[LOCS * STORES * LOCS];  /* what one knows who acquires this store */
byte known[PROCS * LOCS];            /* the oldest store that a processor may still load */

#define at(l, i)         ((l) * STORES + (i))
#define last(l)          (stores[l] - 1)
#define knows(p, l)      known[(p) * LOCS + (l)]
#define carried(l, i, k) carries[at(l, i) * LOCS + (k)]

inline learn(p, l, i)
{
	d_step {
	for (k : 0 .. LOCS - 1) {
		if
		:: carried(l, i, k) > knows(p, k) -> knows(p, k) = carried(l, i, k)
		:: else
		fi
	}
	k = 0
	}
}

inline append(p, l, v, release)
{
	d_step {
	assert(stores[l] < STORES);
	value[at(l, stores[l])] = v;
	knows(p, l) = stores[l];
	for (k : 0 .. LOCS - 1) {
		if
		:: release -> carried(l, stores[l], k) = knows(p, k)
		:: else -> carried(l, stores[l], k) = (k == l -> stores[l] : 0)
		fi
	}
	k = 0;
	stores[l]++
	}
}

/* Any store that is not too old. */
inline pick(p, l)
{
	i = knows(p, l);
	do
	:: i < last(l) -> i++
	:: break
	od
}

inline load(p, l, acquire, out)
{
	atomic {
		pick(p, l);
		out = value[at(l, i)];
		knows(p, l) = i;
		if
		:: acquire -> learn(p, l, i)
		:: else
		fi;
		i = 0
	}
}

inline store(p, l, v, release)
{
	atomic { append(p, l, v, release) }
}

/* Is there a store that `p` may load and that is not `v`? */
#define is_other(p, l, i, v)  ((i) >= knows(p, l) && (i) < stores[l] && value[at(l, i)] != (v))
#define other_than(p, l, v) \
	(is_other(p, l, 0, v) || is_other(p, l, 1, v) || is_other(p, l, 2, v) || \
	 is_other(p, l, 3, v) || is_other(p, l, 4, v) || is_other(p, l, 5, v) || \
	 is_other(p, l, 6, v) || is_other(p, l, 7, v) || is_other(p, l, 8, v))

/*
 * A swap that succeeds takes the last store and carries on what that one carried. One that fails is
 * a load, of an old store perhaps.
 */
inline swap(p, l, from, to, release, ok)
{
	atomic {
		if
		:: value[at(l, last(l))] == (from) ->
			learn(p, l, last(l));
			i = last(l);
			append(p, l, to, release);
			d_step {
			for (k : 0 .. LOCS - 1) {
				if
				:: carried(l, i, k) > carried(l, last(l), k) ->
					carried(l, last(l), k) = carried(l, i, k)
				:: else
				fi
			}
			k = 0
			};
			ok = true
		:: other_than(p, l, from) ->
			if
			:: is_other(p, l, 0, from) -> i = 0
			:: is_other(p, l, 1, from) -> i = 1
			:: is_other(p, l, 2, from) -> i = 2
			:: is_other(p, l, 3, from) -> i = 3
			:: is_other(p, l, 4, from) -> i = 4
			:: is_other(p, l, 5, from) -> i = 5
			:: is_other(p, l, 6, from) -> i = 6
			:: is_other(p, l, 7, from) -> i = 7
			:: is_other(p, l, 8, from) -> i = 8
			fi;
			knows(p, l) = i;
			learn(p, l, i);
			ok = false
		fi;
		i = 0
	}
}

/* Plain: whoever does not know the last store races with it. */
inline plain_load(p, l, out)
{
	atomic {
		assert(knows(p, l) == last(l));
		out = value[at(l, last(l))]
	}
}

inline plain_store(p, l, v)
{
	atomic {
		assert(knows(p, l) == last(l));
		append(p, l, v, false)
	}
}

/* What one processor knows when another makes it run, or wakes it: all, behind a full barrier. */
inline know_all_of(p, other)
{
	d_step {
		for (k : 0 .. LOCS - 1) {
			if
			:: knows(other, k) > knows(p, k) -> knows(p, k) = knows(other, k)
			:: else
			fi
		}
		k = 0
	}
}

/* --- the handshake ---------------------------------------------------------------------------- */

#define RELEASE_DONE   (MUTATE != 1)
#define RELEASE_PROVED (MUTATE != 2)
#define ACQUIRE_STAGE  (MUTATE != 4)
#define ACQUIRE_CLAIM  (MUTATE != 5)
#define BARRIER        (MUTATE != 3)

bool s_runs, t_runs; /* started; by the hypervisor, which is no memory */
bool calling, called;
byte by;             /* whose call it was that started T */

/* fanout.c: start_one; the call is refused or accepted, and a refusal may have its effect. */
inline start_one(p)
{
	swap(p, CLAIM, word(p, CLAIMED), word(p, CALLING), true, ok);
	if
	:: ok ->
		swap(p, STAGE, IDLE, INVITED, true, ok);
		if
		:: ok ->
			assert(!calling);
			calling = true;
			if
			:: !called -> atomic { called = true; by = p; t_runs = true }; result = ACCEPTED
			:: !called -> result = REFUSED
			:: !called -> atomic { called = true; by = p; t_runs = true }; result = REFUSED
			:: called -> result = REFUSED
			fi;
			calling = false;
			plain_store(p, CALL, result);
			if
			:: result == REFUSED ->
				swap(p, STAGE, INVITED, IDLE, true, ok);
				if
				:: !ok -> plain_store(p, CALL, ACCEPTED)
				:: else
				fi
			:: else
			fi
		:: else -> plain_store(p, CALL, ACCEPTED) /* closed meanwhile: unknown */
		fi;
		swap(p, CLAIM, word(p, CALLING), word(p, DONE), RELEASE_DONE, ok)
	:: else
	fi
}

/* Before the stage is looked at, T has its record in use: entry.asm. */
proctype target()
{
	byte i, k, found;
	bool ok;

	t_runs;
	if
	:: BARRIER -> know_all_of(T, by)
	:: else
	fi;
	plain_load(T, RECORD, found);
	assert(found == 1);
	swap(T, STAGE, INVITED, ARRIVED, true, ok);
	if
	:: ok ->
		plain_store(T, FOUND, 1);
		swap(T, STAGE, ARRIVED, PROVED, RELEASE_PROVED, ok);
		assert(ok)
	:: else -> swap(T, STAGE, REVOKED, LATE, true, ok)
	fi
}

proctype starter()
{
	byte i, k, seen, result;
	bool ok;

	s_runs;
	know_all_of(S, BSP);
	load(S, STOP, false, seen);
	if
	:: seen == 0 ->
		swap(S, CLAIM, FREE, word(S, CLAIMED), true, ok);
		if
		:: ok -> start_one(S)
		:: else
		fi
	:: else
	fi
}

/* wait.c: one look at T; what an AP was refused the boot processor tries once more. */
inline look()
{
	load(BSP, STAGE, ACQUIRE_STAGE, seen);
	if
	:: seen == PROVED ->
		plain_load(BSP, FOUND, result);
		assert(result == 1);
		proved = true
	:: else
	fi;
	load(BSP, CLAIM, ACQUIRE_CLAIM, seen);
	if
	:: phase_of(seen) == DONE ->
		plain_load(BSP, CALL, result);
		if
		:: result == REFUSED && starter_of(seen) == S ->
			swap(BSP, CLAIM, seen, word(BSP, CLAIMED), true, ok);
			if
			:: ok -> start_one(BSP)
			:: else
			fi
		:: else
		fi
	:: phase_of(seen) == CLAIMED && starter_of(seen) == S ->
		swap(BSP, CLAIM, seen, word(BSP, CLAIMED), true, ok);
		if
		:: ok -> start_one(BSP)
		:: else
		fi
	:: else
	fi
}

/* start.c: settle_claim and settle. */
inline settle()
{
	do
	:: true ->
		load(BSP, CLAIM, true, seen);
		if
		:: phase_of(seen) == FREE ->
			swap(BSP, CLAIM, FREE, word(BSP, CLAIMED), true, ok);
			if
			:: ok -> break
			:: else
			fi
		:: phase_of(seen) == CLAIMED ->
			swap(BSP, CLAIM, seen, word(BSP, CLAIMED), true, ok);
			if
			:: ok -> break
			:: else
			fi
		:: else -> break
		fi
	od;
	closed = (phase_of(seen) == CALLING);
	swap(BSP, STAGE, INVITED, REVOKED, true, ok);
	if
	:: !ok && closed -> swap(BSP, STAGE, IDLE, REVOKED, true, ok);
		if
		:: !ok -> swap(BSP, STAGE, INVITED, REVOKED, true, ok)
		:: else
		fi
	:: else
	fi
}

active proctype boot()
{
	byte i, k, seen, result;
	bool ok, proved, closed;

	atomic {
		for (i : 0 .. LOCS - 1) {
			stores[i] = 1
		}
		i = 0;
		run starter();
		run target()
	}
	plain_store(BSP, RECORD, 1);
	s_runs = true;
	if /* its own turn in the fan-out */
	:: swap(BSP, CLAIM, FREE, word(BSP, CLAIMED), true, ok);
		if
		:: ok -> start_one(BSP)
		:: else
		fi
	:: skip
	fi;
	look();
	look();
	store(BSP, STOP, 1, false);
	settle();
	/* second.c: who waits still is a candidate by what its call came to. */
#if MUTATE == 6
	plain_load(BSP, CALL, result);
#endif
	load(BSP, STAGE, true, seen);
	if
	:: seen == IDLE -> plain_load(BSP, CALL, result)
	:: seen == PROVED ->
		plain_load(BSP, FOUND, result);
		assert(result == 1);
		proved = true
	:: else
	fi;
	assert(!(WITNESS == 1 && proved && by == S));
	assert(!(WITNESS == 2 && closed))
}
