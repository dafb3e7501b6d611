/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * show_json_units.h - the JSON objects that say who translates what
 */
#ifndef SHOW_JSON_UNITS_H
#define SHOW_JSON_UNITS_H

#include "handoff_read.h"
#include "json.h"
#include "names.h"

void json_unit(struct json *json, const struct handoff_unit *unit);
void json_domain(struct json *json, const struct handoff_view *view,
		 const struct handoff_domain *domain);
void json_device(struct json *json, const struct handoff_view *view,
		 const struct handoff_device *device);
void json_pasid(struct json *json, const struct handoff_view *view,
		const struct handoff_pasid *pasid);

/* Values that other objects have too: the names of the bits set in `low`, then in `high`. */
void json_flags(struct json *json, const char *key, const struct flag *first, uint64_t low,
		const struct flag *second, uint64_t high);
void json_words(struct json *json, const char *key, const uint64_t *words, size_t count);
void json_range(struct json *json, const struct handoff_range *range);

#endif /* SHOW_JSON_UNITS_H */
