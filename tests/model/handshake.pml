/* SPDX-License-Identifier: MIT */
/*
 * The handshake of smp/ as a model for Spin: claim, invite, call, arrive, prove, take over, close,
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
#ifndef HASTE
#define HASTE 1 /* 1: the deadline may be over at any look; 0: only when nothing else can happen */
#endif
#ifndef MUTATE
#define MUTATE 0
#endif

/* --- smp/handshake.h ----------------------------------------------------------------------------- */

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

/* smp/smp.h: enum start_outcome, enum cpu_method, enum cpu_verdict (UNJUDGED is the model's) */
#define NONE     0
#define ACCEPTED 1
#define REFUSED  2
#define UNKNOWN  3

#define BY_NOBODY 0
#define BY_HV     1
#define BY_SIPI   2

#define UNJUDGED  0
#define V_ONLINE  1
#define V_LATE    2
#define V_MISSING 3
#define V_REFUSED 4
#define V_FAULTED 5

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
byte coming[CPUS];  /* entries under way to the first instruction */
byte deaths = DEATHS;
byte lies = LIES;
bool moved; /* HASTE=0: something happened since the boot processor looked */

/* --- what the properties speak of ---------------------------------------------------------------- */

bool calling[CPUS];     /* a 0x99 is under way, or its caller died in it */
bool may_start[CPUS];   /* the last word on a 0x99 was not a refusal */
bool init_sent[CPUS];   /* INIT-SIPI was aimed at it */
bool welcome[CPUS];     /* invited, and neither withdrawn nor revoked */
byte ins[CPUS];         /* how often it came in */
bool rung_closed;       /* the first rung starts nothing more and lets nobody in */
bool over;              /* every verdict is in the ledger */
bool hit[CPUS];         /* something was wrong with this processor, or with a start of it */

#define compare_and_swap(word, from, to)                        \
	if                                                      \
	:: (word) == (from) -> word = (to); ok = true; moved = true \
	:: else -> ok = false                                   \
	fi

/* A mutation makes two steps of one: the look, and the write that trusts it. */
#define torn_swap(word, from, to)                       \
	ok = ((word) == (from));                        \
	if                                              \
	:: ok -> word = (to); moved = true              \
	:: else                                         \
	fi

#define has_arrived(t) (stage[t] == ARRIVED || stage[t] == PROVED)
#define is_target(t)   ((t) != 0 && (t) != UNMAPPED)

/* The processor stops for ever, here. The boot processor does not: without it there is no report. */
#define may_die(self)                                                                  \
	if                                                                             \
	:: atomic { self != 0 && deaths > 0 -> deaths--; hit[self] = true; goto gone } \
	:: atomic { self != 0 && deaths > 0 -> deaths--; hit[self] = true;             \
		    faulted[self] = true; moved = true; goto gone }                    \
	:: true                                                                        \
	fi

/* --- fanout.c ------------------------------------------------------------------------------------ */

/* A VP that runs cannot be started again. */
#define send_on_its_way(t)                      \
	running[t] = true;                      \
	if                                      \
	:: coming[t]++                          \
	:: t == TWICE -> coming[t] = coming[t] + 2; hit[t] = true \
	fi

/* call(): until there is an answer to act on; r: the outcome. */
inline call(t, self)
{
	tries = 0;
	do
	:: atomic {
		/* P: at most one 0x99 at a time; none after INIT. */
		assert(!calling[t]);
		assert(!init_sent[t]);
		calling[t] = true;
		if
		:: !running[t] -> send_on_its_way(t); may_start[t] = true; r = ACCEPTED
		:: REFUSALS || running[t] -> hit[t] = true; r = REFUSED
		:: lies > 0 && !running[t] -> lies--; hit[t] = true; send_on_its_way(t); r = REFUSED
		:: REFUSALS && self == 0 && tries == 0 -> hit[t] = true; useless = true; r = REFUSED
		:: TIMEOUTS >= 0 -> may_start[t] = true; hit[t] = true; r = UNKNOWN
		:: TIMEOUTS >= 0 && !running[t] ->
			send_on_its_way(t); may_start[t] = true; hit[t] = true; r = UNKNOWN
		:: self != 0 && deaths > 0 ->
			deaths--; may_start[t] = true; hit[t] = true; hit[self] = true; goto gone
		:: self != 0 && deaths > 0 && !running[t] ->
			deaths--; send_on_its_way(t); may_start[t] = true; hit[t] = true;
			hit[self] = true; goto gone
		fi
	   }
	   /* The answer comes later than the effect. */
	   atomic {
		calling[t] = false;
		if
		:: r == ACCEPTED -> break
		:: r == REFUSED ->
			if
#if MUTATE != 1
			:: tries > 0 -> r = UNKNOWN
#endif
			:: else
			fi;
			break
		:: r == UNKNOWN ->
			if
			:: tries == TIMEOUTS || has_arrived(t) -> break
			:: else -> tries++
			fi
		fi
	   }
	od
}

/* start(): the claim on t must be self's, in phase CLAIMED. */
inline start(t, self)
{
#if MUTATE == 2
	ok = (claim[t] == WORD(self, CLAIMED));
	atomic { if :: ok -> claim[t] = WORD(self, CALLING) :: else fi }
#else
	atomic { compare_and_swap(claim[t], WORD(self, CLAIMED), WORD(self, CALLING)) }
#endif
	if
	:: ok ->
		method[t] = BY_HV;
		useless = false;
#if MUTATE == 3
		ok = (stage[t] == IDLE);
		atomic { if :: ok -> stage[t] = INVITED; welcome[t] = true; moved = true :: else fi }
#else
		atomic { compare_and_swap(stage[t], IDLE, INVITED); welcome[t] = (welcome[t] || ok) }
#endif
		if
		:: ok -> call(t, self)
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
		atomic { compare_and_swap(claim[t], WORD(self, CALLING), WORD(self, DONE)) }
	:: else
	fi
}

inline fanout_run(self)
{
	do
	:: atomic {
		stop -> break
	   }
	:: !stop ->
		atomic {
			t = next;
			if
			:: next < CPUS -> next++
			:: else
			fi
		}
		if
		:: t >= CPUS -> break
		:: t < CPUS && is_target(t) ->
			may_die(self); /* between draw and claim */
#if MUTATE == 5
			ok = (claim[t] == FREE);
			atomic { if :: ok -> claim[t] = WORD(self, CLAIMED); moved = true :: else fi }
#else
			atomic { compare_and_swap(claim[t], FREE, WORD(self, CLAIMED)) }
#endif
			if
			:: ok ->
				may_die(self); /* between claim and call */
				start(t, self)
			:: else
			fi
		:: else
		fi
	od
}
