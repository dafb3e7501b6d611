// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two tables from one list: the stub's log needs the names, sentences are for who reads the report.
 * Each is in a section of its own, so that the stub's image goes without the larger one. Text in
 * place of pointers, since that image carries no relocations.
 */
#include "rules.h"

#include <stddef.h>

#include "handoff.h"

#define COUNT(array)	(sizeof(array) / sizeof((array)[0]))

static const struct rule rules[] = {
#define RULE(id, name, section, why)	{ id, name, section, why },
#include "rules.inc"
#undef RULE
};

static const struct {
	uint16_t id;
	char	 name[sizeof(rules->name)];
} names[] = {
#define RULE(id, name, section, why)	{ id, name },
#include "rules.inc"
#undef RULE
};

const struct rule *rule_find(uint16_t id)
{
	for (size_t i = 0; i < COUNT(rules); i++)
		if (rules[i].id == id)
			return &rules[i];
	return NULL;
}

const char *rule_in_log(uint16_t id)
{
	for (size_t i = 0; i < COUNT(names); i++)
		if (names[i].id == id)
			return names[i].name;
	return "?";
}
