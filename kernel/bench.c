/* SPDX-License-Identifier: MIT */
/*
 * mode=bench (docs/bench.md): start the same processors by every method, over and over, in one
 * boot. Methods take turns, so a host that becomes busy slows all of them alike.
 */
#include "kernel/bench.h"

#include "kernel/audit.h"
#include "kernel/modes.h"
#include "kernel/state.h"
#include "kernel/stats.h"
#include "kernel/times.h"
#include "lib/assert.h"
#include "lib/format.h"
#include "lib/log.h"

static void *take(const struct bench *b, size_t count, size_t size)
{
	void *memory = pages_alloc(b->smp->pages, pages_of(count * size), 0);

	if (!memory)
		panic("no memory for the benchmark");
	return memory;
}

static void take_memory(struct bench *b)
{
	size_t longest = b->smp->count > b->rounds ? b->smp->count : b->rounds;

	b->scratch = take(b, longest, sizeof(*b->scratch));
	for (int i = 0; i < SMP_METHODS; i++) {
		b->method[i].round = take(b, b->rounds, sizeof(struct bench_round));
		b->method[i].cpu = take(b, b->smp->count, sizeof(struct bench_cpu));
	}
}

static void end_method(struct bench_method *m, const char *reason)
{
	m->offered = false;
	format(m->reason, sizeof(m->reason), "%s", reason);
}

static void prepare(struct bench *b)
{
	bool needs_delay = arch_reset_needs_delay();
	const char *no_calls;

	smp_rounds_prepare(b->smp, hypervisor_is_open(&b->platform->hypervisor));
	hypervisor_settle(&b->platform->hypervisor, b->smp);
	no_calls = b->platform->hypervisor.reason;
	b->bytes_per_cpu = audit_bytes(b->smp) / (b->smp->count ? b->smp->count : 1);
	for (int i = 0; i < SMP_METHODS; i++) {
		struct bench_method *m = &b->method[i];

		m->offered = smp_method_offered(b->smp, (enum smp_method)i, needs_delay, m->reason);
		if (!m->offered && i <= SMP_HV_FANOUT && no_calls[0])
			end_method(m, no_calls);
		if (m->offered && !(b->methods & OPTION_METHOD(i)))
			end_method(m, "not asked for: methods=");
	}
}

static void keep_cpus(const struct bench *b, struct bench_method *m)
{
	uint64_t start = b->smp->start_ticks;

	for (size_t i = 0; i < b->smp->count; i++) {
		const struct cpu *cpu = smp_cpu(b->smp, i);
		const struct arch_cpu *arch = (const struct arch_cpu *)cpu->arch;

		m->cpu[i] = (struct bench_cpu){
			.starter = cpu->start.starter,
			.is_in = cpu_online_tsc(cpu) != 0,
			.issued = ticks_since(start, cpu->start.issued),
			.first = ticks_since(start, arch_cpu_first_ticks(arch)),
			.online = ticks_since(start, cpu_online_tsc(cpu)),
		};
	}
}

/* all_in: when the boot processor knew of all arrivals; 0: it gave up its close watch. */
struct bench_round bench_measure(const struct bench *b, uint64_t all_in)
{
	const struct smp *smp = b->smp;
	struct bench_round round = {.ipis = smp->second.messages};
	size_t arrivals = 0;

	for (size_t i = 0; i < smp->count; i++) {
		const struct cpu *cpu = smp_cpu(smp, i);

		round.hypercalls += cpu->start.calls + cpu->start.vtl_calls;
		round.online += cpu->verdict == CPU_ONLINE;
		if (!cpu->start.is_bsp && cpu_online_tsc(cpu))
			b->scratch[arrivals++] = ticks_since(smp->start_ticks, cpu_online_tsc(cpu));
	}
	stats_sort(b->scratch, arrivals);
	round.first = arrivals ? b->scratch[0] : 0;
	round.median = stats_rank(b->scratch, arrivals, 50);
	round.p95 = stats_rank(b->scratch, arrivals, 95);
	round.last = arrivals ? b->scratch[arrivals - 1] : 0;
	round.total = ticks_since(smp->start_ticks, all_in ? all_in : smp->end_ticks);
	if (round.total < round.last)
		round.total = round.last;
	return round;
}

