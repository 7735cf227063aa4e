import Domain
import HTTPTypes
import Storage

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
    var order: OrderDocument?

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

/// What is wrong with one field of a request: where, a stable code for programs, a sentence for people.
struct FieldError: Error, Sendable, Equatable, Encodable {
    /// Path of the field: `items[0].quantity`, or the name of a query parameter.
    let field: String
    let code: Code
    let message: String

    /// The codes clients may rely on.
    enum Code: String, Sendable, Encodable {
        case required
        case unknownField = "unknown_field"
        case wrongType = "wrong_type"
        case notAnInteger = "not_an_integer"
        case outOfRange = "out_of_range"
        case tooShort = "too_short"
        case tooLong = "too_long"
        case invalidFormat = "invalid_format"
        case invalidCharacter = "invalid_character"
        case notAllowed = "not_allowed"
        case notFound = "not_found"
        case tooCommon = "too_common"
        case changed
    }
}

/// The JSON of a ``Problem``.
struct ProblemDocument: Encodable {
    let problem: Problem
    let instance: String
    let requestID: String

    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
        init(_ name: String) { self.init(stringValue: name) }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode("urn:cartwright:problem:\(problem.code)", forKey: Key("type"))
        try container.encode(problem.code, forKey: Key("code"))
        try container.encode(problem.title, forKey: Key("title"))
        try container.encode(problem.status.code, forKey: Key("status"))
        try container.encode(problem.detail, forKey: Key("detail"))
        try container.encode(instance, forKey: Key("instance"))
        try container.encode(requestID, forKey: Key("request_id"))
        if !problem.errors.isEmpty { try container.encode(problem.errors, forKey: Key("errors")) }
        if let order = problem.order { try container.encode(order, forKey: Key("order")) }
        for (name, value) in problem.amounts { try container.encode(value, forKey: Key(name)) }
        for (name, value) in problem.lists { try container.encode(value, forKey: Key(name)) }
        for (name, value) in problem.members { try container.encode(value, forKey: Key(name)) }
    }
}

extension HTTPResponse.Status {
    /// 402, which HTTPTypes does not name: the payment was declined.
    static let paymentRequired = HTTPResponse.Status(code: 402, reasonPhrase: "Payment Required")
}
