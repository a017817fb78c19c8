/* SPDX-License-Identifier: MIT */
/*
 * The handshake of start/ as a model for Spin: claim, invite, call, arrive, prove, take over, close,
 * INIT-SIPI, verdict. Every atomic operation of the code is one step here, everything else may fall
 * between: processors die, are late or come twice, calls are refused, answered with a time-out or
 * never answered, and the deadline is over whenever that is worst. README.md says what is checked,
 * how large the scenarios are (the names in capitals below), and what MUTATE= breaks.
 */

/* --- scenario ------------------------------------------------------------------------------------ */

#ifndef CPUS
#define CPUS 3 /* number 0 is the boot processor */
#endif
#ifndef DEATHS
#define DEATHS 1 /* APs that stop somewhere, with or without a fault that is noticed */
#endif
#ifndef LIES
#define LIES 0 /* starts that are refused and have their effect all the same */
#endif
#ifndef TWICE
#define TWICE 0 /* the AP that a start may send on its way twice; 0: none */
#endif
#ifndef UNMAPPED
#define UNMAPPED 0 /* the AP whose VP index is not known; 0: none */
#endif
#ifndef REFUSALS
#define REFUSALS 1 /* 0: no start is refused */
#endif
#ifndef TIMEOUTS
#define TIMEOUTS 1 /* calls after an unclear answer, MAX_TIMEOUTS of fanout.c; -1: all answers are clear */
#endif
#ifndef ABOVE
#define ABOVE 0 /* 1: starts are above VTL 0: the VTL is given first, and there is no INIT-SIPI */
#endif
#ifndef SIPI
#define SIPI !ABOVE /* 0: INIT-SIPI is impossible, there is no page for it */
#endif
#ifndef HASTE
#define HASTE 1 /* 1: the deadline may be over at any look; 0: only when nothing else can happen */
#endif
#ifndef MUTATE
#define MUTATE 0 /* what is broken on purpose: README.md */
#endif
#ifndef WITNESS
#define WITNESS 0 /* something that must be possible: then the search fails on it */
#endif

/* --- start/handshake.h --------------------------------------------------------------------------- */

#define FREE    0
#define CLAIMED 1
#define CALLING 2
#define DONE    3
#define WORD(starter, phase) ((starter) * 4 + (phase))
#define PHASE(word)          ((word) & 3)
#define STARTER(word)        ((word) >> 2)

#define IDLE    0
#define INVITED 1
#define ARRIVED 2
#define PROVED  3
#define REVOKED 4
#define LATE    5

/*
 * start/start.h: enum hvsmp_outcome, enum hvsmp_method; smp/cpu.h: enum cpu_verdict (UNJUDGED is
 * the model's).
 */
#define NONE     0
#define ACCEPTED 1
#define REFUSED  2
#define UNKNOWN  3
#define RUNNING  4
/* An answer, not an outcome: the call is not offered, or not to this caller. */
#define USELESS  5

#define BY_NONE      0
#define BY_HYPERCALL 1
#define BY_SECOND    2

#define UNJUDGED  0
#define V_ONLINE  1
#define V_LATE    2
#define V_MISSING 3
#define V_REFUSED 4

byte claim[CPUS];
byte stage[CPUS];
byte outcome[CPUS];
byte method[CPUS];
byte verdict[CPUS];
bool faulted[CPUS];
bool entered[CPUS]; /* the flag of arch/x86_64/entry.asm */
byte next;
bool stop;

/* --- the world ----------------------------------------------------------------------------------- */

bool running[CPUS]; /* the VP has been started */
#if ABOVE
bool has_vtl[CPUS]; /* 0x0F has given it the VTL that it is to begin in */
#endif
byte coming[CPUS];  /* entries under way to the first instruction */
byte deaths = DEATHS;
byte lies = LIES;

/* --- what the properties speak of ---------------------------------------------------------------- */

