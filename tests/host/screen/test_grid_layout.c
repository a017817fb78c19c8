/* SPDX-License-Identifier: MIT */
/* screen/grid_layout.c: where tiles lie, for every size of screen and number of processors. */
#include "tests/host/test.h"

#include <string.h>

#include "screen/grid_layout.h"
#include "smp/smp.h"

static const uint32_t screens[][2] = {{40, 10},  {99, 37},  {106, 39}, {127, 47},
				      {159, 44}, {239, 67}, {60, 200}};
static const size_t counts[] = {1, 2, 3, 4, 5, 64, 255, 256, 1000, 2048};

/* Inside the grid's rows, beside each other, with room for text below. */
static void assert_sound(const struct grid_layout *g, size_t count, uint32_t columns, uint32_t rows)
{
	static bool taken[200][240];

	memset(taken, 0, sizeof(taken));
	assert_true(g->end + 6 <= rows);
	assert_true(g->legend + 2 < g->end);
	for (size_t i = 0; i < count; i++) {
		uint32_t column;
		uint32_t row;

		grid_place(g, i, &column, &row);
		assert_true(row >= g->first && row + g->tile_rows <= g->legend);
		assert_true(column >= g->label && column + g->tile_columns <= columns);
		for (uint32_t y = row; y < row + g->tile_rows; y++) {
			for (uint32_t x = column; x < column + g->tile_columns; x++) {
				assert_false(taken[y][x]);
				taken[y][x] = true;
			}
		}
	}
}

static void every_size_and_count_is_sound(void **state)
{
	unsigned int fits = 0;

	(void)state;
	for (size_t s = 0; s < ARRAY_COUNT(screens); s++) {
		for (size_t c = 0; c < ARRAY_COUNT(counts); c++) {
			for (uint32_t digits = 1; digits <= 10; digits++) {
				struct grid_layout g;

				if (!grid_fit(&g, counts[c], digits, screens[s][0], screens[s][1]))
					continue;
				fits++;
				assert_sound(&g, counts[c], screens[s][0], screens[s][1]);
			}
		}
	}
	assert_true(fits > 500);
}

static void all_counts_fit_that_a_machine_has(void **state)
{
	struct grid_layout g;

	(void)state;
	for (size_t count = 1; count <= 2048; count++) { /* Hyper-V's most; 800x600 */
		assert_true(grid_fit(&g, count, 4, 99, 37));
		assert_sound(&g, count, 99, 37);
	}
	for (size_t count = 1; count <= SMP_MAX_CPUS; count++) { /* 1024x768 */
		assert_true(grid_fit(&g, count, 4, 127, 47));
		assert_sound(&g, count, 127, 47);
	}
	assert_false(grid_fit(&g, 2048, 4, 40, 20));
	assert_false(grid_fit(&g, 2, 1, 15, 8));
}

static void few_processors_have_large_tiles(void **state)
{
	static const struct {
		size_t count;
		enum grid_size at_99x37, at_127x47, at_159x44;
		uint32_t across_99x37, across_127x47, across_159x44;
	} due[] = {
		{1, GRID_LARGE, GRID_LARGE, GRID_LARGE, 1, 1, 1},
		{2, GRID_LARGE, GRID_LARGE, GRID_LARGE, 2, 2, 2},
		{4, GRID_LARGE, GRID_LARGE, GRID_LARGE, 4, 4, 4},
		{64, GRID_MEDIUM, GRID_MEDIUM, GRID_MEDIUM, 8, 8, 16},
		{255, GRID_SMALL, GRID_SMALL, GRID_SMALL, 16, 16, 16},
		{2048, GRID_DOT, GRID_DOT, GRID_DOT, 80, 112, 128},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(due); i++) {
		uint32_t digits = due[i].count > 1000 ? 4 : due[i].count > 100 ? 3 : 2;
		struct grid_layout g;

		assert_true(grid_fit(&g, due[i].count, digits, 99, 37));
		assert_int_equal(g.size, due[i].at_99x37);
		assert_int_equal(g.across, due[i].across_99x37);
		assert_true(grid_fit(&g, due[i].count, digits, 127, 47));
		assert_int_equal(g.size, due[i].at_127x47);
		assert_int_equal(g.across, due[i].across_127x47);
		assert_true(grid_fit(&g, due[i].count, digits, 159, 44));
		assert_int_equal(g.size, due[i].at_159x44);
		assert_int_equal(g.across, due[i].across_159x44);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_size_and_count_is_sound),
		cmocka_unit_test(all_counts_fit_that_a_machine_has),
		cmocka_unit_test(few_processors_have_large_tiles),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
