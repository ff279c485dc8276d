/* SPDX-License-Identifier: ISC
 * test_html.c: HTML as text, and replies in the HTML of each mail program. All mails are made up.
 */
#include "config.h"

#include "reading/split.h"

#include "reading/html.h"
#include "tap.h"

static struct arena *arena;

struct row {
	const char *name, *html, *text;
};

static const struct row texts[] = {
	{ "lines and paragraphs", "<p>One<br>two</p><p>three</p>", "One\ntwo\n\nthree\n" },
	{ "Gmail's lines", "<div dir=ltr>One<div><br></div><div>two</div></div>", "One\n\ntwo\n" },
	{ "Outlook's lines", "<p class=MsoNormal>One</p><p class=MsoNormal>&nbsp;</p><p class=MsoNormal>two</p>",
	    "One\n\ntwo\n" },
	{ "white space is folded", "<div>  One \n\t two  </div>\n\n<div>three</div>", "One two\nthree\n" },
	{ "preformatted text is not", "<pre>One\n  two</pre>", "One\n  two\n" },
	{ "entities", "<div>a &amp; b &lt;c&gt; &euro; &#8364; &#x20ac;</div>", "a & b <c> € € €\n" },
	{ "lists", "<ul><li>One</li><li>two<ul><li>three</li></ul></li></ul><ol><li>a<li>b</ol>",
	    "- One\n- two\n  - three\n\n1. a\n2. b\n" },
	{ "a table", "<table><tr><td>a</td><td>b</td></tr><tr><td>1</td><td>2</td></tr></table>", "a  b\n1  2\n" },
	{ "links",
	    "<a href='https://example.org/x'>here</a> <a href=\"https://example.org/\">example.org</a> <a "
	    "href=\"mailto:jo@example.org\">jo@example.org</a>",
	    "here <https://example.org/x> example.org jo@example.org\n" },
	{ "block quotes", "<p>One</p><blockquote><p>two</p><blockquote>three</blockquote></blockquote>four",
	    "One\n\n> two\n>\n> > three\n\nfour\n" },
	{ "scripts and styles", "<style>p{}</style><script>alert(1)</script><title>t</title><p>One</p>", "One\n" },
	{ "comments", "a<!-- b -->c<!--[if mso]><p>d</p><![endif]-->", "ac\n" },
	{ "display none", "<div>One<span style='display : none !important'> two</span></div>", "One\n" },
	{ "visibility hidden", "<div>One<span style=\"VISIBILITY:HIDDEN\">two</span></div>", "One\n" },
	{ "font size zero",
	    "<div>One<span style='font-size:0px'>two</span><span style='font-size:0.9em'>three</span></div>",
	    "Onethree\n" },
	{ "mso-hide", "<div>One<span style='mso-hide:all'>two</span></div>", "One\n" },
	{ "white on white", "<div>One<font color=#ffffff>two</font><span style='color:white'>three</span></div>",
	    "One\n" },
	{ "white on blue", "<div style='background:#004488'><span style='color:#fff'>One</span></div>", "One\n" },
	{ "hidden inside hidden", "<div style='display:none'>a<div style='display:block'>b</div></div>One", "One\n" },
	{ "moved out of sight", "<p>One<span style='position:absolute;left:-9999px'>two</span></p>", "One\n" },
	{ "shown again", "<p style='display:none;display:block'>One</p>", "One\n" },
	{ "hidden by a class", "<style>.x{display:none}</style><p>One<span class='a x'>two</span></p>", "One\n" },
	{ "by an element's class and an id",
	    "<style><!-- p.x, #y { font-size : 0 } --></style><p class=x>a</p><p id=y>b</p><p>One<b class=x>!</b></p>",
	    "One!\n" },
	{ "by a class, whatever the element says",
	    "<style>.x{display:none !important}</style><p class=x style='display:block'>a</p><p>One</p>", "One\n" },
	{ "not by a class, as the element says",
	    "<style>.x{display:none}</style><p class=x style='display:block'>One</p>", "One\n" },
	{ "not by a later rule", "<style>.x{display:none}.x{display:block}</style><p class=x>One</p>", "One\n" },
	{ "not on this screen", "<style>@media print{.x{display:none} .y{}}</style><p class=x>One</p>", "One\n" },
	{ "not by what is not understood",
	    "<style>@import 'x.css'; p .x{display:none} .x:hover{display:none} .x>b{}</style><p class=x>One</p>",
	    "One\n" },
	{ "a comment in a sheet", "<style>/* .x{} */ .x{/**/display:none/**/}</style><p class=x>a</p>One", "One\n" },
	{ "white by a class", "<style>.x{color:#fff}</style><p>One<span class=x>two</span></p>", "One\n" },
	{ "white on what may be dark", "<style>body{background:#000}.x{color:#fff}</style><p class=x>One</p>",
	    "One\n" },
	{ "white on dark, by classes",
	    "<style>.d{background:#000}.x{color:#fff}</style><div class=d><p class=x>One</p></div>", "One\n" },
	{ "a sheet that does not end", "<p>One</p><style>.x{display:none", "One\n" },
	{ "the attribute hidden", "<p hidden>a</p><p>One</p>", "One\n" },
	{ "smileys as images", "One <img alt='\xf0\x9f\x98\x80' src=x> <img alt='logo' src=y>",
	    "One \xf0\x9f\x98\x80\n" },
	{ "no tags at all", "One\ntwo", "One two\n" },
	{ "nothing", "", "" },
	{ "tags that do not close", "<div><b>One<div>two", "One\ntwo\n" },
	{ "no-break spaces", "<div>a&nbsp; &nbsp;b</div>", "a  b\n" },
	{ "a head that does not close", "<html><head><meta name=x><title>t</title><div>One</div>", "One\n" },
	{ "a title that does not close", "<html><head><title>t<body><p>One", "One\n" },
	{ "Word's conditions", "<p><![if !supportLists]>1.<![endif]>One<!--[if gte mso 9]><xml>x</xml><![endif]--></p>",
	    "1.One\n" },
	{ "what is no tag", "a < b and <3 and 5>4", "a < b and <3 and 5>4\n" },
};

