/* SPDX-License-Identifier: MIT */
/*
 * Preloaded into the QEMU 7.2 that emulates the machine. That QEMU ends in an assertion when a
 * nested guest writes CR8 while its hypervisor waits for an interrupt window: helper_write_crN()
 * calls cpu_interrupt() without QEMU's big lock. Debian's QEMU has TCG in a module which calls
 * tcg_handle_interrupt() through its symbol, so this one can stand before it and take the lock.
 */
#include <dlfcn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#define TCG_MODULE "/usr/lib/x86_64-linux-gnu/qemu/accel-tcg-x86_64.so"

void tcg_handle_interrupt(void *cpu, int mask);

static struct {
	void (*handle_interrupt)(void *cpu, int mask);
	bool (*is_locked)(void);
	void (*lock)(const char *file, int line);
	void (*unlock)(void);
} qemu;

static void *symbol(void *module, const char *name)
{
	void *found = module ? dlsym(module, name) : NULL;

	if (!found) {
		fprintf(stderr, "bqlfix: this QEMU has no %s\n", name);
		abort();
	}
	return found;
}

/*
 * At the first call: the module is loaded later than this file. Several vCPUs may come here at once
 * and find the same; the one that is tested for comes last.
 */
static void find_symbols(void)
{
	void *program = dlopen(NULL, RTLD_NOW);
	void *module = dlopen(TCG_MODULE, RTLD_NOW | RTLD_NOLOAD);

	qemu.is_locked = symbol(program, "qemu_mutex_iothread_locked");
	qemu.lock = symbol(program, "qemu_mutex_lock_iothread_impl");
	qemu.unlock = symbol(program, "qemu_mutex_unlock_iothread");
	qemu.handle_interrupt = symbol(module, "tcg_handle_interrupt");
}

void tcg_handle_interrupt(void *cpu, int mask)
{
	bool locked;

	if (!qemu.handle_interrupt)
		find_symbols();
	locked = qemu.is_locked();
	if (!locked)
		qemu.lock(__FILE__, __LINE__);
	qemu.handle_interrupt(cpu, mask);
	if (!locked)
		qemu.unlock();
}
