/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * json.h - writes JSON, and nothing else
 *
 * Debian's json-c and jansson both build a tree of allocated objects first. The report is only
 * ever written, once, from front to back, in a kdump kernel with little memory and an initramfs
 * that has to hold every library: these few functions do, and the command links statically.
 */
#ifndef JSON_H
#define JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct json {
	FILE *out;
	int depth;
	int flat_from;		/* from this depth on all stays on one line; 0: nothing does */
	bool first;		/* nothing has been written at this depth yet */
};

/* `key` is the member's name, or NULL in an array and at the top. Keys need no escaping. */
void json_object(struct json *json, const char *key);
void json_array(struct json *json, const char *key);
void json_flat_object(struct json *json, const char *key);	/* with its contents on one line */
void json_flat_array(struct json *json, const char *key);
void json_end_object(struct json *json);
void json_end_array(struct json *json);

/* Bytes beyond ASCII are taken as Latin-1: whatever the bytes are, the result is valid. */
void json_bytes(struct json *json, const char *key, const void *bytes, size_t size);
void json_string(struct json *json, const char *key, const char *text);
void json_number(struct json *json, const char *key, uint64_t value);
void json_hex(struct json *json, const char *key, uint64_t value);	/* "0x..." */
void json_bool(struct json *json, const char *key, bool value);
void json_null(struct json *json, const char *key);

#endif /* JSON_H */
