# SPDX-License-Identifier: ISC
# Template files as the C table of src/outbox/template_part.h.
BEGIN {
	print "/* Made by templates.awk. */"
	print "#include \"config.h\"\n"
	print "#include \"outbox/template_part.h\"\n"
	print "const struct template_shipped template_shipped[] = {"
}
FNR == 1 {
	if (NR > 1)
		print "\t},"
	name = FILENAME
	sub(/.*\//, "", name)
	print "\t{ \"" name "\","
}
{
	gsub(/\\/, "\\\\")
	gsub(/"/, "\\\"")
	print "\t\"" $0 "\\n\""
}
END {
	if (NR > 0)
		print "\t},"
	print "\t{ NULL, NULL },"
	print "};"
}
