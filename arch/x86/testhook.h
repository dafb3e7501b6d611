/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * testhook.h - places where the test image can be told to go wrong
 *
 * The image that ships is linked with nohook.c, where none of this exists.
 */
#ifndef TESTHOOK_H
#define TESTHOOK_H

enum test_place {
	TEST_PREPARE,		/* before relay_prepare() */
	TEST_SEALED,		/* after it */
	TEST_ABANDON,		/* before relay_abandon() */
	TEST_SURVEY,		/* before relay_survey() */
	TEST_UNGUARDED,		/* outside any guard, before the switch */
	TEST_COMMIT,		/* before relay_commit() */
	TEST_COMMITTED,		/* after it: the hardware has changed */
	TEST_RESUME,		/* before relay_resume() */
	TEST_HIDE,		/* before relay_hide() */
	TEST_HIDDEN,		/* after it */
	TEST_LEAVING,		/* outside any guard, after the switch */
};

/* Raise what `dmarelay.test=FAULT[-PLACE]` on the command line asks for, if this is the place. */
void test_hook(const char *command_line, enum test_place place);

#endif /* TESTHOOK_H */
