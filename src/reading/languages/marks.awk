# SPDX-License-Identifier: ISC
# Pass 1 (-v pass=1, the language files): "phrase TAB kind" lines, to be sorted bytewise.
# Pass 2 (-v pass=2): the C tables: one row a phrase, kinds joined; for each first byte, where its rows begin.
# To be run with LC_ALL=C: a character is a byte.
function flush() {
	if (last == "")
		return
	while (byte <= ord[substr(last, 1, 1)])
		first[byte++] = rows
	rows++
	gsub(/\\/, "\\\\", last)
	gsub(/"/, "\\\"", last)
	printf "\t{ { \"%s\", sizeof \"%s\" - 1 }, %s },\n", last, last, bits
}
BEGIN {
	if (pass == 2) {
		for (i = 1; i < 256; i++)
			ord[sprintf("%c", i)] = i
		print "static const struct mark table[] = {"
	}
}
pass == 1 && !/^#/ && /:/ {
	kind = $0
	sub(/:.*/, "", kind)
	rest = substr($0, length(kind) + 2)
	n = split(rest, phrases, / \| /)
	for (i = 1; i <= n; i++) {
		sub(/^ +/, "", phrases[i])
		sub(/ +$/, "", phrases[i])
		if (phrases[i] != "")
			print phrases[i] "\t" kind
	}
}
pass == 2 && $1 != last { flush(); last = $1; bits = "" }
pass == 2 { bits = bits (bits == "" ? "" : " | ") "MARK_" toupper($2) }
END {
	if (pass == 2) {
		flush()
		print "};\nstatic const unsigned short first_row[257] = {"
		while (byte <= 256)
			first[byte++] = rows
		for (i = 0; i <= 256; i++)
			printf "%s%d,%s", i % 16 ? " " : "\t", first[i], i % 16 == 15 || i == 256 ? "\n" : ""
		print "};"
	}
}
