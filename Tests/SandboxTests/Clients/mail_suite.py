"""The sandbox's mail, used through SendGrid's own client and Python's SMTP client as their users use them."""

import base64
import email.message
import email.policy
import json
import smtplib
import ssl
import unittest
import uuid

import sendgrid
from python_http_client import exceptions
from sendgrid.helpers.eventwebhook import EventWebhook
from sendgrid.helpers.mail import (
    Asm,
    Attachment,
    Bcc,
    Category,
    Cc,
    ContentId,
    CustomArg,
    Disposition,
    FileContent,
    FileName,
    FileType,
    From,
    GroupId,
    Header,
    Mail,
    MailSettings,
    Personalization,
    ReplyTo,
    SandBoxMode,
    SendAt,
    Substitution,
    TemplateId,
    To,
)

from sandbox import SMTP_PORT, URL, Receiver, SandboxTest, call


class SendGrid(SandboxTest):
    def setUp(self):
        self.client = sendgrid.SendGridAPIClient("SG.clients", host=URL)
        self.order = str(uuid.uuid4())

    def mail(self, to="ada@example.org", **more):
        fields = {"subject": "Hello", "plain_text_content": "Hello Ada", "html_content": "<p>Hello Ada</p>", **more}
        mail = Mail(from_email=From("shop@example.org", "The Shop"), to_emails=to, **fields)
        mail.add_custom_arg(CustomArg("order_id", self.order))
        return mail

    def taken(self):
        entries = call("GET", "/_sandbox/mail?order_id=" + self.order)
        return [call("GET", "/_sandbox/mail/%d" % entry["id"]) for entry in entries]

    def refused(self, mail, kind=exceptions.BadRequestsError):
        with self.assertRaises(kind) as caught:
            self.client.send(mail)
        errors = json.loads(caught.exception.body)["errors"]
        self.assertTrue(all(set(error) == {"message", "field", "help"} for error in errors))
        return [error["field"] for error in errors]

    def test_a_mail_with_everything(self):
        mail = self.mail()
        mail.reply_to = ReplyTo("help@example.org")
        mail.add_cc(Cc("bob@example.org"))
        mail.add_bcc(Bcc("eve@example.org"))
        mail.add_header(Header("X-Shop", "one"))
        mail.category = Category("orders")
        mail.asm = Asm(GroupId(1))
        picture = Attachment(
            FileContent(base64.b64encode(b"\x89PNG").decode()), FileName("a.png"), FileType("image/png"),
            Disposition("inline"), ContentId("a")
        )
        mail.add_attachment(picture)
        answer = self.client.send(mail)
        self.assertEqual((202, b""), (answer.status_code, answer.body))
        taken = self.taken()[0]
        self.assertEqual(answer.headers["X-Message-Id"], taken["mail"]["provider_id"])
        self.assertEqual(["ada@example.org", "bob@example.org", "eve@example.org"], taken["mail"]["to"])
        self.assertEqual(("Hello Ada", "<p>Hello Ada</p>"), (taken["text"], taken["html"]))

    def test_each_personalization_is_a_mail_of_its_own(self):
        mail = self.mail(to=None, subject="Hello -name-", plain_text_content="Dear -name-")
        for name in ["Ada", "Bob"]:
            one = Personalization()
            one.add_to(To(name.lower() + "@example.org"))
            one.add_substitution(Substitution("-name-", name))
            mail.add_personalization(one)
            if name == "Bob":
                one.subject = "For -name- alone"
        self.assertEqual(202, self.client.send(mail).status_code)
        taken = {one["mail"]["to"][0]: (one["mail"]["subject"], one["text"]) for one in self.taken()}
        expected = {"ada@example.org": ("Hello Ada", "Dear Ada"), "bob@example.org": ("For Bob alone", "Dear Bob")}
        self.assertEqual(expected, taken)

    def test_dynamic_templates(self):
        made = self.client.client.templates.post(request_body={"name": "order", "generation": "dynamic"})
        template = json.loads(made.body)["id"]
        mail = self.mail(subject=None, plain_text_content=None, html_content=None)
        mail.template_id = TemplateId(template)
        self.assertIn("template_id", self.refused(mail), "no version of it is active")
        self.client.client.templates._(template).versions.post(
            request_body={
                "name": "first",
                "subject": "Order {{number}}",
                "plain_content": "Hello {{customer.name}}{{#if gift}}, a gift{{else}}, no gift{{/if}}"
                "{{#each items}} [{{this.name}}]{{/each}}",
                "html_content": "<p>{{customer.name}}</p>",
                "active": 1,
            }
        )
        mail.dynamic_template_data = {
            "number": 7, "customer": {"name": "A&B"}, "gift": True, "items": [{"name": "x"}, {"name": "y"}]
        }
        self.assertEqual(202, self.client.send(mail).status_code)
        taken = self.taken()[0]
        self.assertEqual("Order 7", taken["mail"]["subject"])
        self.assertEqual("<p>A&amp;B</p>", taken["html"])
        self.assertIn(", a gift", taken["text"])
        mail.template_id = TemplateId("d-" + "0" * 32)
        self.assertIn("template_id", self.refused(mail))
        mail.template_id = TemplateId("order")
        self.assertIn("template_id", self.refused(mail))

    def test_refusals_name_the_field(self):
        cases = [(self.mail(subject=""), "subject")]
        for people, field in [
            ([{"email": "nobody"}], "personalizations.0.to.0.email"),
            ([], "personalizations.0.to"),
            ([{"email": "a@example.org"}, {"email": "A@example.org"}], "personalizations.0"),
        ]:
            # The client corrects these by itself.
            mail = self.mail().get()
            mail["personalizations"][0]["to"] = people
            cases.append((mail, field))
        cases.append(({**self.mail().get(), "from": {"email": "shop"}}, "from.email"))
        mail = self.mail()
        mail.add_header(Header("Subject", "x"))
        cases.append((mail, "headers.Subject"))
        mail = self.mail()
        mail.add_attachment(Attachment(FileContent("not base64!"), FileName("a")))
        cases.append((mail, "attachments.0.content"))
        mail = self.mail()
        mail.send_at = SendAt(4_102_444_800)
        cases.append((mail, "send_at"))
        mail = self.mail()
        mail.add_custom_arg(CustomArg("large", "x" * 10_000))
        cases.append((mail, "personalizations.0.custom_args"))
        mail = self.mail()
        mail.category = [Category(str(number)) for number in range(11)]
        cases.append((mail, "categories"))
        for mail, field in cases:
            with self.subTest(field):
                self.assertIn(field, self.refused(mail))

    def test_what_is_no_mail_is_named_by_its_kind(self):
        for body, field in [
            ({"personalizations": {}}, "personalizations"),
            ({**self.mail().get(), "colour": "red"}, "colour"),
            ({**self.mail().get(), "custom_args": {"a": 1}}, "custom_args.a"),
        ]:
            with self.assertRaises(exceptions.BadRequestsError) as caught:
                self.client.client.mail.send.post(request_body=body)
            self.assertIn(field, [error["field"] for error in json.loads(caught.exception.body)["errors"]])

    def test_sizes(self):
        mail = self.mail(to=None)
        for number in range(1_001):
            one = Personalization()
            one.add_to(To("a%d@example.org" % number))
            mail.add_personalization(one)
        self.assertEqual(["personalizations"], self.refused(mail))
        mail = self.mail()
        mail.add_attachment(Attachment(FileContent("A" * (31 * 1024 * 1024)), FileName("large")))
        with self.assertRaises(exceptions.PayloadTooLargeError):
            self.client.send(mail)

    def test_looking_is_not_sending(self):
        mail = self.mail()
        mail.mail_settings = MailSettings(sandbox_mode=SandBoxMode(True))
        self.assertEqual(200, self.client.send(mail).status_code)
        self.assertEqual([], self.taken())

    def test_errors_have_classes(self):
        with self.assertRaises(exceptions.UnauthorizedError):
            sendgrid.SendGridAPIClient("nonsense", host=URL).send(self.mail())
        for fault, kind in [
            ({"kind": "mail_429", "retry_after": 5}, exceptions.TooManyRequestsError),
            ({"kind": "reject_4xx"}, exceptions.ServiceUnavailableError),
            ({"kind": "reject_5xx", "stage": "mail"}, exceptions.ForbiddenError),
            ({"kind": "reject_5xx", "stage": "greeting"}, exceptions.UnauthorizedError),
        ]:
            self.misbehave(fault)
            with self.assertRaises(kind):
                self.client.send(self.mail())
        self.assertEqual([], self.taken())

    def test_what_became_of_it_is_told_signed(self):
        receiver = Receiver()
        key = call("POST", "/_sandbox/mail/webhook", {"url": receiver.url})["public_key"]
        self.client.send(self.mail())
        headers, body = receiver.wait(lambda hooks: len(hooks) >= 1)[0]
        verifier = EventWebhook(key)
        headers = {name.lower(): value for name, value in headers.items()}
        signature = headers["x-twilio-email-event-webhook-signature"]
        timestamp = headers["x-twilio-email-event-webhook-timestamp"]
        self.assertTrue(verifier.verify_signature(body.decode(), signature, timestamp))
        self.assertFalse(verifier.verify_signature(body.decode() + " ", signature, timestamp))
        self.assertEqual(["processed", "delivered"], [event["event"] for event in json.loads(body)])
        receiver.stop()


