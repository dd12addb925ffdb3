// SPDX-License-Identifier: GPL-2.0
#include "json.h"

static void key_of(struct json *json, const char *key)
{
	fprintf(json->file, "%s\"%s\":", json->first ? "" : ",", key);
	json->first = false;
}

void json_open_line(struct json *json, FILE *file)
{
	json->file = file;
	json->first = true;
	putc('{', file);
}

void json_close_line(struct json *json)
{
	fputs("}\n", json->file);
}

void json_open_object(struct json *json, const char *key)
{
	key_of(json, key);
	putc('{', json->file);
	json->first = true;
}

void json_close_object(struct json *json)
{
	putc('}', json->file);
	json->first = false;
}

void json_number(struct json *json, const char *key, __u64 value)
{
	key_of(json, key);
	fprintf(json->file, "%llu", (unsigned long long)value);
}

void json_decimal(struct json *json, const char *key, double value)
{
	key_of(json, key);
	fprintf(json->file, "%.3f", value);
}

void json_bool(struct json *json, const char *key, bool value)
{
	key_of(json, key);
	fputs(value ? "true" : "false", json->file);
}

void json_null(struct json *json, const char *key)
{
	key_of(json, key);
	fputs("null", json->file);
}

void json_maybe(struct json *json, const char *key, bool known, __u64 value)
{
	if (known)
		json_number(json, key, value);
	else
		json_null(json, key);
}

/*
 * Area names come from the kernel and may hold anything: an unnamed area is
 * called "cma0\n", newline included.
 */
void json_string(struct json *json, const char *key, const char *value)
{
	const unsigned char *at = (const unsigned char *)value;

	if (!value) {
		json_null(json, key);
		return;
	}
	key_of(json, key);
	putc('"', json->file);
	for (; *at; at++) {
		if (*at == '"' || *at == '\\')
			fprintf(json->file, "\\%c", *at);
		else if (*at < 0x20)
			fprintf(json->file, "\\u%04x", *at);
		else
			putc(*at < 0x7f ? *at : '?', json->file);
	}
	putc('"', json->file);
}
