/* SPDX-License-Identifier: ISC
 * test_split.c: plain text split into new text, quote, signature and forward, language by language
 * and case by case. All mails are made up.
 */
#include "config.h"

#include "reading/split.h"

#include "tap.h"

static struct arena *arena;

static void
split_of(const char *text, struct split *out)
{
	struct str exact;

	arena_reset(arena);
	exact = tap_exact(str_of(text));
	split_text(arena_copy(arena, exact), arena, out);
	/* once more on a block without a byte behind it, for the sanitizers */
	split_text(exact, arena, out);
	out->new_text = arena_copy(arena, out->new_text);
	out->forward_subject = arena_copy(arena, out->forward_subject);
	out->forward_from = arena_copy(arena, out->forward_from);
	out->forward_date = arena_copy(arena, out->forward_date);
	free((char *)exact.p);
}

/* The words of one language as its mail programs write them. */
struct language {
	const char *name;
	const char *attribution; /* without address where the programs leave it out */
	const char *from, *date, *to, *subject;
	const char *forward, *footer, *signoff, *above;
};

static const struct language languages[] = {
	{ "en", "On 3 May 2024, at 10:15, Jo Doe wrote:", "From", "Sent", "To", "Subject", "Forwarded message",
	    "Sent from my iPhone", "Kind regards,", "Please reply above this line" },
	{ "de", "Am 03.05.24 um 10:15 schrieb Jo Doe:", "Von", "Gesendet", "An", "Betreff", "Weitergeleitete Nachricht",
	    "Von meinem iPhone gesendet", "Mit freundlichen Grüßen", "Bitte antworten Sie oberhalb dieser Zeile" },
	{ "fr", "Le 3 mai 2024 à 10:15, Jo Doe a écrit :", "De", "Envoyé", "À", "Objet", "Message transféré",
	    "Envoyé de mon iPhone", "Bien cordialement,", "Veuillez répondre au-dessus de cette ligne" },
	{ "es", "El 3/5/24 a las 10:15, Jo Doe escribió:", "De", "Enviado el", "Para", "Asunto", "Mensaje reenviado",
	    "Enviado desde mi iPhone", "Un cordial saludo,", "Por favor responda por encima de esta línea" },
	{ "pt", "Em 03/05/2024 10:15, Jo Doe escreveu:", "De", "Enviada em", "Para", "Assunto", "Mensagem encaminhada",
	    "Enviado do meu iPhone", "Com os melhores cumprimentos,", "Por favor, responda acima desta linha" },
	{ "it", "Il 03/05/2024 10:15, Jo Doe ha scritto:", "Da", "Inviato", "A", "Oggetto", "Messaggio inoltrato",
	    "Inviato da iPhone", "Cordiali saluti", "Si prega di rispondere sopra questa riga" },
	{ "nl", "Op 3 mei 2024 om 10:15 schreef Jo Doe:", "Van", "Verzonden", "Aan", "Onderwerp",
	    "Doorgestuurd bericht", "Verstuurd vanaf mijn iPhone", "Met vriendelijke groet,",
	    "Antwoord boven deze regel" },
	{ "sv", "Den 2024-05-03 kl. 10:15, skrev Jo Doe:", "Från", "Skickat", "Till", "Ämne",
	    "Vidarebefordrat meddelande", "Skickat från min iPhone", "Med vänliga hälsningar",
	    "Svara ovanför den här raden" },
	{ "da", "Den 03.05.2024 kl. 10.15 skrev Jo Doe:", "Fra", "Sendt", "Til", "Emne", "Videresendt meddelelse",
	    "Sendt fra min iPhone", "Med venlig hilsen", "Svar over denne linje" },
	{ "no", "Den 03.05.2024 10:15, skrev Jo Doe:", "Fra", "Sendt", "Til", "Emne", "Videresendt melding",
	    "Sendt fra min iPhone", "Med vennlig hilsen", "Vennligst svar over denne linjen" },
	{ "fi", "Jo Doe kirjoitti 3.5.2024 klo 10.15:", "Lähettäjä", "Lähetetty", "Vastaanottaja", "Aihe",
	    "Edelleenlähetetty viesti", "Lähetetty iPhonesta", "Ystävällisin terveisin",
	    "Kirjoita vastauksesi tämän rivin yläpuolelle" },
	{ "is", "Þann 3.5.2024 kl. 10:15 skrifaði Jo Doe:", "Frá", "Sent", "Til", "Efni", "Framsend skilaboð",
	    "Sent úr iPhone", "Með bestu kveðju", "Svaraðu fyrir ofan þessa línu" },
	{ "pl", "W dniu 03.05.2024 o 10:15, Jo Doe pisze:", "Od", "Wysłano", "Do", "Temat", "Przekazana wiadomość",
	    "Wysłane z iPhone'a", "Z poważaniem", "Prosimy o odpowiedź powyżej tej linii" },
	{ "cs", "Dne 03. 05. 2024 v 10:15 Jo Doe napsal(a):", "Od", "Odesláno", "Komu", "Předmět", "Přeposlaná zpráva",
	    "Odesláno z iPhonu", "S pozdravem", "Prosím odpovězte nad tímto řádkem" },
	{ "sk", "Dňa 3. 5. 2024 o 10:15 Jo Doe napísal(a):", "Od", "Odoslané", "Komu", "Predmet", "Preposlaná správa",
	    "Odoslané z iPhonu", "S pozdravom", "Prosím odpovedzte nad týmto riadkom" },
	{ "hu", "2024. 05. 03. 10:15 keltezéssel, Jo Doe írta:", "Feladó", "Elküldve", "Címzett", "Tárgy",
	    "Továbbított üzenet", "Az iPhone-omról küldve", "Üdvözlettel", "Válaszoljon e sor felett" },
	{ "ro", "Pe 03.05.2024 10:15, Jo Doe a scris:", "De la", "Trimis", "Către", "Subiect", "Mesaj redirecționat",
	    "Trimis de pe iPhone-ul meu", "Cu stimă", "Vă rugăm să răspundeți deasupra acestei linii" },
	{ "hr", "Dana 3. 5. 2024. u 10:15 Jo Doe je napisao/la:", "Od", "Poslano", "Prima", "Predmet",
	    "Proslijeđena poruka", "Poslano s mog iPhonea", "Srdačan pozdrav", "Molimo odgovorite iznad ove linije" },
	{ "sr", "Дана 3.5.2024. у 10:15, Jo Doe је написао/ла:", "Шаље", "Послато", "Прима", "Наслов",
	    "Прослеђена порука", "Послато са мог iPhone-а", "Срдачан поздрав", "Одговорите изнад ове линије" },
	{ "sl", "Dne 3. 5. 2024 ob 10:15 je Jo Doe napisal(a), je oseba napisala:", "Od", "Poslano", "Za", "Zadeva",
	    "Posredovano sporočilo", "Poslano z mojega iPhona", "Lep pozdrav", "Odgovorite nad to vrstico" },
	{ "bg", "На 3.05.2024 г. в 10:15 Jo Doe написа:", "От", "Изпратено", "До", "Относно", "Препратено съобщение",
	    "Изпратено от моя iPhone", "С уважение", "Моля, отговорете над този ред" },
	{ "ru", "03.05.2024 10:15, Jo Doe пишет:", "От", "Отправлено", "Кому", "Тема", "Пересылаемое сообщение",
	    "Отправлено с iPhone", "С уважением,", "Пожалуйста, отвечайте выше этой строки" },
	{ "uk", "03.05.2024 10:15, Jo Doe пише:", "Від", "Надіслано", "Кому", "Тема", "Переслане повідомлення",
	    "Надіслано з iPhone", "З повагою,", "Будь ласка, відповідайте вище цього рядка" },
	{ "el", "Στις 3/5/2024 10:15, ο χρήστης Jo Doe έγραψε:", "Από", "Στάλθηκε", "Προς", "Θέμα", "Προωθημένο μήνυμα",
	    "Στάλθηκε από το iPhone μου", "Με εκτίμηση", "Παρακαλώ απαντήστε πάνω από αυτή τη γραμμή" },
	{ "tr", "3.05.2024 10:15 tarihinde Jo Doe yazdı:", "Kimden", "Gönderildi", "Kime", "Konu",
	    "Yönlendirilmiş Mesaj", "iPhone'umdan gönderildi", "Saygılarımla", "Lütfen bu satırın üstünü yanıtlayın" },
	{ "et", "Jo Doe kirjutas 03.05.2024 kell 10:15:", "Saatja", "Saadetud", "Adressaat", "Teema", "Edastatud sõnum",
	    "Saadetud minu iPhone'ist", "Lugupidamisega", "Palun vastake selle rea kohale" },
	{ "lv", "2024. gada 3. maijā plkst. 10:15 Jo Doe rakstīja:", "No", "Nosūtīts", "Kam", "Tēma",
	    "Pārsūtītais ziņojums", "Sūtīts no mana iPhone", "Ar cieņu", "Lūdzu, atbildiet virs šīs līnijas" },
	{ "lt", "2024-05-03 10:15, Jo Doe rašė:", "Nuo", "Išsiųsta", "Kam", "Tema", "Persiųstas laiškas",
	    "Išsiųsta iš mano iPhone", "Pagarbiai", "Prašome atsakyti virš šios eilutės" },
	{ "ca", "El 3/5/24 a les 10:15, Jo Doe ha escrit:", "De", "Enviat el", "Per a", "Assumpte", "Missatge reenviat",
	    "Enviat des del meu iPhone", "Salutacions cordials,", "Si us plau, responeu per sobre d'aquesta línia" },
	{ "eu", "2024/05/03 10:15, Jo Doe igorleak idatzi du:", "Nork", "Bidalia", "Nori", "Gaia",
	    "Birbidalitako mezua", "Nire iPhonetik bidalia", "Agur bero bat", "Mesedez, erantzun lerro honen gainean" },
	{ "vi", "Vào 10:15, Th 6, 3 thg 5, 2024 Jo Doe đã viết:", "Từ", "Đã gửi", "Đến", "Chủ đề", "Thư đã chuyển tiếp",
	    "Đã gửi từ iPhone của tôi", "Trân trọng,", "Vui lòng trả lời phía trên dòng này" },
	{ "id", "Pada 3 Mei 2024 10:15, Jo Doe menulis:", "Dari", "Dikirim", "Kepada", "Perihal", "Pesan terusan",
	    "Dikirim dari iPhone saya", "Hormat saya,", "Silakan balas di atas baris ini" },
	{ "zh", "在 2024/5/3 10:15, Jo Doe 写道:", "发件人", "发送时间", "收件人", "主题", "转发的邮件",
	    "发自我的 iPhone", "此致", "请在此行上方回复" },
	{ "zh-tw", "於 2024年5月3日 10:15，Jo Doe 寫道：", "寄件者", "寄件日期", "收件者", "主旨", "轉寄的郵件",
	    "從我的 iPhone 傳送", "敬上", "請在此行上方回覆" },
	{ "ja", "2024/05/03 10:15、Jo Doe のメール：", "差出人", "送信日時", "宛先", "件名", "転送メッセージ",
	    "iPhoneから送信", "よろしくお願いいたします。", "この行より上に返信してください" },
	{ "ko", "2024. 5. 3. 오전 10:15, Jo Doe 님이 작성:", "보낸 사람", "보낸 날짜", "받는 사람", "제목",
	    "전달된 메시지", "나의 iPhone에서 보냄", "감사합니다.", "이 줄 위에 회신해 주세요" },
	{ "ar", "في 3/5/2024 10:15 ص، كتب Jo Doe:", "من", "تم الإرسال", "إلى", "الموضوع", "رسالة معاد توجيهها",
	    "أرسلت من iPhone", "مع التحية", "الرجاء الرد فوق هذا السطر" },
	{ "he", "בתאריך 3.5.2024 10:15, Jo Doe כתב:", "מאת", "נשלח", "אל", "נושא", "הודעה שהועברה",
	    "נשלח מה-iPhone שלי", "בברכה,", "נא להשיב מעל שורה זו" },
	{ "fa", "در تاریخ ۲۰۲۴/۵/۳ ۱۰:۱۵، Jo Doe نوشت:", "از", "تاریخ", "به", "موضوع", "پیام هدایت شده",
	    "ارسال شده از iPhone من", "با احترام", "لطفا بالای این خط پاسخ دهید" },
	{ "th", "เมื่อ 3 พ.ค. 2024 10:15 Jo Doe เขียนว่า:", "จาก", "ส่งเมื่อ", "ถึง", "เรื่อง", "ข้อความที่ส่งต่อ",
	    "ส่งจาก iPhone ของฉัน", "ขอแสดงความนับถือ", "กรุณาตอบกลับเหนือบรรทัดนี้" },
	{ "hi", "3/5/2024 को 10:15 बजे Jo Doe ने लिखा:", "प्रेषक", "भेजा गया", "प्रति", "विषय", "अग्रेषित संदेश",
	    "मेरे iPhone से भेजा गया", "सादर", "कृपया इस पंक्ति के ऊपर उत्तर दें" },
};