bool calling[CPUS];     /* a 0x99 is under way, or its caller died in it */
bool may_start[CPUS];   /* a 0x99 may have started it */
bool init_sent[CPUS];   /* INIT-SIPI was aimed at it */
bool welcome[CPUS];     /* invited, and neither withdrawn nor revoked */
byte ins[CPUS];         /* how often it came in */
byte users[CPUS];       /* processors on its stack */
bool rung_closed;       /* the first rung starts nothing more and lets none in */
bool over;              /* every verdict is in the ledger */
bool renewed;           /* all were at rest, so smp_round_undo begins anew */

/* Of use only where the deadline waits until nothing else can happen. */
#if HASTE
#define step()   skip
#define spoil(t) skip
#else
bool moved;         /* something happened since the boot processor looked */
bool spoilt[CPUS];  /* something was wrong with this processor, or with a start of it */
#define step()   moved = true
#define spoil(t) spoilt[t] = true
#endif

#define compare_and_swap(word, from, to)                        \
	if                                                      \
	:: (word) == (from) -> word = (to); ok = true; step() \
	:: else -> ok = false                                   \
	fi

#define hvsmp_has_arrived(t) (stage[t] == ARRIVED || stage[t] == PROVED)
#define hvsmp_fanout_is_target(t)   ((t) != 0 && (t) != UNMAPPED)

/* The processor stops for ever, here. The boot processor does not: without it there is no report. */
#define may_die(self)                                                                  \
	if                                                                             \
	:: atomic { self != 0 && deaths > 0 -> deaths--; spoil(self); goto gone } \
	:: atomic { self != 0 && deaths > 0 -> deaths--; spoil(self);             \
		    faulted[self] = true; step(); goto gone }                    \
	:: true                                                                        \
	fi

/* --- start/fanout.c ------------------------------------------------------------------------------ */

/* A VP that runs cannot be started again. */
#define send_on_its_way(t)                      \
	running[t] = true;                      \
	if                                      \
	:: coming[t]++                          \
	:: t == TWICE -> coming[t] = coming[t] + 2; spoil(t) \
	fi

/* Asking once more finds a first refusal out; the last one may always be a lie. */
#if HASTE
#define may_lie(refused) true
#else
#define may_lie(refused) (!refused)
#endif

/* call(): until there is an answer to act on; r: the answer, then the outcome. */
inline call(t, self)
{
	tries = 0;
	refused = false;
	do
	:: atomic {
		/* P: at most one 0x99 at a time; none after INIT. */
		assert(!calling[t]);
		assert(!init_sent[t]);
#if ABOVE
		/* P: none into a VTL that the VP lacks. */
		assert(has_vtl[t]);
#endif
		calling[t] = true;
		if
		:: !running[t] -> send_on_its_way(t); may_start[t] = true; r = ACCEPTED
		:: REFUSALS && !running[t] -> spoil(t); r = REFUSED
		:: REFUSALS || running[t] -> spoil(t); r = RUNNING /* it, or other code */
		:: lies > 0 && !running[t] && may_lie(refused) ->
			lies--; spoil(t); send_on_its_way(t); r = REFUSED
		:: lies > 0 && !running[t] -> lies--; spoil(t); send_on_its_way(t); r = RUNNING
		:: REFUSALS && self == 0 && tries == 0 && !refused -> spoil(t); r = USELESS
		:: TIMEOUTS >= 0 -> may_start[t] = true; spoil(t); r = UNKNOWN
		:: TIMEOUTS >= 0 && !running[t] ->
			send_on_its_way(t); may_start[t] = true; spoil(t); r = UNKNOWN
		:: self != 0 && deaths > 0 ->
			deaths--; may_start[t] = true; spoil(t); spoil(self); goto gone
		:: self != 0 && deaths > 0 && !running[t] ->
			deaths--; send_on_its_way(t); may_start[t] = true; spoil(t);
			spoil(self); goto gone
		fi
	   }
	   /* The answer comes later than the effect. */
	   atomic {
		calling[t] = false;
		if
		:: r == ACCEPTED -> break
		:: r == UNKNOWN ->
			if
			:: tries == TIMEOUTS -> break
			:: else -> tries++
			fi
#if MUTATE == 1
		:: r != ACCEPTED && r != UNKNOWN && tries > 0 -> r = REFUSED; break
#else
		:: r != ACCEPTED && r != UNKNOWN && tries > 0 -> r = UNKNOWN; break
#endif
		:: r == RUNNING && tries == 0 && !refused -> break
		:: r == RUNNING && tries == 0 && refused -> r = ACCEPTED; break
#if MUTATE == 18
		:: r == REFUSED && tries == 0 -> break /* never asked once more */
#else
		:: r == REFUSED && tries == 0 && !refused -> refused = true
		:: r == REFUSED && tries == 0 && refused -> break
#endif
		:: r == USELESS && tries == 0 -> useless = true; r = REFUSED; break
		fi
	   }
	   /* Right before the next call. */
	   atomic {
		if
		:: hvsmp_has_arrived(t) && refused -> r = ACCEPTED; break
		:: hvsmp_has_arrived(t) && !refused -> r = UNKNOWN; break
		:: else
		fi
	   }
	od
}

