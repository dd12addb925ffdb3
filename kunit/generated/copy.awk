# SPDX-License-Identifier: GPL-2.0
#
# Makes, from a kernel source file, the copy that a KUnit suite includes:
#
#	awk -f copy.awk fakes=cma_fakes.h need="cma_alloc cma_release" \
#		guard="memblock_ alloc_contig_" only="" FAKES_FILE SOURCE
#
# The copy is the source, line by line, with these differences:
#
#	includes	all at the top, so that what follows changes no header
#	HAS_<name>	is defined for each function the source defines: a suite
#			asks the source what it has, not the kernel its version
#	FAKES		is included there; its macros send calls to the fakes
#	globals		are static and renamed copied_<name>
#	dropped		CREATE_TRACE_POINTS, EXPORT_SYMBOL, initcalls, early_param,
#			RESERVEDMEM_OF_DECLARE and the sentinel of its table
#
# It refuses to make a copy that would test nothing or touch the running
# kernel: a name of `need` that the source does not define, or a call whose
# name begins as one in `guard` says and that FAKES does not define. With
# `only`, nothing but the definitions of those names is copied.

function fail(text)
{
	printf "%s: %s\n", source, text >"/dev/stderr"
	failed = 1
	exit 1
}

# The line without comments, strings and character constants.
function code_of(line,    code, open, close_at)
{
	code = ""
	for (;;) {
		if (in_comment) {
			close_at = index(line, "*/")
			if (!close_at)
				return code
			line = substr(line, close_at + 2)
			in_comment = 0
		}
		if (!match(line, /\/\*|\/\/|"(\\.|[^"\\])*"|'(\\.|[^'\\])*'/))
			return code line
		code = code substr(line, 1, RSTART - 1) " "
		open = substr(line, RSTART, 2)
		if (open == "//")
			return code
		if (open == "/*") {
			in_comment = 1
			line = substr(line, RSTART + 2)
		} else {
			line = substr(line, RSTART + RLENGTH)
		}
	}
}

function last_word(text)
{
	gsub(/[^A-Za-z0-9_]+/, " ", text)
	sub(/ $/, "", text)
	sub(/.* /, "", text)
	return text
}

# The name that a top-level head like "struct page *cma_alloc(struct cma" gives.
function name_of(head)
{
	sub(/=.*/, "", head)
	gsub(/__(section|aligned|printf|attribute__)[ ]*\(+[^)]*\)+/, "", head)
	if (head ~ /\(/) {
		sub(/\(.*/, "", head)
	} else {
		gsub(/\[[^]]*\]/, "", head)
		gsub(/ __(init|exit|ro|read|ref|cache|maybe|used)[a-z_]*/, "", head)
	}
	return last_word(head)
}