#define REPLY "It works again since noon."

static void
check_new(const char *text, const char *language, const char *what)
{
	struct split s;
	char name[128];

	split_of(text, &s);
	snprintf(name, sizeof(name), "%s: %s", language, what);
	IS_STR(s.new_text, STR(REPLY), name);
}

static void
test_language(const struct language *l)
{
	struct split s;
	char text[2048];

	snprintf(text, sizeof(text), REPLY "\n\n%s\n> Does it work?\n> Jo\n", l->attribution);
	check_new(text, l->name, "attribution above marked lines");
	snprintf(text, sizeof(text), REPLY "\n\n%s\n\nDoes it work?\n\nJo\n", l->attribution);
	check_new(text, l->name, "attribution above bare lines");
	snprintf(text, sizeof(text),
	    REPLY "\n\n%s: Jo Doe <jo@example.org>\n%s: 3.5.2024 10:15\n%s: Support\n%s: RE: Router\n\nDoes it work?\n",
	    l->from, l->date, l->to, l->subject);
	check_new(text, l->name, "header block");
	split_of(text, &s);
	IS_STR(s.forward_subject, STR("RE: Router"), "its subject");
	IS_STR(s.forward_from, STR("Jo Doe <jo@example.org>"), "its sender");
	IS_STR(s.forward_date, STR("3.5.2024 10:15"), "its date");
	OK(s.is_forward && !s.forward_marked, "a header block alone does not tell forward from reply");
	snprintf(text, sizeof(text),
	    REPLY "\n\n---------- %s ---------\n%s: Jo Doe <jo@example.org>\n%s: Router\n\nDoes it work?\n", l->forward,
	    l->from, l->subject);
	check_new(text, l->name, "forward");
	split_of(text, &s);
	OK(s.is_forward && s.forward_marked, "%s: its marker tells", l->name);
	IS_STR(s.forward_subject, STR("Router"), "its subject");
	IS_STR(s.above, STR(REPLY), "and what stands above");
	snprintf(text, sizeof(text), REPLY "\n\n%s\n", l->footer);
	check_new(text, l->name, "mobile footer");
	snprintf(text, sizeof(text), REPLY "\n\n%s\nJo Doe\n", l->signoff);
	check_new(text, l->name, "sign-off");
	split_of(text, &s);
	OK(str_starts(s.signature, str_of(l->signoff)), "%s: which is kept as signature", l->name);
	snprintf(text, sizeof(text), REPLY "\n\n##- %s -##\n\nDoes it work?\n", l->above);
	check_new(text, l->name, "our line");
}

