import Domain
import HTTPTypes

/// An answer that tells the client what went wrong: a problem document of RFC 9457.
///
/// Handlers throw it; ``ProblemMiddleware`` is the one place that turns it into a response. Its text is for the client
/// and never holds SQL, an address or a secret.
struct Problem: Error, Sendable {
    /// Stable code; `type` is `urn:cartwright:problem:<code>`.
    let code: String
    let title: String
    let status: HTTPResponse.Status
    /// What happened this time and what to do about it.
    var detail: String
    var errors: [FieldError] = []
    /// Headers of the answer, such as `Retry-After` or `Allow`.
    var headers: HTTPFields = [:]
    /// Members of the document beyond the standard ones, such as `decline_code`.
    var members: [String: String] = [:]
    /// Sums among the members, such as `actual_total`.
    var amounts: [String: Money] = [:]
    /// Lists of sentences among the members, such as `leaves_behind`.
    var lists: [String: [String]] = [:]
    /// The order an order problem is about, shown whole so that the client needs no second request.
    var order: OrderBody?

    init(_ code: String, _ status: HTTPResponse.Status, _ title: String, _ detail: String) {
        self.code = code
        self.status = status
        self.title = title
        self.detail = detail
    }

    /// The same problem with one more header.
    func with(_ header: HTTPField.Name, _ value: String) -> Problem {
        var copy = self
        copy.headers[header] = value
        return copy
    }

    /// The same problem with more headers.
    func with(_ headers: HTTPFields) -> Problem {
        var copy = self
        for field in headers { copy.headers[field.name] = field.value }
        return copy
    }
}
