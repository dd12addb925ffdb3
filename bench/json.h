/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Writes JSON Lines: one object a line, keys in the order of the calls, so
 * that equal measurements give equal bytes.
 */
#ifndef CMABENCH_JSON_H
#define CMABENCH_JSON_H

#include <linux/types.h>
#include <stdbool.h>
#include <stdio.h>

struct json {
	FILE *file;
	bool first;	/* no key written yet: no comma */
};

void json_open_line(struct json *json, FILE *file);
void json_close_line(struct json *json);
void json_open_object(struct json *json, const char *key);
void json_close_object(struct json *json);

void json_number(struct json *json, const char *key, __u64 value);
/* json_decimal - three digits behind the point. */
void json_decimal(struct json *json, const char *key, double value);
void json_bool(struct json *json, const char *key, bool value);
void json_null(struct json *json, const char *key);
/* json_string - NULL becomes null. Bytes that are no UTF-8 become '?'. */
void json_string(struct json *json, const char *key, const char *value);
/* json_maybe - the number where there is one, else null. */
void json_maybe(struct json *json, const char *key, bool known, __u64 value);

#endif
