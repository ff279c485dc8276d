# SPDX-License-Identifier: ISC
"""Attacks of structure: headers, addresses, boundaries, nesting, transfer encodings, charsets, names, TNEF, sheer size."""

import base64
import random
import struct

from flood import HEAD, MB, mail, repeat

TEXT = b"Content-Type: text/plain; charset=utf-8\r\n"
MIXED = b"Content-Type: multipart/mixed; boundary=b\r\n"
KIND = {}


def kind(name, expected="reading", form="message"):
    def keep(make):
        assert name not in KIND
        KIND[name] = (name, form, expected, make)
        return make
    return keep


def simple(name, data, expected="reading", form="message"):
    kind(name, expected, form)(lambda: data() if callable(data) else data)


def part(body, fields=b"Content-Type: text/plain\r\n", boundary=b"b"):
    return b"--" + boundary + b"\r\n" + fields + b"\r\n" + body + b"\r\n"


def one_from(value):
    return b"From: " + value + b"\r\nTo: support@cases.example\r\n\r\nhello\r\n"


def encoded(body, name, fields=TEXT):
    return mail(body, fields + b"Content-Transfer-Encoding: " + name + b"\r\n")


def charset(name, body):
    return mail(body, b"Content-Type: text/plain; charset=" + name + b"\r\n")


def noise(size, seed=1):
    return random.Random(seed).randbytes(size)


def nested(depth, leaf=b"leaf", close=True):
    """multipart in multipart, each with a boundary of its own."""
    lines = [b"Content-Type: multipart/mixed; boundary=b0\r\n\r\n"]
    for n in range(1, depth):
        lines.append(b"--b%d\r\nContent-Type: multipart/mixed; boundary=b%d\r\n\r\n" % (n - 1, n))
    lines.append(b"--b%d\r\n\r\n%s\r\n" % (depth - 1, leaf))
    if close:
        lines.extend(b"--b%d--\r\n" % n for n in range(depth - 1, -1, -1))
    return HEAD + b"".join(lines)