struct row {
	const char *name, *text, *new_text, *signature, *quoted;
};

#define Q "On 3 May 2024, at 10:15, Jo Doe <jo@example.org> wrote:"

static const struct row rows[] = {
	{ "no quote at all", "Yes.\n", "Yes.", "", "" },
	{ "nothing", "", "", "", "" },
	{ "blank lines only", "\n \n\t\n", "", "", "" },
	{ "thanks is an answer", "Thanks!\n", "Thanks!", "", "" },
	{ "thanks above a quote is an answer", "Thanks!\n\n" Q "\n> Done.\n", "Thanks!", "", Q "\n> Done." },
	{ "attribution over two lines",
	    "Yes.\n\nOn Fri, 3 May 2024, 10:15 Jo Doe <jo@example.org>\nwrote:\n\n> Is it?\n", "Yes.", "",
	    "On Fri, 3 May 2024, 10:15 Jo Doe <jo@example.org>\nwrote:\n\n> Is it?" },
	{ "attribution broken in its address",
	    "Yes.\n\nOn Fri, 3 May 2024 at 10:15, Jo Doe <\njo@example.org> wrote:\n> Is it?\n", "Yes.", "",
	    "On Fri, 3 May 2024 at 10:15, Jo Doe <\njo@example.org> wrote:\n> Is it?" },
	{ "attribution broken behind its address",
	    "Ja.\n\nfre. 3. mai 2024 kl. 10:15 skrev Jo Doe <jo@example.org\n>:\n\n> Er det?\n", "Ja.", "",
	    "fre. 3. mai 2024 kl. 10:15 skrev Jo Doe <jo@example.org\n>:\n\n> Er det?" },
	{ "attribution over four lines",
	    "Yes.\nOn Friday, 3 May 2024\nat 10:15,\nJo Doe\n<jo@example.org> wrote:\n> Is it?\n", "Yes.", "",
	    "On Friday, 3 May 2024\nat 10:15,\nJo Doe\n<jo@example.org> wrote:\n> Is it?" },
	{ "attribution in no known language", "Ok.\n\n2024-05-03 10:15 GMT+01:00 Jo Doe <jo@example.org>:\n\nIs it?\n",
	    "Ok.", "", "2024-05-03 10:15 GMT+01:00 Jo Doe <jo@example.org>:\n\nIs it?" },
	{ "attribution behind text", "Yes On Wed, Apr 3, 2024 at 3:59 PM, jo@example.org wrote:\n> Is it?\n", "Yes", "",
	    "On Wed, Apr 3, 2024 at 3:59 PM, jo@example.org wrote:\n> Is it?" },
	{ "a sentence is no attribution", "On Thursday I wrote to jo@example.org\nand she was happy.\n",
	    "On Thursday I wrote to jo@example.org\nand she was happy.", "", "" },
	{ "a sentence with colon is no attribution",
	    "On 3 May 2024 I wrote to jo@example.org about the following points:\nOne, two.\n",
	    "On 3 May 2024 I wrote to jo@example.org about the following points:\nOne, two.", "", "" },
	{ "a server's words are no attribution",
	    "Your mail to: jo42@example.org\nwas refused. What you sent had this subject:\nRouter\n\n"
	    "  jo42@example.org\n    host mx.example.org [65.54.244.200]: 550 not taken:\n    mailbox unavailable\n",
	    "Your mail to: jo42@example.org\nwas refused. What you sent had this subject:\nRouter\n\n"
	    "  jo42@example.org\n    host mx.example.org [65.54.244.200]: 550 not taken:\n    mailbox unavailable",
	    "", "" },
	{ "dates are no attribution", "Seen at:\n2024-01-15 14:30:25\n15.01.2024 14:30\n",
	    "Seen at:\n2024-01-15 14:30:25\n15.01.2024 14:30", "", "" },
	{ "answer below", Q "\n> Is it?\n> Jo\n\nYes.\n", "Yes.", "", Q "\n> Is it?\n> Jo" },
	{ "answer below what is indented", Q "\n\n    Is it?\n\n      Jo\n\nYes.\n", "Yes.", "",
	    Q "\n\n    Is it?\n\n      Jo" },
	{ "indented by tabs, its first line more", Q "\n\t  Hello,\n\tis it?\n\nYes.\n", "Yes.", "",
	    Q "\n\t  Hello,\n\tis it?" },
	{ "answers between what is indented", Q "\n\n   One?\n\nFirst.\n\n   Two?\n\nSecond:\n    a list\n",
	    "First.\n\nSecond:\n    a list", "", Q "\n\n   One?\n\n   Two?" },
	{ "an indented paragraph of the old mail, below text", "Yes.\n\n" Q "\n\n   Is it?\n\nWe wait.\n", "Yes.", "",
	    Q "\n\n   Is it?\n\nWe wait." },
	{ "an old mail that is indented to its end", Q "\n\n   Is it?\n   Jo\n", "", "", Q "\n\n   Is it?\n   Jo" },
	{ "indentation without an attribution", "This is code:\n\n    int x;\n\nAnd more.\n",
	    "This is code:\n\n    int x;\n\nAnd more.", "", "" },
	{ "attribution in a frame", "Yes.\n\n-----On 03/05/2024 10:15, Jo Doe wrote-----\n\nIs it?\n", "Yes.", "",
	    "-----On 03/05/2024 10:15, Jo Doe wrote-----\n\nIs it?" },
	{ "answers between", Q "\n> Hello.\n>\n> One?\n\nFirst.\n\n> Two?\n\nSecond.\n\n> Jo\n",
	    "> One?\n\nFirst.\n\n> Two?\n\nSecond.", "", Q "\n> Hello.\n>\n> One?\n\n> Two?\n\n> Jo" },
	{ "marks nested and glued", "Yes.\n\n>Is it?\n>>It was.\n> >> It will be.\n", "Yes.", "",
	    ">Is it?\n>>It was.\n> >> It will be." },
	{ "bars", "Yes.\n\n| Is it?\n| Jo\n", "Yes.", "", "| Is it?\n| Jo" },
	{ "a table is no quote", "Figures:\n| a | b |\n| 1 | 2 |\n", "Figures:\n| a | b |\n| 1 | 2 |", "", "" },
	{ "initials", "Yes.\n\nJD> Is it?\nJD> Tell me.\n", "Yes.", "", "JD> Is it?\nJD> Tell me." },
	{ "arrows that are decoration", "Look:\n>>> https://example.org <<<\nNow.\n",
	    "Look:\n>>> https://example.org <<<\nNow.", "", "" },
	{ "a line wrapped out of its quote",
	    "Yes.\n\n" Q "\n> This is a rather long line that some mail program broke because it had\ngrown too "
	    "long\n> by its mark.\n",
	    "Yes.", "",
	    Q "\n> This is a rather long line that some mail program broke because it had\ngrown too long\n> by its "
	      "mark." },
	{ "original message",
	    "Yes.\n\n-----Original Message-----\nFrom: Jo Doe\nSent: Friday\nTo: Support\nSubject: Router\n\nIs it?\n",
	    "Yes.", "",
	    "-----Original Message-----\nFrom: Jo Doe\nSent: Friday\nTo: Support\nSubject: Router\n\nIs it?" },
	{ "rule above a header block",
	    "Yes.\n________________________________\nFrom: Jo <jo@example.org>\nSent: Friday\nTo: Su\n\nIs it?\n",
	    "Yes.", "", "________________________________\nFrom: Jo <jo@example.org>\nSent: Friday\nTo: Su\n\nIs it?" },
	{ "header block in bold",
	    "Yes.\n\n*From:* Jo Doe <jo@example.org>\n*Sent:* Friday\n*Subject:* Router\n\nIs it?\n", "Yes.", "",
	    "*From:* Jo Doe <jo@example.org>\n*Sent:* Friday\n*Subject:* Router\n\nIs it?" },
	{ "header block wrapped", "Yes.\n\nFrom: Jo Doe\n<jo@example.org>\nSent: Friday\nSubject: Router\n\nIs it?\n",
	    "Yes.", "", "From: Jo Doe\n<jo@example.org>\nSent: Friday\nSubject: Router\n\nIs it?" },
	{ "a journey is no header block", "From: Graz\nTo: Linz\nDate: 3 May\n", "From: Graz\nTo: Linz\nDate: 3 May",
	    "", "" },
	{ "header block in an unknown language",
	    "Ndiyo.\n\n-------- Ujumbe asili --------\nKutoka: Jo <jo@example.org>\nTarehe: 3 Mei\nKwa: Su\nMada: "
	    "X\n\nJe?\n",
	    "Ndiyo.", "",
	    "-------- Ujumbe asili --------\nKutoka: Jo <jo@example.org>\nTarehe: 3 Mei\nKwa: Su\nMada: X\n\nJe?" },
	{ "signature behind its delimiter", "Yes.\n\n-- \nJo Doe\nExample Org\n", "Yes.", "-- \nJo Doe\nExample Org",
	    "" },
	{ "delimiter without its blank", "Yes.\n\n--\nJo Doe\n", "Yes.", "--\nJo Doe", "" },
	{ "signature above the quote", "Yes.\n\n-- \nJo\n\n" Q "\n> Is it?\n", "Yes.", "-- \nJo", Q "\n> Is it?" },
	{ "dashed points are no signature", "Because:\n-- one\n-- two\n\nRight?\n",
	    "Because:\n-- one\n-- two\n\nRight?", "", "" },
	{ "rules are no signature", "One\n----\nis better.\n\n====\n\nThan two.\n",
	    "One\n----\nis better.\n\n====\n\nThan two.", "", "" },
	{ "dash and name", "Yes, go on.\n\n-Jo Doe\n", "Yes, go on.", "-Jo Doe", "" },
	{ "name and address", "Yes, go on.\n\nJo Doe\nExample Org\nMain Street 5\njo@example.org\n", "Yes, go on.",
	    "Jo Doe\nExample Org\nMain Street 5\njo@example.org", "" },
	{ "an address as content", "Send it to:\n\n5 Main Street\n8010 Graz\n+43 316 000000\n",
	    "Send it to:\n\n5 Main Street\n8010 Graz\n+43 316 000000", "", "" },
	{ "sign-off with the name behind", "Yes.\n\nThanks, Jo\n", "Yes.", "Thanks, Jo", "" },
	{ "thanks for something is text", "Done.\nThanks for the quick help with this\n",
	    "Done.\nThanks for the quick help with this", "", "" },
	{ "regards in a sentence", "Regards the second point, see below.\nIt is done.\n",
	    "Regards the second point, see below.\nIt is done.", "", "" },
	{ "footer with a link", "Yes.\n\nGet Outlook for iOS<https://example.org/x?y=1>\n", "Yes.",
	    "Get Outlook for iOS<https://example.org/x?y=1>", "" },
	{ "footer above an unmarked quote", "Yes.\n\nSent from my Phone 7\n\nIs it?\n", "Yes.", "Sent from my Phone 7",
	    "Is it?" },
	{ "text below a footer that nothing stands above", "Sent from my iPhone\n\nYes.\n", "Yes.",
	    "Sent from my iPhone", "" },
	{ "what was sent by courier is no footer", "Sent by DHL yesterday.\n\nIt should be there.\n",
	    "Sent by DHL yesterday.\n\nIt should be there.", "", "" },
	{ "what my chief said is no footer", "Von meinem Chef kam die Zusage.\n\nBitte weiter so.\n",
	    "Von meinem Chef kam die Zusage.\n\nBitte weiter so.", "", "" },
	{ "a footer of an unknown program", "Yes.\n\nSent with a magic wand\n\n" Q "\n> Is it?\n", "Yes.",
	    "Sent with a magic wand", Q "\n> Is it?" },
	{ "a sentence is no footer", "Hello.\n\nSent from my desk, which is better than my phone.\n",
	    "Hello.\n\nSent from my desk, which is better than my phone.", "", "" },
	{ "disclaimer",
	    "Yes.\n\nThis e-mail and any attachments are confidential and intended for the addressee only. If you are "
	    "not, delete it.\n",
	    "Yes.",
	    "This e-mail and any attachments are confidential and intended for the addressee only. If you are not, "
	    "delete it.",
	    "" },
	{ "a short sentence is no disclaimer", "Yes.\n\nThis email contains my answer.\n",
	    "Yes.\n\nThis email contains my answer.", "", "" },
	{ "a long sentence is no disclaimer",
	    "Yes.\n\nThis email contains the list of all ports that fail, together with the times at which that "
	    "happens to them.\n",
	    "Yes.\n\nThis email contains the list of all ports that fail, together with the times at which that "
	    "happens to them.",
	    "", "" },
	{ "a warning of one's own is no banner", "Yes.\n\nPozor: port 3 nefunguje.\n",
	    "Yes.\n\nPozor: port 3 nefunguje.", "", "" },
	{ "a banner in another language", "Upozornění: tento e-mail pochází z externího zdroje.\n\nAno.\n", "Ano.",
	    "Upozornění: tento e-mail pochází z externího zdroje.", "" },
	{ "unsubscribing is no footer without an address", "Ja.\n\nAbmelden geht nicht.\n",
	    "Ja.\n\nAbmelden geht nicht.", "", "" },
	{ "a postscript is text", "Please close.\n\nThanks\nJo\n\nPS: port 3 too.\n",
	    "Please close.\n\nThanks\nJo\n\nPS: port 3 too.", "", "" },
	{ "a sentence below thanks is text", "Approved.\nThanks\nBut only for port 3.\n",
	    "Approved.\nThanks\nBut only for port 3.", "", "" },
	{ "list footer",
	    "Yes.\n\n_______________________________________________\nusers mailing "
	    "list\nusers@example.org\nhttps://example.org/list\n",
	    "Yes.",
	    "_______________________________________________\nusers mailing "
	    "list\nusers@example.org\nhttps://example.org/list",
	    "" },
	{ "scanner's banner above", "CAUTION: This email originated from outside of the organization.\n\nYes.\n",
	    "Yes.", "CAUTION: This email originated from outside of the organization.", "" },
	{ "only a quote", Q "\n> Is it?\n", "", "", Q "\n> Is it?" },
	{ "our line, quoted by nothing", "Yes.\n\n-- Please reply above this line --\n\nHello Jo,\nIs it?\n", "Yes.",
	    "", "-- Please reply above this line --\n\nHello Jo,\nIs it?" },
	{ "arrows around the attribution", "Yes.\n\n>>> Jo Doe <jo@example.org> 03/05/2024 10:15 >>>\nIs it?\n", "Yes.",
	    "", ">>> Jo Doe <jo@example.org> 03/05/2024 10:15 >>>\nIs it?" },
};