/*
 * give_vtl(): 0x0F, once it has succeeded never again. A refusal, whatever its status, starts
 * nothing, and no 0x99 follows.
 */
#if ABOVE
inline give_vtl(t, self)
{
	atomic {
		if
		:: has_vtl[t] -> ok = true
		:: !has_vtl[t] -> has_vtl[t] = true; step(); ok = true
		:: REFUSALS && !has_vtl[t] -> spoil(t); ok = false
		:: REFUSALS && !has_vtl[t] && self == 0 -> spoil(t); useless = true; ok = false
		:: self != 0 && deaths > 0 && !has_vtl[t] ->
			deaths--; spoil(t); spoil(self); goto gone
		:: self != 0 && deaths > 0 && !has_vtl[t] ->
			deaths--; has_vtl[t] = true; spoil(t); spoil(self); goto gone
		fi
	}
#if MUTATE == 19
	ok = true
#endif
}
#else
#define give_vtl(t, self) skip
#endif

/* start_one(): the claim on t must be self's, in phase CLAIMED. */
inline start_one(t, self)
{
#if MUTATE == 2
	ok = (claim[t] == WORD(self, CLAIMED));
	atomic { if :: ok -> claim[t] = WORD(self, CALLING) :: else fi }
#else
	atomic { compare_and_swap(claim[t], WORD(self, CLAIMED), WORD(self, CALLING)) }
#endif
	if
	:: ok ->
		method[t] = BY_HYPERCALL;
		useless = false;
#if MUTATE == 3
		ok = (stage[t] == IDLE);
		atomic { if :: ok -> stage[t] = INVITED; welcome[t] = true; step() :: else fi }
#else
		atomic { compare_and_swap(stage[t], IDLE, INVITED); welcome[t] = (welcome[t] || ok) }
#endif
		if
		:: ok ->
			give_vtl(t, self);
			if
			:: ok -> call(t, self)
			:: else -> r = REFUSED
			fi
		:: else -> r = UNKNOWN
		fi;
		outcome[t] = r;
		if
		:: r == REFUSED ->
#if MUTATE == 4
			ok = true /* the refused stay invited */
#else
			atomic {
				compare_and_swap(stage[t], INVITED, IDLE);
				welcome[t] = (welcome[t] && !ok)
			}
#endif
			if
			:: !ok -> outcome[t] = ACCEPTED; r = ACCEPTED
			:: else
			fi
		:: else
		fi;
		if
		:: r == REFUSED && self == 0 && useless -> stop = true
		:: else
		fi;
		atomic {
			assert(!renewed); /* P: no call of another round ends here */
			compare_and_swap(claim[t], WORD(self, CALLING), WORD(self, DONE));
			r = NONE; tries = 0; useless = false; refused = false; ok = false
		}
	:: else
	fi
}

