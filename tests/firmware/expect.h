/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * expect.h - what should hold, said as a sentence's part
 */
#ifndef EXPECT_H
#define EXPECT_H

#include <stdbool.h>

/* Has all held since it was last set? */
extern bool held;

/* Returns `condition`; prints `what` if it does not hold. */
bool expect(bool condition, const char *what);

#endif /* EXPECT_H */
