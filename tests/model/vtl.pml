/* SPDX-License-Identifier: MIT */
/*
 * VTL 1 in the reference hypervisor: who gets it first (0x0D, 0x0F: calls/enable_vtl.c), and the
 * switch of a VP's VTL against starts and stops of that VP by others (vmm/vtl.c, begin.c, arrive.c,
 * stop.c, processor.c; calls/start_vp.c). Guests do whatever they may, at any moment; every atomic
 * operation of the code is one step. README.md says what is checked and what MUTATE= breaks.
 */

#ifndef VPS
#define VPS 3
#endif
#ifndef UP
#define UP 1 /* so many run in VTL 0 already: number 0 is the boot processor */
#endif
#ifndef ACTIONS
#define ACTIONS 5 /* exits of all guests together */
#endif
#ifndef VTL
#define VTL 0 /* 1: VTL 1 is there from the beginning, for the partition and the boot processor */
#endif
#ifndef RESTART
#define RESTART 0 /* running=restart: 0x99 stops a VP that runs */
#endif
#ifndef STOPS
#define STOPS 0 /* INITs, and starts of VPs that run */
#endif
#ifndef MUTATE
#define MUTATE 0
#endif
#ifndef WITNESS
#define WITNESS 0
#endif

/* enum vp_state; enum vtl_life */
#define WAIT     0
#define STARTING 1
#define RUNNING  2
#define STOPPING 3

#define NOTHING 0
#define FRESH   1
#define BEGUN   2

/* What a context is, by its two halves: a start's is the target's number of starts so far. */
#define NO_CONTEXT 0

byte state[VPS];
byte active_vtl[VPS];
bool launched[VPS];    /* INIT and SIPI of the real APIC are on their way */
bool start_vtl[VPS];   /* vp.start */
byte start_context[VPS];
bool claimed[VPS];     /* vp.claimed_vtls, bit 1 */
bool higher[VPS];      /* vp.higher_vtls, bit 1 */
byte low[VPS * 2], high[VPS * 2]; /* vp.vtl[].entry */
byte life[VPS * 2];
bool partition_has;    /* partition.higher_vtls, bit 1 */
bool has_first;        /* partition.has_first_vp */

/*
 * struct processor. As it once was planned, and MUTATE=5 has it, each VTL had its own: then who
 * waits may look at another word than who leaves writes.
 */
bool in_host[VPS * 2], stop[VPS * 2], parked[VPS * 2];
#if MUTATE == 5
#define word(t) ((t) * 2 + active_vtl[t])
#else
#define word(t) ((t) * 2)
#endif
#define of(t, v) ((t) * 2 + (v))

bool turn;             /* stop.c: one stops another at a time */

byte actions = ACTIONS;
byte stops = STOPS;

/* --- what the properties speak of ------------------------------------------------------------- */

bool inside[VPS];      /* it may hold the lock, or start others: not to be stopped there */
bool is_due[VPS];      /* its VTL 1 was there when its start was accepted */
byte starts[VPS];      /* accepted: the context of the last one */
byte writers[VPS];     /* of entry[1] */
byte from_below, partition_enablings;
bool waits[VPS];       /* in processor_stop or stop_vp */
bool at_vtl1[VPS];     /* it has been in VTL 1 since it was started */
bool saw_call, saw_at_0x99, saw_through, saw_switch, saw_denied, saw_race;

#define ENTRY_OF_0F 100 /* a context of 0x0F: both halves */

/* --- calls/enable_vtl.c ----------------------------------------------------------------------- */

inline enable_partition()
{
	ok = !partition_has; /* check_partition */
	if
	:: ok ->
		atomic {
#if MUTATE == 6
			ok = true; /* a store, whoever came first */
#else
			ok = !partition_has;
#endif
			partition_has = true;
			partition_enablings = partition_enablings + ok;
			/* P: of several callers one enables it. */
			assert(partition_enablings <= 1)
		}
	:: else
	fi
}

inline enable_vp(t)
{
	ok = partition_has;
	below = (active_vtl[self] == 0);
	if
	:: ok && below -> ok = (t == self);
		if
		:: ok -> ok = !has_first
		:: else
		fi
	:: else
	fi;
	if
	:: ok -> ok = !higher[t]
	:: else
	fi;
	if
	:: ok && below ->
#if MUTATE == 1
		has_first = true /* as it was found free, it is taken */
#else
		atomic { ok = !has_first; has_first = true; saw_denied = (saw_denied || !ok) }
#endif
	:: else
	fi;
	if
	:: ok ->
#if MUTATE == 2
		skip /* who has seen that it has none gives it one */
#else
		atomic { ok = !claimed[t]; claimed[t] = true; saw_race = (saw_race || !ok) }
#endif
	:: else
	fi;
	if
	:: ok ->
		atomic {
			writers[t]++;
			/* P: one VP gives a VP its VTL 1. */
			assert(writers[t] == 1);
			from_below = from_below + below;
			/* P: one VP gets it from VTL 0, itself and before all others. */
			assert(from_below <= 1);
			assert(!below || t == self);
			assert(partition_has)
		}
#if MUTATE == 3
		higher[t] = true;
#endif
		low[of(t, 1)] = ENTRY_OF_0F;
		high[of(t, 1)] = ENTRY_OF_0F;
		life[of(t, 1)] = FRESH;
		higher[t] = true
	:: else
	fi
}

