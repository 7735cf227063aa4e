import HTTPTypes
import JSON

/// The problems every part of the API shares. Those of one area stand beside its routes.
extension Problem {
    /// Names at most ``Limits/fieldErrors`` of them: an answer must not be larger than the mistake is worth.
    static func invalid(_ errors: [FieldError]) -> Problem {
        var problem = Problem(
            "validation_failed", .unprocessableContent, "Validation failed",
            errors.count == 1 ? "One field needs a correction." : "\(errors.count) fields need a correction.")
        if errors.count > Limits.fieldErrors {
            problem.detail +=
                " The first \(Limits.fieldErrors) are named here, \(errors.count - Limits.fieldErrors) more are not."
        }
        problem.errors = Array(errors.prefix(Limits.fieldErrors))
        return problem
    }

    static func invalid(_ field: String, _ code: FieldError.Code, _ message: String) -> Problem {
        .invalid([FieldError(field: field, code: code, message: message)])
    }

    /// A cursor that no part of this list gave out. To go on anywhere else would lose or repeat a part of the list in
    /// silence.
    static var invalidCursor: Problem {
        var problem = Problem(
            "invalid_cursor", .unprocessableContent, "Invalid cursor",
            "The cursor was not given out with a part of this list, with these conditions. Begin without one.")
        problem.errors = [
            FieldError(field: "cursor", code: .invalidFormat, message: "Expected next_cursor of the page before.")
        ]
        return problem
    }

    static func malformedJSON(_ error: JSONSyntaxError) -> Problem {
        Problem("malformed_json", .badRequest, "Malformed JSON", "The body is not valid JSON: \(error).")
    }

    /// For events whose signature holds: there is no use in sending them again.
    static var unstorable: Problem {
        .invalid([
            FieldError(
                field: "", code: .invalidCharacter, message: "A text holds the character U+0000, which is not allowed.")
        ])
    }

    static func badRequest(_ detail: String) -> Problem {
        Problem("bad_request", .badRequest, "Bad request", detail)
    }

    /// One answer for every fault of a token, so that none tells which check it failed.
    static var unauthorized: Problem {
        Problem(
            "unauthorized", .unauthorized, "Authentication required",
            "Send a valid access token: Authorization: Bearer <token>."
        )
        .with(.wwwAuthenticate, "Bearer realm=\"cartwright\"")
    }

    static var invalidCredentials: Problem {
        Problem("invalid_credentials", .unauthorized, "Login failed", "The email address or the password is not right.")
            .with(.wwwAuthenticate, "Bearer realm=\"cartwright\"")
    }

    static var invalidRefreshToken: Problem {
        Problem(
            "invalid_refresh_token", .unauthorized, "Session over",
            "The refresh token is not valid any more. Log in again."
        )
        .with(.wwwAuthenticate, "Bearer realm=\"cartwright\"")
    }

    static var forbidden: Problem {
        Problem("forbidden", .forbidden, "Not allowed", "Your account does not have the role that this needs.")
    }

    /// Absent, or another's: both answer alike.
    static func notFound(_ what: String = "resource") -> Problem {
        Problem("not_found", .notFound, "Not found", "There is no such \(what).")
    }

    static func methodNotAllowed(_ allowed: [HTTPRequest.Method]) -> Problem {
        let list = allowed.map(\.rawValue).sorted().joined(separator: ", ")
        return Problem("method_not_allowed", .methodNotAllowed, "Method not allowed", "This address answers \(list).")
            .with(.allow, list)
    }

    static func tooLarge(_ limit: Int) -> Problem {
        Problem(
            "content_too_large", .contentTooLarge, "Body too large", "The body may have at most \(limit) bytes here.")
    }

    static func uriTooLong(_ limit: Int) -> Problem {
        Problem("uri_too_long", .uriTooLong, "Address too long", "An address may have at most \(limit) bytes.")
    }

    static func headersTooLarge(_ limit: Int) -> Problem {
        Problem(
            "headers_too_large", .requestHeaderFieldsTooLarge, "Headers too large",
            "There may be at most \(Limits.headerFields) header fields, of \(limit) bytes together.")
    }

    static func requestTimeout(_ detail: String) -> Problem {
        Problem("request_timeout", .requestTimeout, "Request too slow", detail)
    }

    static var unsupportedMediaType: Problem {
        Problem(
            "unsupported_media_type", .unsupportedMediaType, "Unsupported media type",
            "Send the body as application/json.")
    }

    static func unavailable(_ what: String) -> Problem {
        Problem(
            "service_unavailable", .serviceUnavailable, "Temporarily unavailable",
            "The \(what) cannot be reached right now. Try again shortly."
        )
        .with(.retryAfter, "2")
    }

    static var busy: Problem {
        Problem("busy", .serviceUnavailable, "Busy", "Too many logins are waiting. Try again shortly.").with(
            .retryAfter, "2")
    }

    static var tooManyWaiting: Problem {
        Problem(
            "too_many_requests", .tooManyRequests, "Too many requests",
            "Other logins from your network are still waiting. Try again shortly."
        ).with(.retryAfter, "5")
    }

    /// No client is there to read it.
    static var clientGone: Problem {
        Problem(
            "client_closed_request", HTTPResponse.Status(code: 499, reasonPhrase: "Client Closed Request"),
            "Client gone",
            "The connection was closed before the answer was ready.")
    }

    static var internalError: Problem {
        Problem(
            "internal_error", .internalServerError, "Something went wrong here",
            "The request failed because of a fault on our side. Quote the request id when you report it.")
    }
}
