// SPDX-License-Identifier: GPL-2.0-only
#include "json.h"

#include <inttypes.h>
#include <string.h>

static bool is_flat(const struct json *json)
{
	return json->flat_from && json->depth >= json->flat_from;
}

static void new_line(struct json *json)
{
	fprintf(json->out, "\n%*s", 2 * json->depth, "");
}

/* What stands before a value: comma, line, key. */
static void lead_in(struct json *json, const char *key)
{
	if (!json->first)
		fputs(is_flat(json) ? ", " : ",", json->out);
	if (json->depth && !is_flat(json))
		new_line(json);
	if (key)
		fprintf(json->out, "\"%s\": ", key);
	json->first = false;
}

static void begin(struct json *json, const char *key, char bracket)
{
	lead_in(json, key);
	fputc(bracket, json->out);
	json->depth++;
	json->first = true;
}

static void end(struct json *json, char bracket)
{
	bool flat = is_flat(json);

	json->depth--;
	if (!json->first && !flat)
		new_line(json);
	if (!is_flat(json))
		json->flat_from = 0;
	fputc(bracket, json->out);
	json->first = false;
	if (json->depth == 0)
		fputc('\n', json->out);
}

void json_object(struct json *json, const char *key)
{
	begin(json, key, '{');
}

void json_array(struct json *json, const char *key)
{
	begin(json, key, '[');
}

void json_flat_object(struct json *json, const char *key)
{
	begin(json, key, '{');
	if (!json->flat_from)
		json->flat_from = json->depth;
}

void json_flat_array(struct json *json, const char *key)
{
	begin(json, key, '[');
	if (!json->flat_from)
		json->flat_from = json->depth;
}

void json_end_object(struct json *json)
{
	end(json, '}');
}

void json_end_array(struct json *json)
{
	end(json, ']');
}

static void put_escaped(FILE *out, unsigned char byte)
{
	if (byte == '"' || byte == '\\')
		fprintf(out, "\\%c", byte);
	else if (byte == '\n')
		fputs("\\n", out);
	else if (byte < 0x20 || byte > 0x7e)
		fprintf(out, "\\u%04x", byte);
	else
		fputc(byte, out);
}

void json_bytes(struct json *json, const char *key, const void *bytes, size_t size)
{
	const unsigned char *byte = bytes;

	lead_in(json, key);
	fputc('"', json->out);
	for (size_t i = 0; i < size; i++)
		put_escaped(json->out, byte[i]);
	fputc('"', json->out);
}

void json_string(struct json *json, const char *key, const char *text)
{
	json_bytes(json, key, text, strlen(text));
}

void json_number(struct json *json, const char *key, uint64_t value)
{
	lead_in(json, key);
	fprintf(json->out, "%" PRIu64, value);
}

void json_hex(struct json *json, const char *key, uint64_t value)
{
	lead_in(json, key);
	fprintf(json->out, "\"0x%" PRIx64 "\"", value);
}

void json_bool(struct json *json, const char *key, bool value)
{
	lead_in(json, key);
	fputs(value ? "true" : "false", json->out);
}

void json_null(struct json *json, const char *key)
{
	lead_in(json, key);
	fputs("null", json->out);
}
