import FoundationEssentials
import Hummingbird
import JSON

/// What the sink took, for people (`/mail`), tests (`/_sandbox/mail`) and the shop's activity look-up
/// (`/mail/activity`).
struct EmailRoutes: Sendable {
    let store: EmailStore

    func add(to router: Router<SandboxContext>) {
        router.get("/mail") { _, _ in Response.page(EmailPage.list(await store.list())) }
        router.get("/mail/activity") { request, _ in
            guard let messageID = request.uri.queryParameters["message_id"], !messageID.isEmpty else {
                let error = StripeError.invalidRequest(
                    code: "parameter_missing", message: "Missing required param: message_id.", param: "message_id")
                return Response.json(error.body, status: .badRequest)
            }
            return .json(.object([("accepted", .bool(await store.wasAccepted(String(messageID))))]))
        }
        router.get("/mail/{id}") { _, context in
            guard let mail = await store.mail(context.parameters.get("id", as: Int.self) ?? 0) else {
                return Response.page(Page.notFound("There is no such message."), status: .notFound)
            }
            return .page(EmailPage.message(mail))
        }
        router.get("/_sandbox/mail") { request, _ in
            let query = request.uri.queryParameters
            let emails = await store.list(
                to: query["to"].map(String.init), orderID: query["order_id"].map(String.init),
                messageID: query["message_id"].map(String.init))
            return Response.json(.array(emails.map(\.wire)))
        }
        router.get("/_sandbox/mail/certificate") { _, _ in
            guard let certificate = try? SMTPEncryption.certificate() else {
                return Response.page(
                    Page.notFound("There is no certificate: openssl is not installed."), status: .notFound)
            }
            return .text(certificate, type: "application/x-pem-file")
        }
        router.get("/_sandbox/mail/{id}") { _, context in
            guard let mail = await store.mail(context.parameters.get("id", as: Int.self) ?? 0) else {
                return Response.json(
                    StripeError.missing("mail", context.parameters.get("id") ?? "", param: "id").body, status: .notFound
                )
            }
            let message = mail.content.map { MIMEMessage([UInt8]($0)) }
            return .json(
                .object([("mail", mail.wire), ("text", .optional(message?.text)), ("html", .optional(message?.html))]))
        }
    }
}