static void
test_rows(void)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *r = &rows[i];
		struct split s;

		split_of(r->text, &s);
		IS_STR(s.new_text, str_of(r->new_text), r->name);
		split_text(str_of(r->text), arena, &s);
		IS_STR(s.signature, str_trim_right(str_of(r->signature)), "  its signature");
		if (str_find(s.quoted, str_trim(str_of(r->quoted))) != 0 || s.quoted.n != str_of(r->quoted).n)
			IS_STR(s.quoted, str_of(r->quoted), "  its quote");
	}
}

static void
test_forward(void)
{
	struct split s;

	split_of("See below.\n\n   ----- Forwarded Message ----- From: Jo Doe <jo@example.org>To: \"Su\" "
		 "<su@example.org>Sent: Friday, 3 "
		 "May 2024, 10:15 CETSubject: Router again\n Is it?\n",
	    &s);
	OK(s.is_forward && s.forward_marked, "a block on one line");
	IS_STR(s.forward_subject, STR("Router again"), "its subject");
	IS_STR(s.forward_from, STR("Jo Doe <jo@example.org>"), "its sender");
	split_of("> Begin forwarded message:\n>\n> From: Jo <jo@example.org>\n> Subject: A long\n>  subject\n> Date: "
		 "Friday\n>\n> Is it?\n",
	    &s);
	OK(s.is_forward && s.above.n == 0, "a quoted forward with nothing above");
	IS_STR(s.forward_subject, STR("A long subject"), "a wrapped subject");
	split_of("Yes.\n\n" Q "\n> Begin forwarded message:\n>\n> From: Su <su@example.org>\n> Subject: X\n", &s);
	OK(!s.is_forward, "a forward inside a quote is a reply");
	split_of("-----Original Message-----\nIs it?\n", &s);
	OK(!s.is_forward, "an original message without a header block is no forward");
}

