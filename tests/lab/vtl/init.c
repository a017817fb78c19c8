/* SPDX-License-Identifier: MIT */
/*
 * The first process of a Linux in VTL 2: takes every processor off and on again, and with storm=N
 * starts processes on all of them, each of which leaves the guest by CPUID, N times at least on
 * each processor. Says what it did, line by line, and powers off.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/wait.h>
#include <unistd.h>

#define BURST 20 /* CPUIDs; a process that starts makes about as many of its own */

static int open_switch(int cpu)
{
	char path[64];

	(void)snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%d/online", cpu);
	return open(path, O_RDWR);
}

/* Does it take `state`, and is it there afterwards? */
static bool switch_cpu(int cpu, char state)
{
	int file = open_switch(cpu);
	char now = 0;

	if (file < 0)
		return false;
	bool done = write(file, &state, 1) == 1 && pread(file, &now, 1, 0) == 1 && now == state;

	close(file);
	return done;
}

static int count_cpus(void)
{
	int count = 1; /* the boot processor has no switch */

	for (;; count++) {
		int file = open_switch(count);

		if (file < 0)
			return count;
		close(file);
	}
}

static void off_and_on(int cpus)
{
	for (int cpu = 1; cpu < cpus; cpu++) {
		bool off = switch_cpu(cpu, '0');
		bool on = switch_cpu(cpu, '1');

		printf("@vtl cpu=%d off=%d on=%d\n", cpu, off, on);
	}
}

static void burst(void)
{
	for (int i = 0; i < BURST; i++) {
		unsigned int eax = 0, ecx = 0;

		__asm__ volatile("cpuid" : "+a"(eax), "+c"(ecx) : : "ebx", "edx");
	}
}

/* On one processor: processes that come and go, until the exits are made. False: one was lost. */
static bool storm_on(int cpu, long exits)
{
	cpu_set_t set;
	int status;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		return false;
	for (; exits > 0; exits -= 2L * BURST) {
		pid_t child = fork();

		if (!child) {
			execl("/init", "/init", "burst", NULL);
			_exit(1);
		}
		burst();
		if (child < 0 || waitpid(child, &status, 0) != child || status)
			return false;
	}
	return true;
}

static void storm(int cpus, long exits)
{
	int good = 0;
	int status;

	for (int cpu = 0; cpu < cpus; cpu++)
		if (!fork())
			_exit(!storm_on(cpu, exits));
	for (int cpu = 0; cpu < cpus; cpu++)
		good += wait(&status) > 0 && !status;
	printf("@vtl storm=%ld cpus=%d good=%d\n", exits, cpus, good);
}

int main(int argc, char **argv)
{
	const char *exits = getenv("storm"); /* the kernel hands its unknown options over */

	if (argc > 1 && !strcmp(argv[1], "burst")) {
		burst();
		return 0;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (mount("sys", "/sys", "sysfs", 0, NULL))
		printf("@vtl no sysfs\n");
	int cpus = count_cpus();

	printf("@vtl cpus=%d\n", cpus);
	if (exits)
		storm(cpus, strtol(exits, NULL, 10));
	off_and_on(cpus);
	printf("@vtl done\n");
	reboot(RB_POWER_OFF);
	return 0;
}