/* --- vmm/processor.c -------------------------------------------------------------------------- */

inline processor_launch(t)
{
	atomic {
		/* P: it is not stopped in the hypervisor, and nobody else has sent for it. */
		assert(!inside[t]);
		assert(!launched[t]);
		launched[t] = true
	}
}

inline processor_stop(t)
{
	atomic { w = word(t); parked[w] = false }
	stop[word(t)] = true;
	atomic { w = word(t); before = active_vtl[t] }
#if MUTATE != 4
	atomic { !in_host[w]; saw_switch = (saw_switch || active_vtl[t] != before) }
#endif
	processor_launch(t);
	atomic { parked[word(t)]; stop[word(t)] = false; w = 0; before = 0 }
}

/* --- vmm/stop.c, ipi.c ------------------------------------------------------------------------ */

/* False: it did not run. */
inline stop_vp(t)
{
	waits[self] = true;
	state[t] != STARTING;
#if MUTATE != 11
	do /* await_turn */
	:: atomic { !turn -> turn = true; break }
	:: stop[word(self)] ->
		waits[self] = false;
		atomic { inside[self] = false; in_host[word(self)] = false; t = 0; goto halted }
	od;
#endif
	atomic {
		ok = (state[t] == RUNNING);
		if
		:: ok -> state[t] = STOPPING
		:: else
		fi
	}
	if
	:: ok -> processor_stop(t)
	:: else
	fi;
	atomic { turn = false; waits[self] = false }
}

inline init_vp(t)
{
	if
	:: !higher[t] && active_vtl[self] == 0 -> /* is_dropped */
		stop_vp(t);
		if
		:: ok -> state[t] = WAIT
		:: else
		fi
	:: else
	fi
}

/* --- calls/start_vp.c ------------------------------------------------------------------------- */

inline accept(t)
{
	atomic { starts[t]++; is_due[t] = higher[t] }
}

inline write_start(t, v)
{
	atomic { start_vtl[t] = v; start_context[t] = starts[t] }
}

inline start_vp(t, v)
{
	ok = (v <= active_vtl[self] && (v == 0 || higher[t]));
	if
	:: ok ->
		ok = (state[t] == WAIT || (RESTART && stops > 0 && state[t] != STOPPING));
	:: else
	fi;
	if
	:: ok ->
#if MUTATE == 7
		ok = (state[t] == WAIT);
		atomic { if :: ok -> state[t] = STARTING; accept(t) :: else fi }
#else
		atomic {
			ok = (state[t] == WAIT);
			if
			:: ok -> state[t] = STARTING; accept(t)
			:: else
			fi
		}
#endif
		if
		:: ok ->
#if MUTATE == 8
			processor_launch(t);
			write_start(t, v)
#else
			write_start(t, v);
			processor_launch(t)
#endif
		:: !ok && RESTART && stops > 0 ->
			stops--;
			stop_vp(t);
			/* restart_vp: whoever else wants it now comes before or after this. */
			atomic {
				ok = (state[t] == (ok -> STOPPING : WAIT));
				if
				:: ok -> state[t] = STARTING; accept(t)
				:: else
				fi
			}
			if
			:: ok -> write_start(t, v); processor_launch(t)
			:: else
			fi
		:: else
		fi
	:: else
	fi
}

/* --- vmm/begin.c, vtl.c ----------------------------------------------------------------------- */

/* The active VTL begins at its entry, or at a context of 0x99. */
inline begin_at(from_low, from_high)
{
	atomic {
		/* P: what it begins at is whole, and of the call that it belongs to. */
		assert(from_low == from_high);
		assert(from_low != NO_CONTEXT);
		assert(active_vtl[self] == 0 -> from_low == starts[self] :
					    from_low == starts[self] || from_low == ENTRY_OF_0F);
		/* P: a VP that had VTL 1 when it was started comes there first. */
		assert(active_vtl[self] == 1 || !is_due[self] || at_vtl1[self]);
		life[of(self, active_vtl[self])] = BEGUN;
		at_vtl1[self] = (at_vtl1[self] || active_vtl[self] == 1)
	}
}

