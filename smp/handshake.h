/* SPDX-License-Identifier: MIT */
/*
 * The two words by which processors agree on a start. Both are private to smp/.
 *
 * The claim belongs to the starters: exactly one of them makes the call for a target.
 *
 *     FREE -> CLAIMED(starter) -> CALLING(starter) -> DONE(starter)
 *
 * A starter that dies after CLAIMED has done nothing yet, so another may take the claim over;
 * the slow one then fails at claim_call and lets go. From CALLING on the call may have been made
 * and nobody else makes it. After DONE with a refusal the boot processor may claim once more.
 *
 * The stage belongs to the target, in two steps: the starter says "you may come in" (INVITED), the
 * processor says "I am in" (ARRIVED, later PROVED). Each step is a compare-and-swap, so a processor
 * that nobody invited, that comes after its time, or that comes twice, cannot get in: it parks.
 *
 *     IDLE -> INVITED -> ARRIVED -> PROVED
 *     IDLE <- INVITED                      withdrawn: the call was refused
 *     IDLE or INVITED -> REVOKED -> LATE   its time was over
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum claim_phase { CLAIM_FREE, CLAIM_CLAIMED, CLAIM_CALLING, CLAIM_DONE };
enum { CLAIM_PHASE_BITS = 2, CLAIM_PHASE_MASK = 3 };

enum stage { STAGE_IDLE, STAGE_INVITED, STAGE_ARRIVED, STAGE_PROVED, STAGE_REVOKED, STAGE_LATE };

static inline bool handshake_swap(uint32_t *word, uint32_t from, uint32_t to)
{
	return __atomic_compare_exchange_n(word, &from, to, false, __ATOMIC_ACQ_REL,
					   __ATOMIC_ACQUIRE);
}

static inline uint32_t handshake_read(const uint32_t *word)
{
	return __atomic_load_n(word, __ATOMIC_ACQUIRE);
}

/* --- claim --- */

static inline uint32_t claim_word(uint32_t starter, enum claim_phase phase)
{
	return starter << CLAIM_PHASE_BITS | phase;
}

static inline enum claim_phase claim_phase(uint32_t word)
{
	return (enum claim_phase)(word & CLAIM_PHASE_MASK);
}

static inline uint32_t claim_starter(uint32_t word)
{
	return word >> CLAIM_PHASE_BITS;
}

static inline bool claim_take(uint32_t *claim, uint32_t starter)
{
	return handshake_swap(claim, CLAIM_FREE, claim_word(starter, CLAIM_CLAIMED));
}

static inline bool claim_call(uint32_t *claim, uint32_t starter)
{
	return handshake_swap(claim, claim_word(starter, CLAIM_CLAIMED),
			      claim_word(starter, CLAIM_CALLING));
}

/* Publishes what the starter wrote about the call. */
static inline bool claim_done(uint32_t *claim, uint32_t starter)
{
	return handshake_swap(claim, claim_word(starter, CLAIM_CALLING),
			      claim_word(starter, CLAIM_DONE));
}

/* Take a claim that was seen as `seen`, in phase CLAIMED or DONE, from its holder. */
static inline bool claim_take_over(uint32_t *claim, uint32_t seen, uint32_t starter)
{
	return (claim_phase(seen) == CLAIM_CLAIMED || claim_phase(seen) == CLAIM_DONE) &&
	       handshake_swap(claim, seen, claim_word(starter, CLAIM_CLAIMED));
}

/* --- stage --- */

static inline bool stage_invite(uint32_t *stage)
{
	return handshake_swap(stage, STAGE_IDLE, STAGE_INVITED);
}

/* The call was refused. False: the processor is in all the same. */
static inline bool stage_withdraw(uint32_t *stage)
{
	return handshake_swap(stage, STAGE_INVITED, STAGE_IDLE);
}

/* Its time is over. False: it came at the last moment. */
static inline bool stage_revoke(uint32_t *stage)
{
	return handshake_swap(stage, STAGE_INVITED, STAGE_REVOKED);
}

/* As stage_revoke, and nobody may invite it any more either. */
static inline void stage_close(uint32_t *stage)
{
	if (!handshake_swap(stage, STAGE_IDLE, STAGE_REVOKED))
		(void)stage_revoke(stage);
}

/* The processor itself: true, come in; false, park. */
static inline bool stage_arrive(uint32_t *stage)
{
	if (handshake_swap(stage, STAGE_INVITED, STAGE_ARRIVED))
		return true;
	(void)handshake_swap(stage, STAGE_REVOKED, STAGE_LATE);
	return false;
}

static inline bool stage_prove(uint32_t *stage)
{
	return handshake_swap(stage, STAGE_ARRIVED, STAGE_PROVED);
}