static void
test_subject(void)
{
	OK(split_subject_forwards(STR("FW: Router"), arena), "FW:");
	OK(split_subject_forwards(STR("Fwd: RE: Router"), arena), "the first prefix counts");
	OK(!split_subject_forwards(STR("RE: FW: Router"), arena), "in replies too");
	OK(split_subject_forwards(STR("WG: Router"), arena), "WG:");
	OK(split_subject_forwards(STR("[EXTERN] WG[2]: Router"), arena), "behind a tag, with a number");
	OK(split_subject_forwards(STR("转发：路由器"), arena), "with a wide colon");
	OK(!split_subject_forwards(STR("Forward pass"), arena) && !split_subject_forwards(STR(""), arena), "no prefix");
}

static void
test_interleaved(void)
{
	struct split s;

	split_of("Yes.\n\n" Q "\n> Is it?\n", &s);
	OK(!s.interleaved, "text above a quote is not interleaved");
	split_of(Q "\n> Is it?\n\nYes.\n", &s);
	OK(!s.interleaved, "text below a quote is not");
	split_of(Q "\n> Is it?\nYes.\n", &s);
	OK(s.interleaved, "text glued to a quote is");
	split_of("Hello,\n" Q "\n> Is it?\nYes.\n", &s);
	OK(s.interleaved, "text above and below a quote is");
	split_of("> One?\nYes.\n> Two?\n", &s);
	OK(s.interleaved, "a quote above and below a text is");
}

int
main(void)
{
	arena = arena_open(64u << 20);
	for (size_t i = 0; i < sizeof(languages) / sizeof(languages[0]); i++)
		test_language(&languages[i]);
	test_rows();
	test_forward();
	test_subject();
	test_interleaved();
	arena_close(&arena);
	return tap_done();
}