static void
test_text(void)
{
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct str exact = tap_exact(str_of(texts[i].html)), text;
		unsigned char *hints;

		arena_reset(arena);
		html_read(exact, arena, &text, &hints);
		IS_STR(text, str_of(texts[i].text), texts[i].name);
		free((char *)exact.p);
	}
}

#define HEADERS                                                                                                        \
	"<b>From:</b> Jo Doe &lt;jo@example.org&gt;<br><b>Sent:</b> Friday, 3 May 2024 10:15<br><b>To:</b> "           \
	"Su<br><b>Subject:</b> Router"
#define SAID "On 3 May 2024, at 10:15, Jo Doe &lt;<a href=\"mailto:jo@example.org\">jo@example.org</a>&gt; wrote:"

struct reply {
	const char *name, *html, *new_text, *signature;
};

static const struct reply replies[] = {
	{ "Gmail",
	    "<div dir=\"ltr\">Yes.</div><br><div class=\"gmail_quote\"><div dir=\"ltr\" class=\"gmail_attr\">On Fri, 3 "
	    "May 2024 at 10:15, Jo Doe "
	    "&lt;<a href=\"mailto:jo@example.org\">jo@example.org</a>&gt; wrote:<br></div><blockquote "
	    "class=\"gmail_quote\" style=\"margin:0px 0px "
	    "0px 0.8ex;border-left:1px solid rgb(204,204,204)\"><div>Is it?</div></blockquote></div>",
	    "Yes.", "" },
	{ "Gmail in a language without data",
	    "<div dir=\"ltr\">Ndiyo.</div><div class=\"gmail_quote\"><div class=\"gmail_attr\">Jo Doe "
	    "aliandika:<br></div><blockquote "
	    "class=\"gmail_quote\">Je?</blockquote></div>",
	    "Ndiyo.", "" },
	{ "Gmail with its signature",
	    "<div dir=\"ltr\">Yes.<br clear=\"all\"><div><br></div><span class=\"gmail_signature_prefix\">-- "
	    "</span><br><div "
	    "class=\"gmail_signature\">Su Roe<br>Example Org</div></div><br><div class=\"gmail_quote\"><div "
	    "class=\"gmail_attr\">" SAID "</div><blockquote class=\"gmail_quote\">Is it?</blockquote></div>",
	    "Yes.", "--\nSu Roe\nExample Org" },
	{ "Gmail, answers between",
	    "<div class=\"gmail_quote\"><div class=\"gmail_attr\">" SAID
	    "</div><blockquote class=\"gmail_quote\"><div>One?</div></blockquote><div>"
	    "First.</div><blockquote class=\"gmail_quote\"><div>Two?</div></blockquote><div>Second.</div><blockquote "
	    "class=\"gmail_quote\">Jo"
	    "</blockquote></div>",
	    "> One?\n\nFirst.\n\n> Two?\n\nSecond.", "" },
	{ "Outlook on the desktop",
	    "<div class=WordSection1><p class=MsoNormal>Yes.</p><p class=MsoNormal><o:p>&nbsp;</o:p></p><div><div "
	    "style='border:none;border-top:solid "
	    "#E1E1E1 1.0pt;padding:3.0pt 0in 0in 0in'><p class=MsoNormal>" HEADERS
	    "</p></div></div><p class=MsoNormal>Is it?</p></div>",
	    "Yes.", "" },
	{ "Outlook on the web",
	    "<div>Yes.</div><div id=\"appendonsend\"></div><hr style=\"display:inline-block;width:98%\"><div "
	    "id=\"divRplyFwdMsg\" dir=\"ltr\">" HEADERS "<div>&nbsp;</div></div><div>Is it?</div>",
	    "Yes.", "" },
	{ "Outlook on a telephone",
	    "<div>Yes.</div><div id=\"ms-outlook-mobile-signature\">Get <a href=\"https://aka.ms/x\">Outlook for "
	    "iOS</a></div><hr><div "
	    "id=\"divRplyFwdMsg\">" HEADERS "</div><div>Is it?</div>",
	    "Yes.", "Get Outlook for iOS <https://aka.ms/x>" },
	{ "Outlook with a signature block",
	    "<div>Yes.</div><div id=\"Signature\"><p>Su Roe</p><p>Example Org</p></div><div "
	    "id=\"appendonsend\"></div><div id=\"divRplyFwdMsg\">" HEADERS "</div><p>Is it?</p>",
	    "Yes.", "Su Roe\n\nExample Org" },
	{ "Outlook for Mac",
	    "<div>Yes.</div><span id=\"OLK_SRC_BODY_SECTION\"><div>" HEADERS "</div><div>Is it?</div></span>", "Yes.",
	    "" },
	{ "the mail program of Windows 10",
	    "<div class=WordSection1><p class=MsoNormal>Yes.</p><div "
	    "style='mso-element:para-border-div;border:none;border-top:solid #E1E1E1 "
	    "1.0pt;padding:3.0pt 0cm 0cm 0cm'><p class=MsoNormal style='border:none;padding:0cm'>" HEADERS
	    "</p></div><p>Is it?</p></div>",
	    "Yes.", "" },
	{ "Apple Mail",
	    "<html><body style=\"word-wrap: break-word\">Yes.<div><br><blockquote type=\"cite\"><div>" SAID
	    "</div><br class=\"Apple-interchange-newline\"><div>Is it?</div></blockquote></div></body></html>",
	    "Yes.", "" },
	{ "an iPhone",
	    "<html><body dir=\"auto\">Yes.<br><br><div id=\"AppleMailSignature\" dir=\"ltr\">Sent from my "
	    "iPhone</div><div dir=\"ltr\"><br>" SAID
	    "<br><br></div><blockquote type=\"cite\"><div dir=\"ltr\">Is it?</div></blockquote></body></html>",
	    "Yes.", "Sent from my iPhone" },
	{ "Thunderbird",
	    "<html><body><p>Yes.<br></p><div class=\"moz-cite-prefix\">Am 03.05.24 um 10:15 schrieb Jo "
	    "Doe:<br></div><blockquote type=\"cite\" "
	    "cite=\"mid:x@example.org\"><p>Is it?</p></blockquote><div class=\"moz-signature\">-- <br>Su "
	    "Roe</div></body></html>",
	    "Yes.", "--\nSu Roe" },
	{ "Thunderbird, answer below",
	    "<div class=\"moz-cite-prefix\">Jo Doe:<br></div><blockquote type=\"cite\"><p>Is "
	    "it?</p></blockquote><p>Yes.</p>",
	    "Yes.", "" },
	{ "Yahoo",
	    "<html><body><div class=\"ydp1yahoo-style-wrap\"><div>Yes.</div><div><br></div></div><div "
	    "id=\"yahoo_quoted_123\" "
	    "class=\"yahoo_quoted\"><div>" SAID "</div><div><br></div><div>Is it?</div></div></body></html>",
	    "Yes.", "" },
	{ "Yahoo on Android",
	    "<div>Yes.</div><br id=\"ymail_android_signature_break\"><div id=\"ymail_android_signature\"><a "
	    "href=\"https://example.org/y\">Sent from "
	    "Yahoo Mail on Android</a></div><br><blockquote style=\"margin: 0 0 20px 0;\"><div>" SAID
	    "</div><div>Is it?</div></blockquote>",
	    "Yes.", "Sent from Yahoo Mail on Android <https://example.org/y>" },
	{ "Proton",
	    "<div style=\"font-family: Arial\">Yes.</div><div class=\"protonmail_signature_block\"><div>Sent with "
	    "Proton Mail secure email.</div></div>"
	    "<div class=\"protonmail_quote\">On Friday, May 3rd, 2024 at 10:15, Jo Doe &lt;jo@example.org&gt; "
	    "wrote:<br><br><blockquote "
	    "class=\"protonmail_quote\" type=\"cite\">Is it?</blockquote></div>",
	    "Yes.", "Sent with Proton Mail secure email." },
	{ "Zimbra",
	    "<div>Yes.</div><div data-marker=\"__SIG_PRE__\">Su Roe</div><hr id=\"zwchr\" "
	    "data-marker=\"__DIVIDER__\"><div "
	    "data-marker=\"__HEADERS__\">" HEADERS "</div><div data-marker=\"__QUOTED_TEXT__\">Is it?</div>",
	    "Yes.", "Su Roe" },
	{ "GMX and Web.de",
	    "<div>Ja.</div><div name=\"quote\" style=\"margin:10px 5px 5px 10px; border-left:2px solid "
	    "#C3D9E5\"><div><b>Gesendet:</b> Freitag, 03. "
	    "Mai 2024<br><b>Von:</b> Jo Doe</div><div name=\"quoted-content\">Geht es?</div></div>",
	    "Ja.", "" },
	{ "Spark",
	    "<div name=\"messageBodySection\">Yes.</div><div name=\"messageSignatureSection\">Su</div><div "
	    "name=\"messageReplySection\">On 3 May 2024, "
	    "10:15, Jo Doe wrote:<br><blockquote>Is it?</blockquote></div>",
	    "Yes.", "Su" },
	{ "Lotus Notes",
	    "<font size=2>Yes.</font><br><br><font size=1 color=#5f5f5f>From: </font><font size=1>Jo Doe "
	    "&lt;jo@example.org&gt;</font><br>"
	    "<font size=1>To: </font><font size=1>Su</font><br><font size=1>Date: 05/03/2024 10:15</font><br><font "
	    "size=1>Subject: Router</font><hr><tt>Is "
	    "it?</tt>",
	    "Yes.", "" },
	{ "a quote's line by a class",
	    "<style>blockquote.q{border-left:1px solid}</style><blockquote class=q>Is it?</blockquote><p>Yes.</p>",
	    "Yes.", "" },
	{ "a comment as mark", "<p>Yes.</p><!-- originalMessage --><p>Is it?</p>", "Yes.", "" },
	{ "the author's own block quote",
	    "<p>You wrote in the manual:</p><blockquote>Press start.</blockquote><p>Nothing happens.</p>",
	    "You wrote in the manual:\n\n> Press start.\n\nNothing happens.", "" },
	{ "all of it in a block quote", "<blockquote><p>Yes.</p></blockquote>", "> Yes.", "" },
	{ "a bare block quote at the end", "<p>Yes.</p><blockquote>Is it?</blockquote>", "Yes.", "" },
	{ "all of it in the signature", "<div id=\"Signature\"><p>Yes.</p></div>", "Yes.", "" },
	{ "our line", "<p>Yes.</p><div>-- Please reply above this line --</div><p>Is it?</p>", "Yes.", "" },
	{ "hidden words do not speak", "<p>Yes.<span style=\"display:none\">No.</span></p>", "Yes.", "" },
};

