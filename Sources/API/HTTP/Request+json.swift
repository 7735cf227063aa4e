import HTTPTypes
import Hummingbird
import JSON
import NIOCore
import NIOPosix

extension Request {
    /// The fields of the JSON object in the body.
    ///
    /// Throws 415 for another media type, 413 for too much, 400 for what is not JSON and 422 for what is not an object.
    func fields() async throws -> RequestFields { try RequestFields(try await json()) }

    /// The JSON document in the body.
    func json() async throws -> JSONValue {
        if let type = headers[.contentType], !Self.isJSON(type) { throw Problem.unsupportedMediaType }
        do {
            return try await JSONValue.parsedAside(try await bodyBytes())
        } catch let error as JSONSyntaxError {
            throw Problem.malformedJSON(error)
        }
    }

    /// The fields of the body of a request that needs none; none when it has none.
    func optionalFields() async throws -> RequestFields {
        let bytes = try await bodyBytes()
        guard !bytes.isEmpty else { return try RequestFields(.object([:])) }
        if let type = headers[.contentType], !Self.isJSON(type) { throw Problem.unsupportedMediaType }
        do {
            return try RequestFields(try await JSONValue.parsedAside(bytes))
        } catch let error as JSONSyntaxError {
            throw Problem.malformedJSON(error)
        }
    }

    /// The body. The edge took it in before, and let no more of it through than the route takes.
    func bodyBytes() async throws -> [UInt8] {
        do {
            return Array(buffer: try await body.collect(upTo: Limits.webhookBodyBytes))
        } catch is NIOTooManyBytesError {
            throw Problem.tooLarge(Limits.webhookBodyBytes)
        }
    }

    private static func isJSON(_ type: String) -> Bool {
        let media = type.prefix { $0 != ";" }.lowercased().trimmingSpaces
        return media == "application/json" || (media.hasPrefix("application/") && media.hasSuffix("+json"))
    }
}

extension JSONValue {
    /// The same on a thread that no other request waits for, when the document is long: other requests share this one.
    static func parsedAside(_ bytes: [UInt8]) async throws -> JSONValue {
        guard bytes.count > Limits.quickBodyBytes else { return try JSONValue(parsing: bytes) }
        return try await NIOThreadPool.singleton.runIfActive { try JSONValue(parsing: bytes) }
    }
}

extension StringProtocol {
    /// Without the blanks HTTP allows around list elements and parameters.
    var trimmingSpaces: String {
        String(drop { $0 == " " || $0 == "\t" }.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
    }
}
