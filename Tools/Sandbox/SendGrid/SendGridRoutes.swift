import FoundationEssentials
import HTTPTypes
import Hummingbird
import JSON

/// The email provider's HTTP side: `POST /v3/mail/send` as SendGrid answers it, with the injected faults in between.
struct SendGridRoutes: Sendable {
    /// Largest request, in bytes.
    static let maximumSize = 30 * 1024 * 1024

    let store: EmailStore
    let faults: FaultInjector
    let outbox: EmailEventOutbox
    let templates: SendGridTemplates

    func add(to router: Router<SandboxContext>) {
        router.post("/v3/mail/send") { request, context in try await send(request, context) }
    }

    private func send(_ request: Request, _ context: SandboxContext) async throws -> Response {
        if let refusal = SendGridKeyCheck.refusal(of: request.headers[.authorization]) {
            return Self.refused(.unauthorized, [refusal])
        }
        guard request.headers[.contentType]?.lowercased().hasPrefix("application/json") == true else {
            return Self.refused(
                .unsupportedMediaType, [SendGridDefect(nil, "Content-Type should be application/json.")])
        }
        guard (request.headers[.contentLength].flatMap { Int($0) } ?? 0) <= Self.maximumSize else {
            return Self.refused(
                .contentTooLarge,
                [SendGridDefect(nil, "The JSON payload you have included in your request is too large.")])
        }
        let body = try await request.body.collect(upTo: Self.maximumSize)
        let bytes = [UInt8](body.readableBytesView)
        guard let json = try? JSONValue(parsing: bytes, limits: .trusted) else {
            return Self.refused(.badRequest, [SendGridDefect(nil, "Bad Request")])
        }
        let misfits = SendGridSchema.mail.defects(of: json)
        guard misfits.isEmpty, let mail = try? JSONCoder.decode(SendGridRequest.self, from: bytes) else {
            return Self.refused(.badRequest, misfits.isEmpty ? [SendGridDefect(nil, "Bad Request")] : misfits)
        }
        let template = templates.active(mail.templateID)
        let defects = mail.defects(with: template, at: Date.now.unixSeconds)
        guard defects.isEmpty else { return Self.refused(.badRequest, defects) }
        // The provider's own way to look at a request without sending anything.
        if mail.isForShow { return Response(status: .ok, headers: [.xMessageID: ProviderID.mail()]) }
        return try await take(mail, template, context)
    }

    private func take(_ mail: SendGridRequest, _ template: SendGridTemplate?, _ context: SandboxContext) async throws
        -> Response
    {
        let personalizations = mail.personalizations ?? []
        let recipients = personalizations.flatMap { mail.envelope(of: $0).recipients }
        let orderID = personalizations.first.flatMap { mail.arguments(of: $0)["order_id"] }
        // What a mail server says of the shop when it greets it or hears its sender, the API says before it looks at
        // any recipient.
        if let fault = faults.mail(.greeting, recipients: recipients) ?? faults.mail(.sender, recipients: recipients) {
            return Self.refusal(of: fault)
        }
        let fault =
            faults.mail(.recipient, recipients: recipients)
            ?? faults.mail(.content, recipients: recipients, orderID: orderID)
        switch fault?.kind {
        case .reject4xx:
            return Self.refused(
                .serviceUnavailable, [SendGridDefect(nil, "Service unavailable (injected by the sandbox)")])
        case .reject5xx:
            return Self.refused(
                .badRequest, [SendGridDefect("personalizations.0.to.0.email", "Injected by the sandbox.")])
        case .mailRateLimited: return Self.tooMany(fault?.retryAfter ?? 1)
        case .loseAfterDot: return try await Self.hangUp(context)
        default: break
        }
        let providerID = ProviderID.mail()
        for one in personalizations {
            let origin = EmailOrigin(
                providerID: providerID, arguments: mail.arguments(of: one), isAnnounced: outbox.url != nil)
            outbox.add(
                try await store.take(
                    mail.envelope(of: one, template: template), fate: EmailFate(fault?.kind), through: origin))
        }
        if fault?.kind == .dropAfterDot { return try await Self.hangUp(context) }
        return Response(status: .accepted, headers: [.xMessageID: providerID])
    }

    private static func refusal(of fault: FaultRule) -> Response {
        switch (fault.kind, fault.stage) {
        case (.mailRateLimited, _): tooMany(fault.retryAfter ?? 1)
        case (.reject5xx, .greeting): refused(.unauthorized, [SendGridDefect(nil, "Maximum credits exceeded")])
        case (.reject5xx, _):
            refused(
                .forbidden,
                [
                    SendGridDefect(
                        "from",
                        "The from address does not match a verified Sender Identity. Mail cannot be sent until "
                            + "this error is resolved. Visit "
                            + "https://sendgrid.com/docs/for-developers/sending-email/sender-identity/ to see the "
                            + "Sender Identity requirements"
                    )
                ])
        default: refused(.serviceUnavailable, [SendGridDefect(nil, "Service unavailable (injected by the sandbox)")])
        }
    }

    private static func hangUp(_ context: SandboxContext) async throws -> Response {
        // The answer returned below has nowhere to go any more, which is the point.
        try? await context.channel.close()
        return Response(status: .internalServerError)
    }

    private static func tooMany(_ seconds: Int) -> Response {
        let reset = Date.now.unixSeconds + Int64(seconds)
        return .json(
            SendGridDefect.body([SendGridDefect(nil, "too many requests")]), status: .tooManyRequests,
            headers: [.rateLimitLimit: "1", .rateLimitRemaining: "0", .rateLimitReset: String(reset)])
    }

    private static func refused(_ status: HTTPResponse.Status, _ defects: [SendGridDefect]) -> Response {
        .json(SendGridDefect.body(defects), status: status)
    }
}

/// Lets made-up keys in and nothing else: a real one has `SG.`, 22 and 43 characters, and has no business here.
enum SendGridKeyCheck {
    /// Why an `Authorization` header is refused; nil when it is not.
    static func refusal(of authorization: String?) -> SendGridDefect? {
        guard let authorization, authorization.lowercased().hasPrefix("bearer ") else {
            return SendGridDefect(
                nil, "Permission denied, wrong credentials: send the header 'Authorization: Bearer SG.…'.")
        }
        let key = authorization.dropFirst("bearer ".count).trimmed
        let parts = key.split(separator: ".", omittingEmptySubsequences: false)
        if parts.count == 3, parts[0] == "SG", parts[1].count == 22, parts[2].count == 43 {
            return SendGridDefect(
                nil,
                "This is the Cartwright sandbox, and it refuses keys that look real. Use SG.sandbox, and treat "
                    + "the real key as leaked."
            )
        }
        guard key.hasPrefix("SG."), key.count > 3 else {
            return SendGridDefect(
                nil,
                "The provided authorization grant is invalid: the sandbox takes any key that begins with SG. "
                    + "and is not real."
            )
        }
        return nil
    }
}