inline hvsmp_fan_out(self)
{
	do
	:: atomic {
		stop -> break
	   }
	:: !stop ->
		atomic {
			assert(!renewed); /* P: no draw from another round */
			t = next;
			if
			:: next < CPUS -> next++
			:: else
			fi
		}
		if
		:: t >= CPUS -> break
		:: t < CPUS && hvsmp_fanout_is_target(t) ->
			may_die(self); /* between draw and claim */
#if MUTATE == 5
			ok = (claim[t] == FREE);
			atomic { if :: ok -> claim[t] = WORD(self, CLAIMED); step() :: else fi }
#else
			atomic { compare_and_swap(claim[t], FREE, WORD(self, CLAIMED)) }
#endif
			if
			:: ok ->
				may_die(self); /* between claim and call */
				start_one(t, self)
			:: else
			fi
		:: else
		fi
	od
}

/* --- smp/arrive.c and arch/x86_64/entry.asm ------------------------------------------------------ */

proctype ap(byte self)
{
	byte t, r, tries;
	bool ok, useless, refused;

	atomic { coming[self] > 0 -> coming[self]-- }
	may_die(self);
#if MUTATE != 6
	atomic {
		if
		:: entered[self] -> goto gone /* this stack is in use already */
		:: else -> entered[self] = true
		fi
	}
#endif
	atomic {
		/* P: no processor runs twice. */
		users[self]++;
		assert(users[self] == 1)
	}
	may_die(self);
	atomic {
#if MUTATE == 7
		if
		:: stage[self] == INVITED || stage[self] == IDLE ->
			stage[self] = ARRIVED; step(); ok = true
		:: else -> ok = false
		fi;
#else
		compare_and_swap(stage[self], INVITED, ARRIVED);
#endif
		if
		:: ok ->
			/* P: in once, invited, and not after the end. */
			ins[self]++;
			assert(ins[self] == 1);
			assert(welcome[self]);
			assert(!rung_closed || init_sent[self]);
			assert(!over)
		:: else -> goto parked
		fi
	}
	hvsmp_fan_out(self);
	may_die(self);
	atomic { compare_and_swap(stage[self], ARRIVED, PROVED) }
	goto gone;
parked:
	atomic { compare_and_swap(stage[self], REVOKED, LATE) }
gone:
	skip
}

/* --- start/wait.c -------------------------------------------------------------------------------- */

/* One more look at the clock of a bounded wait. */
#ifdef LIVE
bool clock_over;
#define deadline_start() atomic { expired = false; stalled = false; clock_over = false }
#else
#define deadline_start() atomic { expired = false; stalled = false }
#endif
#if defined(LIVE) && MUTATE == 16
#define deadline_look() skip
#define stalled_look()  stalled = true
#elif defined(LIVE)
#define deadline_look() expired = clock_over
#define stalled_look()  if :: stalled = true :: stalled = false fi
#elif HASTE
#define deadline_look() if :: expired = true :: true fi
#define stalled_look()  if :: stalled = true :: stalled = false fi
#else
/* Idle for a part of the deadline, then for all of it. */
#define deadline_look()                                                                 \
	atomic {                                                                        \
		if                                                                      \
		:: moved -> moved = false; stalled = false                              \
		:: !moved && timeout -> expired = stalled; stalled = true               \
		fi                                                                      \
	}
#define stalled_look() skip
#endif

/* is_settled(): its three reads; the result ends up in settled. */
inline is_settled(t)
{
	r = stage[t];
	atomic {
		if
		:: r == PROVED || faulted[t] -> ok = true
		:: r == ARRIVED && !faulted[t] -> ok = false
		:: else ->
			if
			:: PHASE(claim[t]) == FREE -> ok = (!hvsmp_fanout_is_target(t) || stop)
			:: PHASE(claim[t]) == DONE ->
				ok = (outcome[t] == REFUSED && (STARTER(claim[t]) == 0 || stop))
			:: else -> ok = false
			fi
		fi;
		settled = (settled && ok);
		r = NONE; ok = false
	}
}