def headers():
    simple("head-empty", b"")
    simple("head-one-byte", b"\n")
    simple("head-only", HEAD)
    simple("head-no-body-line-end", HEAD[:-2])
    simple("head-colon", b":")
    simple("head-colons", b":\r\n" * 60000, "header-too-big")
    simple("head-no-colon", b"hello\r\n" * 100000, "header-too-big")
    simple("head-many-fields", lambda: HEAD + b"X: y\r\n" * 19000 + b"\r\nhello")
    simple("head-many-fields-too-many", lambda: HEAD + b"X:\r\n" * 60000 + b"\r\nhello", "header-too-big")
    simple("head-huge", lambda: HEAD + repeat(b"X-A: b\r\n", 10 * MB) + b"\r\nhello", "header-too-big")
    simple("head-long-field", lambda: HEAD + b"X: " + b"a" * 40000 + b"\r\n\r\nhello", "field-too-big")
    simple("head-long-name", lambda: HEAD + b"X" * 200000 + b": a\r\n\r\nhello")
    simple("head-folds", lambda: HEAD + b"X: a" + b"\r\n b" * 8000 + b"\r\n\r\nhello")
    simple("head-blank-folds", lambda: HEAD + b"X: a" + b"\r\n " * 10000 + b"\r\n\r\nhello")
    simple("head-received", lambda: b"Received: from a by mx.cases.example; x\r\n" * 6000 + HEAD + b"\r\nhello", "too-many-hops")
    simple("head-results", lambda: b"Authentication-Results: mx.cases.example; dmarc=pass header.from=customer.example\r\n" * 2500 + HEAD + b"\r\nhello")
    simple("head-subjects", lambda: HEAD + b"Subject: =?utf-8?b?YQ==?=\r\n" * 9000 + b"\r\nhello")
    simple("head-types", lambda: HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n" * 5000 + b"\r\nhello", "too-deep")
    simple("head-nul", HEAD + b"X: a\0b\r\n\r\nhello", "nul")
    simple("head-nul-in-from", one_from(b"a@b.example\0@c.example"), "nul")
    simple("head-bare-cr", HEAD + b"X: a\rFrom: c@d.example\r\n\r\nhello", "bare-cr")
    simple("head-bare-lf", HEAD.replace(b"\r\n", b"\n") + b"\nhello")
    simple("head-mixed-line-ends", HEAD + b"X: a\nY: b\r\n\n\r\nhello")
    simple("head-cr-cr-lf", HEAD + b"X: a\r\r\n\r\nhello", "bare-cr")
    simple("head-blank-before-colon", b"From : a@b.example\r\n" + HEAD + b"\r\nhello", "two-from")
    simple("head-two-from", b"From: a@b.example\r\n" + HEAD + b"\r\nhello", "two-from")
    simple("head-two-from-case", b"fRoM: a@b.example\r\n" + HEAD + b"\r\nhello", "two-from")
    simple("head-from-folded-name", b"From\r\n : a@b.example\r\n" + HEAD + b"\r\nhello")
    simple("head-first-line-folded", b" From: a@b.example\r\n" + HEAD + b"\r\nhello")
    simple("head-envelope-line", b"From a@b Fri May  3 10:15:00 2024\r\n" + HEAD + b"\r\nhello")
    simple("head-utf8-name", b"Fr\xc3\xb6m: a@b.example\r\n" + HEAD + b"\r\nhello")
    simple("head-utf16", HEAD.decode().encode("utf-16"), "nul")
    simple("head-control", b"X-Casemail-Decision: approve\r\nX-Loop: test;0\r\n" + HEAD + b"\r\nhello")


def addresses():
    simple("from-none", b"To: support@cases.example\r\n\r\nhello\r\n")
    simple("from-two-at", one_from(b"a@b@c.example"))
    simple("from-blanks", one_from(b"a b @ c.example"))
    simple("from-group", one_from(b"g: a@b.example, c@d.example;"))
    simple("from-route", one_from(b"<@x.example:a@b.example>"))
    simple("from-two-angles", one_from(b"<a@b.example>:<c@d.example>"))
    simple("from-angle-in-name", one_from(b"\"a@b.example\" <c@d.example>"))
    simple("from-comment-address", one_from(b"a@b.example (<c@d.example>)"))
    simple("from-encoded-address", one_from(b"=?utf-8?q?a=40b.example=3e=00?=@c.example"))
    simple("from-encoded-nul", one_from(b"=?utf-8?b?YUBiLmV4YW1wbGUA?= <c@d.example>"))
    simple("from-encoded-line-end", one_from(b"=?utf-8?q?a=0d=0aBcc:_x?= <c@d.example>"))
    simple("from-idn", one_from(b"a@xn--" + b"a" * 200 + b".example"))
    simple("from-long-local", one_from(b"a" * 30000 + b"@b.example"))
    simple("from-long-domain", one_from(b"a@" + b"b." * 15000 + b"example"))
    simple("from-comments", lambda: one_from(b"a@b.example " + b"(x)" * 10000))
    simple("from-comments-deep", one_from(b"(" * 30000 + b"a@b.example"), "too-deep-comment")
    simple("from-comments-deeper", one_from(b"(" * 131000 + b"a@b.example"), "field-too-big")
    simple("from-quote-open", one_from(b"\"" + b"\\\"" * 15000 + b"a@b.example"))
    simple("from-list", lambda: one_from(b"a@b.example, " * 2400))
    simple("to-groups-huge", lambda: HEAD + b"To: " + b"g:" * 200000 + b"\r\n\r\nhello", "header-too-big")
    simple("to-groups-at-limit", HEAD + b"To: " + b"g:" * 20 + b"a@b.example" + b";" * 20 + b"\r\n\r\nhello")
    simple("to-recipients", lambda: HEAD + b"".join(b"Cc: a%d@b.example,\r\n c%d@d.example\r\n" % (n, n) for n in range(5000)) + b"\r\nhello")


def boundaries():
    both = MIXED + b"\r\n"
    body = part(b"hello") + b"--b--\r\n"
    simple("boundary-quote", HEAD + b"Content-Type: multipart/mixed; boundary=\"\\\"\"\r\n\r\n--\"\r\n\r\nhello\r\n--\"--\r\n")
    simple("boundary-empty", HEAD + b"Content-Type: multipart/mixed; boundary=\"\"\r\n\r\n--\r\n\r\nhello\r\n----\r\n")
    simple("boundary-none", HEAD + b"Content-Type: multipart/mixed\r\n\r\n--b\r\n\r\nhello\r\n")
    simple("boundary-long", lambda: HEAD + b"Content-Type: multipart/mixed; boundary=" + b"b" * 30000 + b"\r\n\r\n--" + b"b" * 30000 + b"\r\n\r\nhello\r\n")
    simple("boundary-blanks", HEAD + b"Content-Type: multipart/mixed; boundary=\"b   \"\r\n\r\n--b   \r\n\r\nhello\r\n--b   --\r\n")
    simple("boundary-two", HEAD + b"Content-Type: multipart/mixed; boundary=a; boundary=b\r\n\r\n--a\r\n\r\nhello\r\n--b\r\n\r\nyes\r\n")
    simple("boundary-continued", HEAD + b"Content-Type: multipart/mixed; boundary*0=a; boundary*1=b\r\n\r\n--ab\r\n\r\nhello\r\n--ab--\r\n")
    simple("boundary-encoded", HEAD + b"Content-Type: multipart/mixed; boundary*=utf-8''%62\r\n\r\n--b\r\n\r\nhello\r\n--b--\r\n")
    simple("boundary-prefix", HEAD + MIXED + b"\r\n" + part(MIXED.replace(b"boundary=b", b"boundary=bb") + b"\r\n--bb\r\n\r\nhello\r\n--bb--", b"") + b"--b--\r\n")
    simple("boundary-same-nested", lambda: HEAD + (MIXED + b"\r\n--b\r\n") * 30 + b"\r\nhello\r\n--b--\r\n")
    simple("boundary-never", lambda: HEAD + both + repeat(b"--c\r\n", MB))
    simple("boundary-close-flood", lambda: HEAD + both + repeat(b"--b--\r\n", MB))
    simple("boundary-near", lambda: HEAD + both + part(b"x") + repeat(b"--bx\r\n", MB))
    simple("boundary-dashes", lambda: HEAD + b"Content-Type: multipart/mixed; boundary=" + b"-" * 60 + b"\r\n\r\n" + repeat(b"-" * 61 + b"\r\n", MB))
    simple("boundary-long-lines", lambda: HEAD + both + part(b"--b" + b"x" * MB) + b"--b--\r\n")
    simple("boundary-bare-lf", HEAD + both.replace(b"\r\n", b"\n") + body.replace(b"\r\n", b"\n"))
    simple("boundary-bare-cr", HEAD + both + body.replace(b"\r\n", b"\r"))
    simple("boundary-nul", HEAD + b"Content-Type: multipart/mixed; boundary=b\0c\r\n\r\n--b\r\n\r\nhello", "nul")
    simple("boundary-in-header", HEAD + both + b"--b\r\nContent-Type: text/plain\r\n--b\r\n\r\nhello\r\n--b--\r\n")
    simple("parts-in-preamble", lambda: HEAD + both + repeat(b"text\r\n", MB) + body)
    simple("parts-in-epilogue", lambda: HEAD + both + body + repeat(b"text\r\n", MB))
    simple("parts-empty", lambda: HEAD + both + b"--b\r\n\r\n" * 200 + b"--b--\r\n")
    simple("parts-to-limit", lambda: HEAD + both + part(b"hello") * 1900 + b"--b--\r\n")
    simple("parts-200000", lambda: HEAD + both + b"--b\r\n\r\n\r\n" * 200000, "too-many-parts")
    simple("parts-headers", lambda: HEAD + both + b"--b\r\n" + b"X: y\r\n" * 30000 + b"\r\nhello", "header-too-big")
    simple("parts-header-long", lambda: HEAD + both + b"--b\r\nContent-Type: " + b"a" * 40000 + b"\r\n\r\nhello", "field-too-big")
    simple("parts-alternatives", lambda: mail(b"".join(part(b"<p>yes" * 100, b"Content-Type: text/html\r\n") + part(b"no " * 100) for _ in range(90)),
                                              b"Content-Type: multipart/alternative; boundary=b\r\n"))
    simple("parts-attachments", lambda: mail(part(b"x", b"Content-Type: application/pdf\r\nContent-Disposition: attachment; filename=a.pdf\r\n") * 190, MIXED))
    simple("parts-text-1mb-each", lambda: mail(part(repeat(b"hello world\r\n", MB)) * 12, MIXED))
    simple("parts-text-150kb-each", lambda: mail(part(repeat(b"hello world\r\n", 150000)) * 190, MIXED))
    simple("parts-text-10kb-each", lambda: mail(part(repeat(b"hello world\r\n", 10000)) * 190, MIXED))
    simple("parts-html-10kb-each", lambda: mail(part(repeat(b"<p>hello", 10000), b"Content-Type: text/html\r\n") * 190, MIXED))
    simple("parts-html-1mb-each", lambda: mail(part(repeat(b"<p>hello", MB), b"Content-Type: text/html\r\n") * 12, MIXED))


def nesting():
    simple("nested-39", lambda: nested(39))
    simple("nested-100", lambda: nested(100), "too-deep")
    simple("nested-10000", lambda: nested(10000), "too-deep")
    simple("nested-10000-open", lambda: nested(10000, close=False), "too-deep")
    simple("nested-messages-30", HEAD + b"Content-Type: message/rfc822\r\n\r\n" * 30 + b"\r\nhello")
    simple("nested-messages-30000", lambda: HEAD + b"Content-Type: message/rfc822\r\n\r\n" * 30000 + b"hello", "too-deep")
    simple("nested-digests", lambda: HEAD + b"".join(b"Content-Type: multipart/digest; boundary=b%d\r\n\r\n--b%d\r\n\r\n" % (n, n) for n in range(3000)), "too-deep")
    simple("nested-reports", lambda: HEAD + b"".join(
        b"Content-Type: multipart/report; report-type=delivery-status; boundary=b%d\r\n\r\n--b%d\r\nContent-Type: message/rfc822\r\n\r\n" % (n, n) for n in range(15)) + b"x")
    simple("nested-encoded-message", lambda: encoded(base64.encodebytes(nested(3000)), b"base64", b"Content-Type: message/rfc822\r\n"))
    simple("nested-encoded-multipart", lambda: encoded(base64.encodebytes(part(b"x") * 3000), b"base64", MIXED))
    simple("nested-partial", HEAD + b"Content-Type: message/partial; number=1; total=999999999; id=a\r\n\r\nhello")
    simple("nested-external", HEAD + b"Content-Type: message/external-body; access-type=URL; URL=\"file:///etc/passwd\"\r\n\r\nContent-Type: text/plain\r\n\r\n")
    status = b"Final-Recipient: rfc822; a%d@b.example\r\nAction: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 no\r\n\r\n"
    simple("report-recipients", lambda: mail(part(b"failed") + part(
        b"Reporting-MTA: dns; mx\r\n\r\n" + b"".join(status % n for n in range(8000)), b"Content-Type: message/delivery-status\r\n") + b"--b--\r\n",
        b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\nReturn-Path: <>\r\n"))
    simple("report-blank-groups", lambda: mail(part(b"x") + part(repeat(b"\r\n", MB), b"Content-Type: message/delivery-status\r\n"),
                                               b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n"))
    simple("report-long-diagnostic", lambda: mail(part(b"x") + part(b"Final-Recipient: rfc822; a@b\r\nDiagnostic-Code: " + b"a\r\n " * 200000,
                                                                     b"Content-Type: message/delivery-status\r\n"),
                                                  b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n"))
    simple("report-feedback", lambda: mail(part(b"x") + part(b"Feedback-Type: abuse\r\n" * 15000, b"Content-Type: message/feedback-report\r\n"),
                                           b"Content-Type: multipart/report; report-type=feedback-report; boundary=b\r\n"))
    simple("report-headers-part", lambda: mail(part(b"x") + part(b"Message-ID: <a@cases.example>\r\n" * 30000, b"Content-Type: text/rfc822-headers\r\n"),
                                               b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n"))
    simple("calendar", lambda: mail(repeat(b"BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\n", MB), b"Content-Type: text/calendar; method=REPLY\r\n"))


def transfer():
    simple("base64-garbage", lambda: encoded(noise(MB), b"base64"))
    simple("base64-padding", lambda: encoded(b"=" * MB, b"base64"))
    simple("base64-blanks", lambda: encoded(repeat(b"Y Q = =\r\n", MB), b"base64"))
    simple("base64-one-line", lambda: encoded(base64.b64encode(b"hello " * 200000), b"base64"))
    simple("base64-30mb-text", lambda: encoded(base64.encodebytes(repeat(b"hello\r\n", 20 * MB)), b"base64"))
    simple("base64-30mb-attachment", lambda: mail(part(b"see") + part(base64.encodebytes(noise(20 * MB)),
           b"Content-Type: application/zip; name=a.zip\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: attachment\r\n") + b"--b--\r\n", MIXED))
    simple("qp-garbage", lambda: encoded(noise(MB, 2), b"quoted-printable"))
    simple("qp-equals", lambda: encoded(b"=" * MB, b"quoted-printable"))
    simple("qp-bad-hex", lambda: encoded(repeat(b"=G1=1", MB), b"quoted-printable"))
    simple("qp-soft", lambda: encoded(repeat(b"=\r\n", MB), b"quoted-printable"))
    simple("qp-blanks", lambda: encoded(repeat(b" ", MB), b"quoted-printable"))
    simple("qp-blanks-lines", lambda: encoded(repeat(b" " * 2000 + b"\r\n", MB), b"quoted-printable"))
    simple("qp-nul", lambda: encoded(repeat(b"=00", MB), b"quoted-printable"))
    simple("uuencode-garbage", lambda: encoded(b"begin 644 a\n" + noise(MB, 3), b"x-uuencode"))
    simple("uuencode-no-end", lambda: encoded(b"begin 644 a\n" + repeat(b"M" + b"A" * 60 + b"\n", MB), b"x-uuencode"))
    simple("uuencode-lengths", lambda: encoded(b"begin 644 a\n" + repeat(b"~A\n", MB), b"uuencode"))
    simple("encoding-unknown", encoded(b"hello", b"x-none"))
    simple("encoding-misspelt", encoded(b"aGVsbG8=", b"\"base-64\""))
    simple("encoding-twice", mail(b"aGVsbG8=", TEXT + b"Content-Transfer-Encoding: base64\r\nContent-Transfer-Encoding: quoted-printable\r\n"))
    simple("encoding-of-multipart", encoded(part(b"hello") + b"--b--\r\n", b"quoted-printable", MIXED))
    flowed = b"Content-Type: text/plain; charset=utf-8; format=flowed; delsp=yes\r\n"
    simple("flowed-lines", lambda: mail(repeat(b"a \r\n", MB), flowed))
    simple("flowed-quotes", lambda: mail(repeat(b"> a \r\n>> b \r\n", MB), flowed))
    simple("flowed-deep", lambda: mail(repeat(b">" * 900 + b" a \r\n", MB), flowed))
    simple("flowed-stuffed", lambda: mail(repeat(b" \r\n", MB), flowed))
    simple("flowed-signatures", lambda: mail(repeat(b"-- \r\n", MB), flowed))
    simple("flowed-one-line", lambda: mail(repeat(b" ", MB), flowed))


def charsets():
    for name in (b"utf-7", b"utf-16", b"utf-32", b"iso-2022-jp", b"iso-2022-kr", b"iso-2022-cn", b"hz-gb-2312", b"gb18030", b"big5-hkscs", b"euc-kr",
                 b"shift_jis", b"euc-jp", b"koi8-r", b"windows-1252", b"tis-620", b"macintosh", b"cp437", b"unknown-8bit", b"us-ascii", b"utf-8"):
        simple(f"charset-{name.decode()}-noise", lambda n=name: charset(n, noise(MB, 4)))
    simple("charset-utf-7-shifts", lambda: charset(b"utf-7", repeat(b"+AGE-+", MB)))
    simple("charset-utf-7-open", lambda: charset(b"utf-7", b"+" + b"A" * MB))
    simple("charset-utf-7-plus", lambda: charset(b"utf-7", b"+" * MB))
    simple("charset-utf-7-script", charset(b"utf-7", b"+ADw-script+AD4-alert(1)+ADw-/script+AD4-"))
    simple("charset-iso-2022-escapes", lambda: charset(b"iso-2022-jp", repeat(b"\x1b$B\x1b(B", MB)))
    simple("charset-iso-2022-jp-2", lambda: charset(b"iso-2022-jp-2", repeat(b"\x1b.A\x1bN\x61", MB)))
    simple("charset-iso-2022-kr-shifts", lambda: charset(b"iso-2022-kr", b"\x1b$)C" + repeat(b"\x0e\x0f", MB)))
    simple("charset-iso-2022-cn-escapes", lambda: charset(b"iso-2022-cn-ext", repeat(b"\x1b$)A\x0e\x1b$*H\x1bN", MB)))
    simple("charset-escape-undeclared", lambda: mail(repeat(b"\x1b$B$\"\x1b(B", MB)))
    simple("charset-hz-braces", lambda: charset(b"hz-gb-2312", repeat(b"~{~}", MB)))
    simple("charset-utf-16-odd", lambda: charset(b"utf-16le", b"a" * (MB - 1)))
    simple("charset-utf-16-marks", lambda: charset(b"utf-16", repeat(b"\xff\xfe\xfe\xff", MB)))
    simple("charset-utf-16-surrogates", lambda: charset(b"utf-16le", repeat(b"\x00\xd8", MB)))
    simple("charset-utf-32-huge", lambda: charset(b"utf-32le", repeat(b"\xff\xff\xff\x7f", MB)))
    simple("charset-gb18030-four", lambda: charset(b"gb18030", repeat(b"\x84\x31\xa4\x37", MB)))
    simple("charset-big5-lead", lambda: charset(b"big5", b"\xfe" * MB))
    simple("charset-ebcdic", lambda: charset(b"ebcdic-int", noise(MB, 6)))
    simple("charset-undeclared-noise", lambda: mail(noise(MB, 5)))
    simple("charset-undeclared-high", lambda: mail(b"\xe4\xf6\xfc " * 250000))
    simple("charset-wrong", lambda: charset(b"utf-8", "приветы ".encode("koi8-r") * 120000))
    simple("charset-name-long", lambda: charset(b"a" * 30000, b"\xe4hello"))
    simple("charset-name-path", charset(b"\"../../../etc/passwd\"", b"\xe4hello"))
    simple("charset-name-suffix", charset(b"utf-8//TRANSLIT//IGNORE", b"\xe4hello"))
    simple("charset-name-percent", charset(b"\"%s%n%n\"", b"\xe4hello"))
    simple("charset-html-meta", lambda: mail(b"<meta charset=utf-16><meta http-equiv=content-type content='text/html; charset=iso-2022-jp'>" + b"\x1b$B" * 300000,
                                             b"Content-Type: text/html\r\n"))


def names():
    def attached(parameters):
        return mail(part(b"see") + part(b"x", b"Content-Type: application/octet-stream\r\nContent-Disposition: attachment" + parameters + b"\r\n") + b"--b--\r\n", MIXED)
    simple("name-traversal", attached(b"; filename=\"../../etc/cron.d/x\""))
    simple("name-absolute", attached(b"; filename=/etc/passwd"))
    simple("name-zero-width", attached(b"; filename*=utf-8''%E2%80%8B.htaccess"))
    simple("name-encoded-nul", attached(b"; filename*=utf-8''a%00.exe"))
    simple("name-long", attached(b"; filename=" + b"a" * 5000))
    simple("name-extension", attached(b"; filename=a." + b"b" * 30000))
    simple("name-reserved", attached(b"; filename=CON.txt"))
    simple("name-line-end", attached(b"; filename*=utf-8''a%0d%0aBcc:%20x"))
    simple("name-words", attached(b"; filename=\"=?utf-8?q?=2e=2e=2fa?=\""))
    simple("name-pieces", lambda: attached(b"".join(b";\r\n filename*%d=a" % n for n in range(1500))))
    simple("name-pieces-backwards", lambda: attached(b"".join(b";\r\n filename*%d=a" % n for n in range(1500, -1, -1))))
    simple("name-pieces-numbers", attached(b"; filename*99999999999999999999=a; filename*-1=b; filename*01=c"))
    simple("name-charset", attached(b"; filename*=iso-2022-jp'en'%1B%24B%1B"))
    simple("name-shell", attached(b"; filename=\"`id`;$(id)|x\""))


def tnef():
    """winmail.dat: signature, key, then records of level, kind, length, data, checksum."""
    start = struct.pack("<IH", 0x223E9F78, 1)

    def record(kind_of, data, length=None, level=2):
        return struct.pack("<BII", level, kind_of, len(data) if length is None else length) + data + struct.pack("<H", sum(data) & 0xFFFF)

    def winmail(data):
        return mail(part(b"see") + part(base64.encodebytes(data), b"Content-Type: application/ms-tnef; name=winmail.dat\r\nContent-Transfer-Encoding: base64\r\n")
                    + b"--b--\r\n", MIXED)
    title, data, properties, render = 0x00018010, 0x0006800F, 0x00069005, 0x00069002
    simple("tnef-empty", winmail(b""))
    simple("tnef-signature", winmail(start))
    simple("tnef-noise", lambda: winmail(start + noise(MB, 7)))
    simple("tnef-length", winmail(start + record(title, b"a", 0xFFFFFFFF)))
    simple("tnef-length-signed", winmail(start + record(title, b"a", 0x80000000)))
    simple("tnef-records", lambda: winmail(start + record(title, b"") * 90000))
    simple("tnef-files", lambda: winmail(start + (record(render, b"\0" * 14) + record(title, b"a.txt\0") + record(data, b"x")) * 20000))
    simple("tnef-names", lambda: winmail(start + record(render, b"\0" * 14) + record(title, b"../" * 100000) + record(data, b"x")))
    simple("tnef-properties", lambda: winmail(start + record(render, b"\0" * 14) + record(properties, struct.pack("<I", 0xFFFFFFFF) + b"\x1f\0\x07\x37" * 1000)))
    simple("tnef-property-length", winmail(start + record(properties, struct.pack("<IIII", 1, 0x3707001F, 1, 0xFFFFFFFF))))
    simple("tnef-zeros", lambda: winmail(start + bytes(2 * MB)))


def sizes():
    simple("size-30mb-blanks", lambda: mail(b" " * (29 * MB), TEXT))
    simple("size-30mb-line-ends", lambda: mail(b"\r\n" * (14 * MB + MB // 2), TEXT))
    simple("size-30mb-letters", lambda: mail(b"a" * (29 * MB), TEXT))
    simple("size-30mb-lines", lambda: mail(repeat(b"hello world, this is a line\r\n", 29 * MB), TEXT))
    simple("size-30mb-nul", lambda: mail(bytes(29 * MB), TEXT))
    simple("size-30mb-html", lambda: mail(repeat(b"<p>hello</p>", 29 * MB), b"Content-Type: text/html\r\n"))
    simple("size-30mb-qp", lambda: encoded(repeat(b"=41=42=43\r\n", 29 * MB), b"quoted-printable"))
    simple("size-30mb-noise", lambda: mail(noise(29 * MB, 8)))
    simple("size-30mb-dashes", lambda: HEAD + MIXED + b"\r\n" + repeat(b"--\r\n", 29 * MB))
    simple("size-too-big", lambda: mail(b"a" * (30 * MB)), "too-big")
    simple("input-text-noise", lambda: noise(MB, 9), form="text")
    simple("input-text-blanks", lambda: b" " * (4 * MB), form="text")
    simple("input-html-noise", lambda: noise(MB, 10), form="html")
    simple("input-html-angles", lambda: b"<!" * (MB // 2), form="html")


def kinds():
    if not KIND:
        for group in (headers, addresses, boundaries, nesting, transfer, charsets, names, tnef, sizes):
            group()
    return list(KIND.values())