static void
test_replies(void)
{
	for (size_t i = 0; i < sizeof(replies) / sizeof(replies[0]); i++) {
		struct str exact = tap_exact(str_of(replies[i].html)), text;
		struct split s;

		arena_reset(arena);
		split_html(exact, arena, &text, &s);
		IS_STR(s.new_text, str_of(replies[i].new_text), replies[i].name);
		IS_STR(s.signature, str_of(replies[i].signature), "  its signature");
		free((char *)exact.p);
	}
}

static void
test_nul(void)
{
	struct str text;
	unsigned char *hints;

	html_read(STR("<p>O\0ne<span style='display:\0none'>two</span></p>"), arena, &text, &hints);
	IS_STR(text, STR("One\n"), "NUL bytes are left out");
}

static void
test_bounds(void)
{
	struct str text;
	unsigned char *hints;
	struct buf b;

	buf_init(&b, 1 << 20);
	for (int i = 0; i < 5000; i++)
		buf_add_z(&b, "<div>");
	buf_add_z(&b, "One &amp; <b>two</b><br>three");
	html_read(buf_str(&b), arena, &text, &hints);
	IS_STR(text, STR("One & two\nthree\n"), "too deep for the parser: the tags are left out");
	buf_clear(&b);
	buf_add_z(&b, "<p ");
	for (int i = 0; i < 20000; i++)
		buf_add_format(&b, "a%d ", i);
	buf_add_z(&b, ">One");
	html_read(buf_str(&b), arena, &text, &hints);
	IS_STR(text, STR("One\n"), "too many attributes: likewise");
	buf_free(&b);
}