/* Starts that an AP left undone, or was refused. */
inline rescue(t)
{
	atomic {
		seen = claim[t];
		if
		:: !hvsmp_fanout_is_target(t) || stop -> ok = false
		:: else ->
			if
			:: PHASE(seen) == FREE || PHASE(seen) == CLAIMED -> ok = stalled
			:: PHASE(seen) == DONE ->
				ok = (outcome[t] == REFUSED && STARTER(seen) != 0)
			:: else -> ok = false
			fi
		fi
	}
	if
#if MUTATE == 13
	:: ok && PHASE(seen) == DONE ->
#else
	:: ok ->
#endif
#if MUTATE == 8
		atomic { claim[t] = WORD(0, CLAIMED); step() }
#else
		atomic { compare_and_swap(claim[t], seen, WORD(0, CLAIMED)) }
#endif
		if
		:: ok -> start_one(t, 0)
		:: else
		fi
	:: else
	fi;
	atomic { seen = 0; ok = false }
}

inline hvsmp_wait()
{
	deadline_start();
	do
	:: settled = true;
	   t = 1;
	   do
	   :: t < CPUS && settled -> is_settled(t); t++
	   :: else -> break
	   od;
	   if
	   :: settled -> break
	   :: else
	   fi;
	   stalled_look();
	   t = 1;
	   do
	   :: t < CPUS -> rescue(t); t++
	   :: else -> break
	   od;
	   deadline_look();
	   if
	   :: expired -> break
	   :: else
	   fi
	od;
	atomic { expired = false; stalled = false; settled = false }
}

/* --- start/start.c ------------------------------------------------------------------------------- */

/* hvsmp_stage_revoke() */
#define revoke(t)                                                      \
	atomic {                                                       \
		compare_and_swap(stage[t], INVITED, REVOKED);          \
		welcome[t] = (welcome[t] && !ok)                       \
	}

inline settle_running(t)
{
	atomic {
		compare_and_swap(stage[t], INVITED, IDLE);
		welcome[t] = (welcome[t] && !ok)
	}
	outcome[t] = (ok -> REFUSED : ACCEPTED)
}

inline settle()
{
	t = 1;
	do
	:: t < CPUS ->
#if MUTATE == 9
		seen = claim[t];
		revoke(t);
		if
		:: PHASE(seen) == FREE || PHASE(seen) == CLAIMED ->
			atomic { compare_and_swap(claim[t], seen, WORD(0, CLAIMED)) }
		:: else
		fi;
		seen = claim[t];
#elif MUTATE != 10
		do
		:: seen = claim[t];
		   if
		   :: PHASE(seen) == FREE || PHASE(seen) == CLAIMED ->
			atomic {
				compare_and_swap(claim[t], seen, WORD(0, CLAIMED));
				if
				:: ok -> break
				:: else
				fi
			}
		   :: else -> break
		   fi
		od;
		if
		:: PHASE(seen) == DONE && outcome[t] == RUNNING -> settle_running(t)
		:: else -> revoke(t)
		fi;
#endif
#if MUTATE != 10 && MUTATE != 11
		if
		:: PHASE(seen) == CALLING ->
			atomic { compare_and_swap(stage[t], IDLE, REVOKED) }
			if
			:: !ok -> revoke(t)
			:: else
			fi
		:: else
		fi;
#endif
		t++
	:: else -> break
	od;
	atomic { rung_closed = true; seen = 0; ok = false }
}

/* --- start/second.c and start/x86_64/init_sipi.c ------------------------------------------------- */

inline hvsmp_is_candidate(t)
{
	r = outcome[t];
#if MUTATE == 14
	atomic { ok = (r == NONE || r == REFUSED); r = 0 }
#else
	atomic { ok = ((r == NONE || r == REFUSED) && stage[t] == IDLE); r = 0 }
#endif
}

