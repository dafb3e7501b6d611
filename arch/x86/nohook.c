// SPDX-License-Identifier: GPL-2.0-only
#include "testhook.h"

void test_hook(const char *command_line, enum test_place place)
{
	(void)command_line;
	(void)place;
}