# What stands at the top level from line `first` to the end of its head.
function classify(head, first, is_body,    name)
{
	gsub(/[ \t\n]+/, " ", head)
	sub(/^ /, "", head)
	if (head == "")
		return
	if (head ~ /^(EXPORT_SYMBOL|EXPORT_TRACEPOINT|MODULE_|early_param|__setup|RESERVEDMEM_OF_DECLARE|[a-z_]*_initcall(_sync)?[ (]|module_init)/ ||
	    head ~ /__rmem_of_table_sentinel/) {
		dropping = first
		return
	}
	# A macro that defines attributes, which are static already.
	if (head ~ /^[A-Z_]*ATTR[A-Z_]* ?\(/)
		return
	name = name_of(head)
	if (head ~ /\(/ && head !~ /=/ && is_body) {
		defines[name] = 1
		starts[name] = first
		current = name
	}
	if (head ~ /^(static|extern|typedef) / || head ~ /^(struct|union|enum) ?[A-Za-z0-9_]* ?$/)
		return
	if (name == "" || name ~ /^[0-9]/)
		fail("line " first ": cannot tell what '" head "' defines: teach copy.awk")
	renamed[name] = 1
	# A header declares the original; the copy too is called before its
	# definition. What an #ifdef may take away is not promised.
	if (defines[name] && !if_depth)
		prototypes[name] = "static " head ";"
	if (!(first in make_static))
		make_static[first] = 1
}

# A call that would reach the running kernel although it must be a fake.
function check_calls(code, number,    rest, name, i)
{
	rest = code
	while (match(rest, /[A-Za-z_][A-Za-z0-9_]*[ ]*\(/)) {
		name = substr(rest, RSTART, RLENGTH - 1)
		sub(/ +$/, "", name)
		rest = substr(rest, RSTART + RLENGTH)
		if (name in faked)
			continue
		for (i = 1; i <= nr_guards; i++)
			if (index(name, guards[i]) == 1)
				calls[name] = number
	}
}

function scan(code, number,    i, c)
{
	for (i = 1; i <= length(code); i++) {
		c = substr(code, i, 1)
		if (c == "{") {
			if (depth++ == 0) {
				is_initialiser = head ~ /=/
				classify(head, head_line, !is_initialiser)
				head = ""
			}
		} else if (c == "}") {
			if (depth > 0)
				depth--
			if (depth == 0) {
				if (current != "")
					ends[current] = number
				current = ""
				in_tail = is_initialiser
				head = ""
			}
		} else if (depth == 0) {
			if (c == ";") {
				if (!in_tail)
					classify(head, head_line, 0)
				if (dropping) {
					for (; dropping <= number; dropping++)
						drop[dropping] = 1
					dropping = 0
				}
				in_tail = 0
				head = ""
			} else if (head != "") {
				head = head c
			} else if (c !~ /[ \t]/) {
				head_line = number
				head = c
			}
		}
	}
	if (head != "")
		head = head " "
}

function wanted(number,    name)
{
	if (!nr_only)
		return 1
	for (name in only_names)
		if (number >= starts[name] && number <= ends[name])
			return 1
	return 0
}

BEGIN { depth = 0 }

FNR == 1 {
	file++
	if (file == 2) {
		source = FILENAME
		nr_guards = split(guard, guards, " ")
		nr_only = split(only, words, " ")
		for (i in words)
			only_names[words[i]] = 1
	}
}

file == 1 {
	if (match($0, /^#[ \t]*define[ \t]+[A-Za-z_][A-Za-z0-9_]*/))
		faked[last_word(substr($0, RSTART, RLENGTH))] = 1
	next
}

{
	text[FNR] = $0
	nr_lines = FNR
	code = code_of($0)
	is_directive = continued || code ~ /^[ \t]*#/
	continued = is_directive && $0 ~ /\\$/
	if (is_directive) {
		if (code ~ /^[ \t]*#[ \t]*include/) {
			includes[++nr_includes] = $0
			drop[FNR] = 1
			if (!first_include)
				first_include = FNR
		}
		if (code ~ /CREATE_TRACE_POINTS/)
			drop[FNR] = 1
		if (code ~ /^[ \t]*#[ \t]*if/)
			if_depth++
		if (code ~ /^[ \t]*#[ \t]*endif/)
			if_depth--
		next
	}
	# A brace in the first column ends a definition, whatever #ifdefs did.
	if (code ~ /^}/ && depth > 1)
		depth = 1
	if (!nr_only)
		check_calls(code, FNR)
	scan(code, FNR)
}

END {
	if (failed)
		exit 1
	if (!nr_lines)
		fail("is empty")
	if (depth)
		fail("braces do not balance: teach copy.awk")
	nr_need = split(need " " only, needed, " ")
	for (i = 1; i <= nr_need; i++)
		if (!(needed[i] in defines))
			fail("does not define " needed[i] "(), which the suite is about: adapt the suite to this kernel")
	for (name in calls)
		if (!(name in defines))
			fail("line " calls[name] " calls " name "(), which has no fake in " fakes ": add one")

	printf "/* Generated by copy.awk from %s, do not edit. */\n", source
	print "#pragma GCC diagnostic push"
	print "#pragma GCC diagnostic ignored \"-Wunused-function\""
	print "#pragma GCC diagnostic ignored \"-Wunused-variable\""
	print "#pragma GCC diagnostic ignored \"-Wunused-const-variable\""
	for (i = 1; i < first_include; i++) {
		if (i in drop)
			continue
		if (text[i] ~ /define[ \t]+pr_fmt/)
			print "#undef pr_fmt"
		print text[i]
	}
	for (i = 1; i <= nr_includes; i++)
		print includes[i]
	for (i = 1; i <= nr_lines; i++)
		for (name in starts)
			if (starts[name] == i && wanted(i))
				print "#define HAS_" name
	for (name in renamed)
		if (!nr_only || ((name in starts) && wanted(starts[name])))
			names[++nr_names] = name
	# A stable order: by the alphabet.
	for (i = 2; i <= nr_names; i++)
		for (j = i; j > 1 && names[j] < names[j - 1]; j--) {
			swap = names[j]
			names[j] = names[j - 1]
			names[j - 1] = swap
		}
	printf "#include \"%s\"\n", fakes
	for (i = 1; i <= nr_names; i++)
		if (!(names[i] in faked))
			printf "#define %s copied_%s\n", names[i], names[i]
	for (i = 1; i <= nr_names; i++)
		if (names[i] in prototypes)
			print prototypes[names[i]]
	for (i = first_include; i <= nr_lines; i++) {
		if (i in drop || !wanted(i))
			continue
		if (text[i] ~ /define[ \t]+pr_fmt/ && !nr_only)
			print "#undef pr_fmt"
		printf "%s%s\n", (i in make_static) ? "static " : "", text[i]
	}
	print "#pragma GCC diagnostic pop"
}
