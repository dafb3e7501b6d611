// SPDX-License-Identifier: GPL-2.0-only
/* elfcore.c: the ELF core header. */
#include "testing.h"

#include "builder.h"
#include "elfcore.h"
#include "fake.h"

#define AT	BUILD_ELFCOREHDR

static enum handoff_reason read_core(struct elfcore *core, uint64_t at, uint64_t room)
{
	static struct arena arena;

	arena_init(&arena, memory_arena(BUILD_ARENA, 0x40000), phys(BUILD_ARENA), room);
	return elfcore_read(core, phys(at), &arena);
}

static void sound_header(void **state)
{
	struct build *b = build_machine();
	struct elfcore core;

	(void)state;
	build_seal(b);
	assert_int_equal(read_core(&core, AT, 0x1000), HANDOFF_OK);
	assert_int_equal(core.load_count, b->load_count);
	assert_hex_equal(core.size, 64 + 56 * (b->load_count + 1));
	for (size_t i = 0; i < core.load_count; i++) {
		assert_hex_equal(core.loads[i].first, b->loads[i].first);
		assert_hex_equal(core.loads[i].last, b->loads[i].last);
	}
}

/* One byte of the header is wrong: nothing of it is believed. */
static void header_of_another_kind(void **state)
{
	static const struct {
		unsigned int offset;
		uint8_t value;
	} wrong[] = {
		{ 0, 'E' }, { 1, 'e' }, { 2, 0 }, { 3, 'f' }, { 4, 1 }, { 5, 2 },	/* ident */
		{ 16, 2 }, { 17, 4 }, { 18, 3 }, { 19, 1 },				/* type, machine */
		{ 39, 1 }, { 36, 1 }, { 32, 8 },					/* phoff: far, in the header */
		{ 54, 55 }, { 54, 64 }, { 55, 1 }, { 56, 0 },				/* phentsize, phnum */
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(wrong); i++) {
		struct build *b = build_machine();
		struct elfcore core;

		build_seal(b);
		memory_put(AT + wrong[i].offset, &wrong[i].value, 1);
		if (read_core(&core, AT, 0x1000) != HANDOFF_BAD_ELFCOREHDR)
			fail_msg("byte %u = %#x was accepted", wrong[i].offset, wrong[i].value);
	}
}

static void put_segment(unsigned int index, uint32_t type, uint64_t paddr, uint64_t memsz)
{
	memory_put(AT + 64 + 56 * index, &type, 4);
	memory_put64(AT + 64 + 56 * index + 24, paddr);
	memory_put64(AT + 64 + 56 * index + 40, memsz);
}

static void segment_that_wraps(void **state)
{
	struct build *b = build_machine();
	struct elfcore core;

	(void)state;
	build_seal(b);
	put_segment(1, 1, UINT64_MAX - 0xfff, 0x1001);
	assert_int_equal(read_core(&core, AT, 0x1000), HANDOFF_BAD_ELFCOREHDR);
	put_segment(1, 1, UINT64_MAX - 0xfff, 0x1000);
	assert_int_equal(read_core(&core, AT, 0x1000), HANDOFF_OK);
	assert_hex_equal(core.loads[0].last, UINT64_MAX);
}

static void empty_and_other_segments_are_passed_over(void **state)
{
	struct build *b = build_machine();
	struct elfcore core;

	(void)state;
	build_seal(b);
	put_segment(1, 1, 0x1000, 0);
	put_segment(2, 6, UINT64_MAX, UINT64_MAX);
	assert_int_equal(read_core(&core, AT, 0x1000), HANDOFF_OK);
	assert_int_equal(core.load_count, b->load_count - 2);
}

static void header_without_ram(void **state)
{
	struct build *b = build_machine();
	struct elfcore core;

	(void)state;
	b->load_count = 0;
	build_seal(b);
	assert_int_equal(read_core(&core, AT, 0x1000), HANDOFF_BAD_ELFCOREHDR);
}

/* 0xffff stands for "counted elsewhere". */
static void header_with_too_many_segments(void **state)
{
	struct build *b = build_machine();
	struct elfcore core;
	uint16_t many = 0xffff;

	(void)state;
	build_seal(b);
	memory_put(AT + 56, &many, 2);
	assert_int_equal(read_core(&core, AT, 0x1000), HANDOFF_BAD_ELFCOREHDR);
}

static void arena_without_room(void **state)
{
	struct build *b = build_machine();
	struct elfcore core;
	uint16_t many = 0xfffe;

	(void)state;
	build_seal(b);
	memory_put(AT + 56, &many, 2);
	assert_int_equal(read_core(&core, AT, 0x10000), HANDOFF_ARENA_TOO_SMALL);
}

static void header_that_cannot_be_read(void **state)
{
	struct elfcore core;

	(void)state;
	build_machine();
	assert_int_equal(read_core(&core, 1ull << 50, 0x1000), HANDOFF_BAD_ELFCOREHDR);
	assert_int_equal(read_core(&core, UINT64_MAX - 10, 0x1000), HANDOFF_BAD_ELFCOREHDR);
}

static void program_headers_that_cannot_be_read(void **state)
{
	struct build *b = build_machine();
	uint8_t head[64];
	struct elfcore core;

	(void)state;
	build_seal(b);
	memory_get(AT, head, sizeof(head));
	fake.cpu_bits = 36;
	memory_put((1ull << 36) - 64, head, sizeof(head));
	assert_int_equal(read_core(&core, (1ull << 36) - 64, 0x1000), HANDOFF_BAD_ELFCOREHDR);
	fake.cpu_bits = 64;	/* and would wrap */
	memory_put(-64ull, head, sizeof(head));
	assert_int_equal(read_core(&core, -64ull, 0x1000), HANDOFF_BAD_ELFCOREHDR);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sound_header),
		cmocka_unit_test(header_of_another_kind),
		cmocka_unit_test(segment_that_wraps),
		cmocka_unit_test(empty_and_other_segments_are_passed_over),
		cmocka_unit_test(header_without_ram),
		cmocka_unit_test(header_with_too_many_segments),
		cmocka_unit_test(arena_without_room),
		cmocka_unit_test(header_that_cannot_be_read),
		cmocka_unit_test(program_headers_that_cannot_be_read),
	};

	return cmocka_run_group_tests_name("elfcore", tests, NULL, NULL);
}