inline send_inits()
{
	t = 1;
	do
	:: t < CPUS ->
		hvsmp_is_candidate(t);
		if
		:: ok ->
			/* P: a processor that a 0x99 may still start gets no INIT. */
			atomic {
				assert(!calling[t]);
				assert(!may_start[t]);
#if !HASTE
				/* P: with patience a refusal that has had its effect is found out. */
				assert(!entered[t]);
#endif
				/* send_init() of smp/: one that has been on its stack gets none. */
				ok = !entered[t];
				init_sent[t] = (init_sent[t] || ok)
			}
			if
			:: ok ->
				method[t] = BY_SECOND;
				atomic {
					compare_and_swap(stage[t], IDLE, INVITED);
					welcome[t] = (welcome[t] || ok)
				}
			:: else
			fi
		:: else
		fi;
		t++
	:: else -> break
	od
}

#define hvsmp_is_awaited(t) (method[t] == BY_SECOND && stage[t] == INVITED && !faulted[t])

/* A VP that was started against all answers ignores it; any other may miss the first one. */
inline send_startups()
{
	t = 1;
	do
	:: t < CPUS ->
		atomic {
			if
			:: hvsmp_is_awaited(t) && !running[t] -> send_on_its_way(t)
			:: hvsmp_is_awaited(t) -> spoil(t)
			:: else
			fi
		}
		t++
	:: else -> break
	od
}

inline hvsmp_await_invited()
{
	deadline_start();
	do
	:: settled = true;
	   t = 1;
	   do
	   :: t < CPUS && settled ->
		settled = !(hvsmp_is_awaited(t) ||
			    (method[t] == BY_SECOND && stage[t] == ARRIVED && !faulted[t]));
		t++
	   :: else -> break
	   od;
	   if
	   :: settled -> break
	   :: else
	   fi;
	   deadline_look();
	   if
	   :: expired -> break
	   :: else
	   fi
	od;
	atomic { expired = false; stalled = false }
}

inline run_init_sipi()
{
	send_inits();
	send_startups();
	hvsmp_await_invited();
	if
	:: !settled ->
		send_startups();
		hvsmp_await_invited()
	:: else
	fi;
	t = 1;
	do
#if MUTATE == 12
	:: t < CPUS && !settled -> revoke(t); t++
	:: t < CPUS && settled -> break
#else
	:: t < CPUS -> revoke(t); t++
#endif
	:: else -> break
	od
}

/* --- smp/ledger.c -------------------------------------------------------------------------------- */

inline judge(t)
{
	atomic {
		if
		:: faulted[t] -> verdict[t] = V_MISSING
		:: !faulted[t] && stage[t] == PROVED -> verdict[t] = V_ONLINE
		:: !faulted[t] && stage[t] == LATE -> verdict[t] = V_LATE
		:: !faulted[t] && stage[t] == IDLE -> verdict[t] = (entered[t] -> V_LATE : V_REFUSED)
#if MUTATE != 15
		:: else -> verdict[t] = V_MISSING
#else
		:: else
#endif
		fi
	}
}

