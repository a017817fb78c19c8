/* SPDX-License-Identifier: MIT */
/*
 * Draws the screen of a machine that is not there, to be looked at: draw_grid WIDTH HEIGHT COUNT
 * [live|bad] writes a PPM file to its output. `make picture` makes it a PNG file.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "screen/grid.h"
#include "lib/log.h"
#include "tests/host/screen/canvas.h"

static void say(const struct smp *smp)
{
	log_print("hvsmp v1.0: image at 0x3dd9c000\n"
		  "hypervisor \"Microsoft Hv\", interface \"Hv#1\", version 10.0.20348.1-0-0\n"
		  "[    0.000571] clock: hv-tsc-frequency, 2597868000 Hz; %lu processors, x2APIC\n",
		  smp->count);
}

/* A third is there, some are on their way. */
static void half_way(struct smp *smp)
{
	smp->bsp->start.vp_index = 3;
	for (size_t i = 1; i < smp->count; i++) {
		struct cpu *cpu = smp_cpu(smp, i);

		cpu->start.vp_index = (cpu->start.hw_id + 3) % (uint32_t)smp->count;
		cpu->start.method = i % 97 == 0 ? HVSMP_METHOD_SECOND : HVSMP_METHOD_HYPERCALL;
		canvas_progress[i] = i < smp->count / 3       ? CPU_UP
				     : i < smp->count / 3 + 9 ? CPU_STARTING
							      : CPU_WAITING;
	}
}

static void end(struct smp *smp, bool bad)
{
	smp->bsp->start.vp_index = 3;
	for (size_t i = 1; i < smp->count; i++) {
		struct cpu *cpu = smp_cpu(smp, i);

		cpu->start.vp_index = (cpu->start.hw_id + 3) % (uint32_t)smp->count;
		cpu->verdict = CPU_ONLINE;
		cpu->start.method = HVSMP_METHOD_HYPERCALL;
		if (bad && i % 5 == 2)
			cpu->start.method = HVSMP_METHOD_SECOND;
		if (bad && i % 13 == 3)
			cpu->verdict = (enum cpu_verdict)(1 + i / 13 % 5);
	}
}

static void write_ppm(void)
{
	printf("P6\n%u %u\n255\n", canvas.width, canvas.height);
	for (uint32_t y = 0; y < canvas.height; y++) {
		for (uint32_t x = 0; x < canvas.width; x++) {
			uint32_t rgb = canvas_pixel(x, y);

			putchar((int)(rgb >> 16));
			putchar((int)(rgb >> 8 & 0xFF));
			putchar((int)(rgb & 0xFF));
		}
	}
}

int main(int argc, char **argv)
{
	const char *what = argc > 4 ? argv[4] : "";
	struct smp *smp;

	if (argc < 4)
		return 1;
	canvas_open((uint32_t)atoi(argv[1]), (uint32_t)atoi(argv[2]), 0, CANVAS_BGRX);
	smp = canvas_smp((size_t)atoi(argv[3]));
	log_add_sink(screen_write, NULL);
	canvas_start();
	say(smp);
	grid_begin(smp);
	if (!strcmp(what, "live")) {
		half_way(smp);
		for (size_t i = 0; i < smp->count; i++)
			grid_step(smp);
	} else {
		end(smp, !strcmp(what, "bad"));
		grid_end(smp);
		log_print("\nverdict: %s - %lu processors\n", *what ? "degraded" : "ok",
			  smp->count);
	}
	write_ppm();
	canvas_close();
	return 0;
}