uint64_t bench_middle_call(const struct bench *b)
{
	size_t calls = 0;

	for (size_t i = 0; i < b->smp->count; i++) {
		if (smp_cpu(b->smp, i)->start.calls)
			b->scratch[calls++] = smp_cpu(b->smp, i)->start.call_ticks;
	}
	stats_sort(b->scratch, calls);
	return stats_rank(b->scratch, calls, 50);
}

/* The first processor that 0x99 refused to start, with its status. */
static bool find_refusal(const struct smp *smp, char reason[HVSMP_REASON_SIZE])
{
	char answer[HVSMP_ANSWER_SIZE];

	for (size_t i = 0; i < smp->count; i++) {
		const struct cpu *cpu = smp_cpu(smp, i);

		if (cpu->start.outcome != HVSMP_OUTCOME_REFUSED || cpu->verdict != CPU_REFUSED)
			continue;
		format(reason, HVSMP_REASON_SIZE, "0x99 on VP %u %s", cpu->start.vp_index,
		       hvsmp_describe(&cpu->start.answer, answer));
		return true;
	}
	return false;
}

/*
 * A refusal after the first round is a refused restart: nothing more can be measured by hypercall.
 */
static void end_calls(struct bench *b, bool restart)
{
	char refusal[HVSMP_REASON_SIZE];
	char reason[HVSMP_REASON_SIZE];

	if (!find_refusal(b->smp, refusal))
		return;
	format(reason, sizeof(reason), "%s refused: %s", restart ? "restart" : "start", refusal);
	end_method(&b->method[SMP_HV_SERIAL], reason);
	end_method(&b->method[SMP_HV_FANOUT], reason);
}

void bench_judge(struct bench *b)
{
	struct smp_summary sum;

	smp_summarize(b->smp, false, &sum);
	if (sum.verdict > b->verdict)
		b->verdict = sum.verdict;
}

/* False: a processor is lost, so later rounds would not compare with earlier ones. */
static bool one_round(struct bench *b, enum smp_method method, bool *is_first)
{
	struct bench_method *m = &b->method[method];
	uint64_t all_in;
	char reason[HVSMP_REASON_SIZE];

	if (!*is_first && !smp_round_undo(b->smp, reason)) {
		log_warn("%s: the benchmark ends", reason);
		for (int i = 0; i < SMP_METHODS; i++) {
			if (b->method[i].offered)
				end_method(&b->method[i], reason);
		}
		return false;
	}
	all_in = smp_round(b->smp, method);
	bench_judge(b);
	m->round[m->done++] = bench_measure(b, all_in);
	keep_cpus(b, m);
	if (method <= SMP_HV_FANOUT) {
		b->call_ticks = bench_middle_call(b);
		end_calls(b, !*is_first);
	}
	*is_first = false;
	return true;
}

static void all_rounds(struct bench *b)
{
	bool is_first = true;

	for (uint32_t r = 0; r < b->rounds; r++) {
		for (int i = 0; i < SMP_METHODS; i++) {
			if (b->method[i].offered && !one_round(b, (enum smp_method)i, &is_first))
				return;
		}
	}
}

enum exit_code bench_run(struct kernel *k)
{
	static struct bench bench;

	bench = (struct bench){.platform = &k->platform,
			       .smp = &k->smp,
			       .rounds = k->options.rounds,
			       .methods = k->options.methods};
	prepare(&bench);
	take_memory(&bench);
	all_rounds(&bench);
	bench_vtl(&bench, k);
	bench_json(&bench);
	bench_table(&bench);
	return (enum exit_code)(EXIT_CODE_OK + bench.verdict);
}
