import HTTPTypes
import Hummingbird
import NIOCore

extension Request {
    /// The fields of the JSON object in the body.
    ///
    /// Throws 415 for another media type, 413 for too much, 400 for what is not JSON and 422 for what is not an object.
    func fields() async throws -> RequestFields { try RequestFields(try await json()) }

    /// The JSON document in the body.
    func json() async throws -> JSONValue {
        if let type = headers[.contentType], !Self.isJSON(type) { throw Problem.unsupportedMediaType }
        let bytes = try await bodyBytes()
        do {
            return try JSONParser.parse(bytes)
        } catch {
            throw Problem.malformedJSON(error)
        }
    }

    /// The fields of the body of a request that needs none; none when it has none.
    func optionalFields() async throws -> RequestFields {
        let bytes = try await bodyBytes()
        guard !bytes.isEmpty else { return try RequestFields(.object([:])) }
        if let type = headers[.contentType], !Self.isJSON(type) { throw Problem.unsupportedMediaType }
        do {
            return try RequestFields(try JSONParser.parse(bytes))
        } catch let error as JSONSyntaxError {
            throw Problem.malformedJSON(error)
        }
    }

    /// The body, of at most ``Limits/bodyBytes``, with a length given ahead or chunked.
    func bodyBytes() async throws -> [UInt8] {
        if let length = headers[.contentLength].flatMap({ Int($0) }), length > Limits.bodyBytes { throw Problem.tooLarge }
        do {
            return Array(buffer: try await body.collect(upTo: Limits.bodyBytes))
        } catch is NIOTooManyBytesError {
            throw Problem.tooLarge
        }
    }

    private static func isJSON(_ type: String) -> Bool {
        let media = type.prefix { $0 != ";" }.lowercased().trimmingSpaces
        return media == "application/json" || (media.hasPrefix("application/") && media.hasSuffix("+json"))
    }
}

extension StringProtocol {
    /// Without the blanks HTTP allows around list elements and parameters.
    var trimmingSpaces: String {
        String(drop { $0 == " " || $0 == "\t" }.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
    }
}