inline begin_vp()
{
	at_vtl1[self] = false;
#if MUTATE == 9
	active_vtl[self] = start_vtl[self];
#else
	active_vtl[self] = higher[self]; /* first_vtl: the highest that it has */
#endif
	life[of(self, 0)] = NOTHING;
	if
	:: active_vtl[self] != start_vtl[self] ->
		atomic {
			low[of(self, 0)] = start_context[self];
			high[of(self, 0)] = start_context[self];
			life[of(self, 0)] = FRESH
		}
		begin_at(low[of(self, 1)], high[of(self, 1)])
	:: else ->
		atomic {
			saw_at_0x99 = (saw_at_0x99 || active_vtl[self] == 1);
			skip
		}
		begin_at(start_context[self], start_context[self])
	fi
}

inline vtl_switch(to)
{
	active_vtl[self] = to;
	if
	:: life[of(self, to)] == FRESH ->
		atomic {
			saw_call = (saw_call || to == 1);
			saw_through = (saw_through || to == 0)
		}
		begin_at(low[of(self, to)], high[of(self, to)])
	:: else
	fi
}

/* --- vmm/run.c, arrive.c ---------------------------------------------------------------------- */

inline some_other(t)
{
	if
	:: self != 0 -> t = 0
	:: self != 1 -> t = 1
	:: VPS > 2 && self != 2 -> t = 2
	fi
}

/* INIT to the boot processor ends the run, and it is never started. */
#define may_be_target(t) ((t) != 0)

inline handle_exit()
{
	if
	:: active_vtl[self] == 0 -> enable_partition()
	:: enable_vp(self)
	:: some_other(t); enable_vp(t)
	:: some_other(t);
		if
		:: may_be_target(t) -> start_vp(t, 0)
		:: may_be_target(t) && active_vtl[self] == 1 -> start_vp(t, 1)
		:: !may_be_target(t)
		fi
	:: stops > 0 -> some_other(t); stops--; init_vp(t)
	:: active_vtl[self] == 0 && higher[self] -> vtl_switch(1)
	:: active_vtl[self] == 1 && life[of(self, 0)] == NOTHING -> stays = true
	:: active_vtl[self] == 1 && life[of(self, 0)] != NOTHING -> vtl_switch(0)
	fi;
	atomic { t = 0; ok = false; below = false }
}

proctype processor(byte self)
{
	byte t, w, before;
	bool ok, below, stays;

	if
	:: self < UP -> goto guest
	:: else
	fi;
halted:
	atomic { launched[self] -> launched[self] = false }
	in_host[word(self)] = true; /* processor_arrived */
	atomic {
		ok = (state[self] == STARTING);
		if
		:: ok -> state[self] = RUNNING; inside[self] = true
		:: else
		fi
	}
	if
	:: ok -> ok = false
	:: else -> parked[word(self)] = true; goto halted
	fi;
	begin_vp();
leave:
	atomic { inside[self] = false; in_host[word(self)] = false }
	if
	:: stays -> stays = false; goto halted
	:: else
	fi;
guest:
	if
	:: launched[self] -> goto halted /* out of the guest, wherever it is */
	:: atomic { actions > 0 -> actions-- }
	fi;
	in_host[word(self)] = true; /* processor_enter_host */
	atomic {
#if MUTATE == 10
		ok = false;
#else
		ok = stop[word(self)];
#endif
		inside[self] = !ok;
		assert(ok || !launched[self])
	}
	if
	:: ok -> atomic { ok = false; in_host[word(self)] = false } goto halted
	:: else
	fi;
	handle_exit();
	goto leave
}

#if WITNESS == 1 /* by VtlCall */
#define witnessed() saw_call
#elif WITNESS == 2 /* started in VTL 1 */
#define witnessed() saw_at_0x99
#elif WITNESS == 3 /* started in VTL 0, through VTL 1 */
#define witnessed() (saw_through && at_vtl1[1])
#elif WITNESS == 4 /* it switches while another waits to stop it */
#define witnessed() saw_switch
#elif WITNESS == 5 /* two from below at the same time */
#define witnessed() saw_denied
#elif WITNESS == 6 /* two from VTL 1 for the same VP at the same time */
#define witnessed() saw_race
#else
#define witnessed() false
#endif

active proctype checker()
{
	byte i;

	atomic {
		for (i : 0 .. VPS - 1) {
			state[i] = (i < UP -> RUNNING : WAIT)
		}
		if
		:: VTL ->
			partition_has = true; partition_enablings = 1; has_first = true;
			from_below = 1; claimed[0] = true; higher[0] = true; writers[0] = 1;
			low[of(0, 1)] = ENTRY_OF_0F; high[of(0, 1)] = ENTRY_OF_0F;
			life[of(0, 1)] = FRESH
		:: else
		fi;
		for (i : 0 .. VPS - 1) {
			run processor(i);
			life[of(i, 0)] = (i < UP -> BEGUN : NOTHING)
		}
	}
	atomic {
		timeout;
		for (i : 0 .. VPS - 1) {
			/* P: whoever waits for another's stop is done, and no start is lost. */
			assert(!waits[i]);
			assert(state[i] == WAIT || state[i] == RUNNING);
			assert(!launched[i])
		}
		assert(!witnessed())
	}
}
