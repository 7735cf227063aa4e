import Logging
import OutboundHTTP
import Testing

/// Logs nowhere.
let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

/// A client of the test's own, closed at its end.
func withClient<Value: Sendable>(
    _ configuration: OutboundConfiguration = .init(), _ body: (OutboundHTTPClient) async throws -> Value
) async throws -> Value {
    let client = OutboundHTTPClient(configuration: configuration, logger: quiet)
    let result: Result<Value, any Error>
    do { result = .success(try await body(client)) } catch { result = .failure(error) }
    await client.close()
    return try result.get()
}

/// The failure of a call that is expected to fail.
func failure<Value>(_ call: () async throws -> Value, at location: SourceLocation = #_sourceLocation) async throws
    -> OutboundError
{
    do {
        _ = try await call()
    } catch let error as OutboundError {
        return error
    }
    Issue.record("The call went well.", sourceLocation: location)
    throw Unexpected()
}

struct Unexpected: Error {}
