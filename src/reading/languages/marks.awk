# SPDX-License-Identifier: ISC
# Pass 1 (-v pass=1, the language files): "phrase TAB kind" lines, to be sorted bytewise.
# Pass 2 (-v pass=2): the C table, one row a phrase, kinds joined.
function flush() {
	if (last != "") {
		gsub(/\\/, "\\\\", last)
		gsub(/"/, "\\\"", last)
		printf "\t{ { \"%s\", sizeof \"%s\" - 1 }, %s },\n", last, last, bits
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
END { if (pass == 2) flush() }