static void
test_forward(void)
{
	struct str text;
	struct split s;

	split_html(STR("<div dir=ltr>See below.<br><br><div class=gmail_quote><div class=gmail_attr>---------- "
		       "Forwarded message ---------<br>From: "
		       "<strong>Jo Doe</strong> <span>&lt;jo@example.org&gt;</span><br>Date: Fri, 3 May "
		       "2024<br>Subject: Router<br>To: "
		       "&lt;su@example.org&gt;<br></div><br>Is it?</div></div>"),
	    arena, &text, &s);
	OK(s.is_forward && s.forward_marked, "Gmail's forward");
	IS_STR(s.above, STR("See below."), "what stands above");
	IS_STR(s.forward_subject, STR("Router"), "its subject");
	split_html(
	    STR("<p>See below.</p><div class=\"moz-forward-container\">-------- Forwarded Message --------<table "
		"class=\"moz-email-headers-table\"><tr><th>Subject: </th><td>Router</td></tr><tr><th>From: </th><td>Jo "
		"&lt;jo@example.org&gt;</td></tr></table><br>Is it?</div>"),
	    arena, &text, &s);
	OK(s.is_forward && s.forward_marked, "Thunderbird's forward");
	IS_STR(s.forward_subject, STR("Router"), "its subject");
	IS_STR(s.new_text, STR("See below."), "its text");
	split_html(STR("<div>See below.</div><div id=\"appendonsend\"></div><hr><div id=\"divRplyFwdMsg\">" HEADERS
		       "</div>Is it?"),
	    arena, &text, &s);
	OK(s.is_forward && !s.forward_marked, "Outlook's, which may be a reply");
	IS_STR(s.forward_subject, STR("Router"), "its subject");
}

int
main(void)
{
	arena = arena_open(256u << 20);
	test_text();
	test_replies();
	test_nul();
	test_bounds();
	test_forward();
	arena_close(&arena);
	return tap_done();
}
