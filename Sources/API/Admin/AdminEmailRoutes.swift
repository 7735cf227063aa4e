import Domain
import FoundationEssentials
import Hummingbird
import Resilience
import Storage

/// What staff do with emails to customers. Every change goes to the audit log, in the transaction of the change.
struct AdminEmailRoutes {
    /// The most that one call sends again.
    static let batch = 500

    let emails: EmailStore

    func add(to routes: inout Routes) {
        routes.get("admin/emails", audience: .support, limit: .admin, use: list)
        routes.post("admin/emails/{id}/resend", audience: .operators, limit: .admin, use: resend)
        routes.post("admin/emails/resend", audience: .operators, limit: .admin, use: resendAll)
    }

    /// `?status=` names a state, `refused` for those that wait while the shop is refused, or `attention`, which is what
    /// is shown without it: all that an operator should look at.
    @Sendable func list(_ request: Request, _ context: ShopContext) async throws -> Response {
        var query = RequestQuery(request)
        let names = ["attention", "refused"] + EmailDeliveryStatus.allCases.map(\.rawValue)
        let filter = query.parsed("status", "Expected one of \(names.joined(separator: ", ")).") {
            text -> EmailFilter? in
            switch text {
            case "attention": .attention
            case "refused": .refused
            default: EmailDeliveryStatus(rawValue: text).map(EmailFilter.status)
            }
        }
        let page = query.page()
        try query.finish()
        let found = try await emails.list(filter ?? .attention, page: page)
        return try JSONResponse.response(
            PageDocument(items: found.items.map(EmailDocument.init), nextCursor: found.nextCursor))
    }

    /// Answers once it is durable; a job sends it.
    @Sendable func resend(_ request: Request, _ context: ShopContext) async throws -> Response {
        guard let id = EmailDelivery.ID(try context.parameters.require("id")) else { throw Problem.notFound("email") }
        switch try await emails.resend(id, audit: try entry("email.resent", id.description, context)) {
        case .requested(let email): return try JSONResponse.response(EmailDocument(email), status: .accepted)
        case .refused(let status): throw Problem.emailNotResendable(status)
        case .unknownDelivery: throw Problem.notFound("email")
        }
    }

    /// All that failed, and all that wait while the shop is refused; `{"kind": …, "fault": …}` narrows it down.
    @Sendable func resendAll(_ request: Request, _ context: ShopContext) async throws -> Response {
        var fields = try await request.fields()
        let kinds = EmailKind.allCases.map(\.rawValue).joined(separator: ", ")
        let faults = EmailFault.allCases.map(\.rawValue).joined(separator: ", ")
        let kind =
            fields.has("kind") ? fields.parsed("kind", "Expected one of \(kinds).") { EmailKind(rawValue: $0) } : nil
        let fault =
            fields.has("fault")
            ? fields.parsed("fault", "Expected one of \(faults).") { EmailFault(rawValue: $0) } : nil
        guard fields.isComplete else { throw fields.rejection }
        var audit = try entry("emails.resent", "all", context)
        audit.details["kind"] = kind?.rawValue
        audit.details["fault"] = fault?.rawValue
        let (count, hasMore) = try await emails.resendAll(kind: kind, fault: fault, limit: Self.batch, audit: audit)
        return try JSONResponse.response(Resent(resent: count, has_more: hasMore), status: .accepted)
    }

    private struct Resent: Encodable {
        let resent: Int
        let has_more: Bool
    }

    private func entry(_ action: String, _ subject: String, _ context: ShopContext) throws -> AuditEntry {
        guard let user = context.viewer.user else { throw Problem.unauthorized }
        return AuditEntry(
            actor: .user(user), action: action, subjectKind: "email", subjectID: subject,
            remoteAddress: context.remoteAddress,
            details: ["request_id": context.requestID])
    }
}

extension Problem {
    static func emailNotResendable(_ status: EmailDeliveryStatus) -> Problem {
        let reason =
            switch status {
            case .sent: "It was sent."
            case .sending: "It is being sent."
            case .unknown: "It may have been sent. Find out, and say it with `cartwright emails resolve`."
            case .obsolete: "What it says is no longer true."
            case .pending, .failed: "It cannot be sent now."
            }
        return Problem("email_not_resendable", .conflict, "Email not to be sent again", reason)
    }
}