class SMTP(SandboxTest):
    """The server was started with a user, and with STARTTLS offered."""

    def connect(self, login=True):
        server = smtplib.SMTP("127.0.0.1", SMTP_PORT, timeout=20)
        trust = ssl.create_default_context(cadata=call("GET", "/_sandbox/mail/certificate"))
        server.starttls(context=trust)
        server.ehlo()
        if login:
            server.login("user", "secret")
        return server

    def message(self, subject="Hello", to="ada@example.org", body="Hello Ada\n", charset="utf-8", cte=None,
        policy=email.policy.SMTP):
        message = email.message.EmailMessage(policy=policy)
        message["From"], message["To"], message["Subject"] = "shop@example.org", to, subject
        message["Message-ID"] = "<%s@clients>" % uuid.uuid4()
        message.set_content(body, charset=charset, cte=cte)
        return message

    def taken(self, message):
        entry = call("GET", "/_sandbox/mail?message_id=" + message["Message-ID"].strip("<>"))[0]
        return call("GET", "/_sandbox/mail/%d" % entry["id"])

    def test_encryption_and_both_ways_to_say_who_one_is(self):
        with self.connect(login=False) as server:
            self.assertTrue(server.has_extn("auth"))
            self.assertFalse(server.has_extn("starttls"), "once is enough")
            with self.assertRaises(smtplib.SMTPSenderRefused):
                server.send_message(self.message())
        for mechanism in ["auth_plain", "auth_login"]:
            with self.connect(login=False) as server:
                server.user, server.password = "user", "secret"
                self.assertEqual(235, server.auth(mechanism[5:].upper(), getattr(server, mechanism))[0])
                message = self.message()
                server.send_message(message)
            self.assertEqual("Hello Ada\r\n", self.taken(message)["text"])
        with self.connect(login=False) as server:
            with self.assertRaises(smtplib.SMTPAuthenticationError):
                server.login("user", "wrong")

    def test_letters_of_all_scripts(self):
        message = self.message("Grüße 你好", to="用户@例子.广告", cte="8bit", policy=email.policy.SMTPUTF8)
        with self.connect() as server:
            self.assertTrue(server.has_extn("smtputf8"))
            server.send_message(message, mail_options=["BODY=8BITMIME"])
        taken = self.taken(message)
        self.assertEqual((["用户@例子.广告"], "Grüße 你好"), (taken["mail"]["to"], taken["mail"]["subject"]))
        with self.connect() as server:
            server.send("MAIL FROM:<å@example.org>\r\n".encode())
            self.assertEqual(553, server.getreply()[0], "only with SMTPUTF8")

    def test_older_character_sets(self):
        for charset, cte in [("iso-8859-1", "8bit"), ("iso-8859-1", "quoted-printable"), ("iso-8859-15", "base64")]:
            message = self.message("Hei", body="Blåbærsyltetøy\n", charset=charset, cte=cte)
            message.replace_header("Subject", "Hei")
            raw = message.as_bytes().replace(b"Subject: Hei", b"Subject: =?%s?Q?bl=E5?=" % charset.encode())
            with self.connect() as server:
                server.sendmail("shop@example.org", ["ada@example.org"], raw)
            taken = self.taken(message)
            self.assertEqual(("Blåbærsyltetøy\r\n", "blå"), (taken["text"], taken["mail"]["subject"]))

    def test_refusals_have_classes(self):
        with self.connect() as server:
            large = self.message(body="x" * 70 + "\n")
            with self.assertRaises(smtplib.SMTPSenderRefused):
                server.sendmail("shop@example.org", ["ada@example.org"], large.as_bytes(),
                    mail_options=["SIZE=99999999999"])
        self.misbehave({"kind": "reject_5xx", "stage": "greeting"})
        with self.assertRaises(smtplib.SMTPConnectError) as caught:
            smtplib.SMTP("127.0.0.1", SMTP_PORT, timeout=20)
        self.assertEqual(554, caught.exception.smtp_code)
        self.misbehave({"kind": "reject_5xx", "stage": "mail"})
        with self.connect() as server, self.assertRaises(smtplib.SMTPSenderRefused):
            server.send_message(self.message())
        self.misbehave({"kind": "reject_5xx", "recipient": "ada@example.org"})
        with self.connect() as server, self.assertRaises(smtplib.SMTPRecipientsRefused):
            server.send_message(self.message())


if __name__ == "__main__":
    unittest.main()