#if WITNESS == 1 /* started by an AP */
#define witnessed() (verdict[2] == V_ONLINE && method[2] == BY_HYPERCALL && STARTER(claim[2]) == 1)
#elif WITNESS == 2 /* started by INIT-SIPI after a refusal */
#define witnessed() (verdict[1] == V_ONLINE && init_sent[1] && outcome[1] == REFUSED)
#elif WITNESS == 3 /* started by INIT-SIPI because its starter died before the call */
#define witnessed() (verdict[2] == V_ONLINE && outcome[2] == NONE && claim[2] == WORD(0, CLAIMED))
#elif WITNESS == 4 /* in, though what the call did is unknown */
#define witnessed() (verdict[1] == V_ONLINE && outcome[1] == UNKNOWN)
#elif WITNESS == 5 /* closed while its call was under way */
#define witnessed() (verdict[2] == V_MISSING && claim[2] == WORD(1, CALLING) && stage[2] == REVOKED)
#elif WITNESS == 6
#define witnessed() (verdict[1] == V_LATE)
#elif WITNESS == 7 /* with SIPI=0 */
#define witnessed() (verdict[1] == V_REFUSED && verdict[2] == V_ONLINE)
#elif WITNESS == 8 /* one is useless, so all others come the other way */
#define witnessed() (stop && verdict[1] == V_ONLINE && verdict[2] == V_ONLINE && init_sent[2])
#elif WITNESS == 11 /* the VTL refused, so no start; the other one comes */
#define witnessed() (verdict[1] == V_REFUSED && !has_vtl[1] && verdict[2] == V_ONLINE)
#elif WITNESS == 12 /* an AP has died in 0x0F, and the VTL is there */
#define witnessed() (claim[2] == WORD(1, CALLING) && has_vtl[2] && !may_start[2])
#elif WITNESS == 9 /* faults, and the one that it was to start comes all the same */
#define witnessed() (faulted[1] && verdict[1] == V_MISSING && verdict[2] == V_ONLINE)
#endif

/* smp/rounds.c, is_at_rest() */
#if MUTATE == 17
#define has_ended(t) hvsmp_has_arrived(t)
#else
#define has_ended(t) (stage[t] == PROVED)
#endif
#define is_at_rest(t)                                                          \
	(!faulted[t] && (has_ended(t) || (stage[t] == IDLE && !entered[t] && \
					  (outcome[t] == NONE || outcome[t] == REFUSED))))

/*
 * smp_round_undo(): if all are at rest the words begin anew. It is enough to see that they are
 * not used after that: who was refused and comes all the same is stopped by INIT.
 */
inline undo()
{
	atomic {
		t = 1;
		ok = true;
		do
		:: t < CPUS -> ok = (ok && is_at_rest(t)); t++
		:: else -> break
		od;
		renewed = ok;
		ok = false
	}
#if WITNESS == 10
	assert(!renewed)
#endif
}

/* P: one verdict for each, and a true one. */
inline check_ledger()
{
	atomic {
		t = 1;
		do
		:: t < CPUS ->
			assert(verdict[t] != UNJUDGED);
			assert(verdict[t] != V_ONLINE || ins[t] == 1);
			assert((verdict[t] != V_REFUSED && verdict[t] != V_LATE) || ins[t] == 0);
#if !HASTE
			/* P: what the first rung is known not to have started, the second one tries. */
			assert(outcome[t] != REFUSED || init_sent[t] || ABOVE);
			/* P: a processor that fails costs no other. */
			assert(spoilt[t] || (ABOVE && stop) || verdict[t] == V_ONLINE);
			assert(spoilt[t] || stop || t == UNMAPPED || method[t] == BY_HYPERCALL);
#endif
			t++
		:: else -> break
		od
	}
#if WITNESS && WITNESS != 10
	assert(!witnessed())
#endif
}

#ifdef LIVE
/* Time goes on, at any rate. */
active proctype clock()
{
	do
	:: !clock_over -> clock_over = true
	:: over -> break
	od
}

/* P: the boot processor ends, whatever the others do. */
ltl terminates { <> over }
#endif

active proctype boot()
{
	byte t, r, tries, seen;
	bool ok, useless, refused, settled, stalled, expired;

	hvsmp_fan_out(0);
	hvsmp_wait();
	settle();
#if SIPI
	run_init_sipi();
#endif
	t = 1;
	do
	:: t < CPUS -> judge(t); t++
	:: else -> break
	od;
	over = true;
	check_ledger();
	undo();
gone:	skip
}

init {
	atomic {
		byte i = 1;
		do
		:: i < CPUS -> run ap(i); i++
		:: else -> break
		od;
		if
		:: TWICE != 0 -> run ap(TWICE)
		:: else
		fi
	}
}
