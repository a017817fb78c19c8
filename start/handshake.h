/* SPDX-License-Identifier: MIT */
/*
 * The two words by which processors agree on a start.
 *
 * The claim belongs to the starters: exactly one of them makes the call for a target.
 *
 *     FREE -> CLAIMED(starter) -> CALLING(starter) -> DONE(starter)
 *
 * A starter that dies after CLAIMED has done nothing yet, so another may take the claim over; the
 * slow one then fails at hvsmp_claim_call and lets go. From CALLING on the call may have been made,
 * and no other starter makes it. After DONE with a refusal the boot processor may claim once more.
 *
 * The stage belongs to the target, in two steps: the starter says "you may come in" (INVITED), the
 * processor says "I am in" (ARRIVED, later PROVED). Each step is a compare-and-swap, so a processor
 * that is not invited, that comes after its time, or that comes twice, cannot get in: it parks.
 *
 *     IDLE -> INVITED -> ARRIVED -> PROVED
 *     IDLE <- INVITED                      withdrawn: the call was refused
 *     IDLE or INVITED -> REVOKED -> LATE   its time was over
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum hvsmp_claim_phase {
	HVSMP_CLAIM_FREE,
	HVSMP_CLAIM_CLAIMED,
	HVSMP_CLAIM_CALLING,
	HVSMP_CLAIM_DONE
};
enum { HVSMP_CLAIM_PHASE_BITS = 2, HVSMP_CLAIM_PHASE_MASK = 3 };

enum hvsmp_stage {
	HVSMP_STAGE_IDLE,
	HVSMP_STAGE_INVITED,
	HVSMP_STAGE_ARRIVED,
	HVSMP_STAGE_PROVED,
	HVSMP_STAGE_REVOKED,
	HVSMP_STAGE_LATE
};

static inline bool hvsmp_handshake_swap(uint32_t *word, uint32_t from, uint32_t to)
{
	return __atomic_compare_exchange_n(word, &from, to, false, __ATOMIC_ACQ_REL,
					   __ATOMIC_ACQUIRE);
}

static inline uint32_t hvsmp_handshake_read(const uint32_t *word)
{
	return __atomic_load_n(word, __ATOMIC_ACQUIRE);
}

/* --- claim --- */

static inline uint32_t hvsmp_claim_word(uint32_t starter, enum hvsmp_claim_phase phase)
{
	return starter << HVSMP_CLAIM_PHASE_BITS | phase;
}

static inline enum hvsmp_claim_phase hvsmp_claim_phase(uint32_t word)
{
	return (enum hvsmp_claim_phase)(word & HVSMP_CLAIM_PHASE_MASK);
}

static inline uint32_t hvsmp_claim_starter(uint32_t word)
{
	return word >> HVSMP_CLAIM_PHASE_BITS;
}

static inline bool hvsmp_claim_take(uint32_t *claim, uint32_t starter)
{
	return hvsmp_handshake_swap(claim, HVSMP_CLAIM_FREE,
				    hvsmp_claim_word(starter, HVSMP_CLAIM_CLAIMED));
}

static inline bool hvsmp_claim_call(uint32_t *claim, uint32_t starter)
{
	return hvsmp_handshake_swap(claim, hvsmp_claim_word(starter, HVSMP_CLAIM_CLAIMED),
				    hvsmp_claim_word(starter, HVSMP_CLAIM_CALLING));
}

/* Publishes what the starter wrote about the call. */
static inline bool hvsmp_claim_done(uint32_t *claim, uint32_t starter)
{
	return hvsmp_handshake_swap(claim, hvsmp_claim_word(starter, HVSMP_CLAIM_CALLING),
				    hvsmp_claim_word(starter, HVSMP_CLAIM_DONE));
}

/* Take a claim that was seen as `seen`, in phase CLAIMED or DONE, from its holder. */
static inline bool hvsmp_claim_take_over(uint32_t *claim, uint32_t seen, uint32_t starter)
{
	return (hvsmp_claim_phase(seen) == HVSMP_CLAIM_CLAIMED ||
		hvsmp_claim_phase(seen) == HVSMP_CLAIM_DONE) &&
	       hvsmp_handshake_swap(claim, seen, hvsmp_claim_word(starter, HVSMP_CLAIM_CLAIMED));
}

/* --- stage --- */

static inline bool hvsmp_stage_invite(uint32_t *stage)
{
	return hvsmp_handshake_swap(stage, HVSMP_STAGE_IDLE, HVSMP_STAGE_INVITED);
}

/* The call was refused. False: the processor is in all the same. */
static inline bool hvsmp_stage_withdraw(uint32_t *stage)
{
	return hvsmp_handshake_swap(stage, HVSMP_STAGE_INVITED, HVSMP_STAGE_IDLE);
}

/* Its time is over. False: it came at the last moment. */
static inline bool hvsmp_stage_revoke(uint32_t *stage)
{
	return hvsmp_handshake_swap(stage, HVSMP_STAGE_INVITED, HVSMP_STAGE_REVOKED);
}

/* As hvsmp_stage_revoke, and it cannot be invited any more either. */
static inline void hvsmp_stage_close(uint32_t *stage)
{
	if (!hvsmp_handshake_swap(stage, HVSMP_STAGE_IDLE, HVSMP_STAGE_REVOKED))
		(void)hvsmp_stage_revoke(stage);
}

/* The processor itself: true, come in; false, park. */
static inline bool hvsmp_stage_arrive(uint32_t *stage)
{
	if (hvsmp_handshake_swap(stage, HVSMP_STAGE_INVITED, HVSMP_STAGE_ARRIVED))
		return true;
	(void)hvsmp_handshake_swap(stage, HVSMP_STAGE_REVOKED, HVSMP_STAGE_LATE);
	return false;
}

static inline bool hvsmp_stage_prove(uint32_t *stage)
{
	return hvsmp_handshake_swap(stage, HVSMP_STAGE_ARRIVED, HVSMP_STAGE_PROVED);
}

#ifdef __cplusplus
}
#endif
