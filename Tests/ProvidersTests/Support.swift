import Domain
import FoundationEssentials
import Logging
import OutboundHTTP
import Providers
import TestSupport
import Testing

/// Logs nowhere.
let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

/// A client of the test's own, closed at its end.
func withClient<Value: Sendable>(_ body: (OutboundHTTPClient) async throws -> Value) async throws -> Value {
    let client = OutboundHTTPClient(logger: quiet)
    let result: Result<Value, any Error>
    do { result = .success(try await body(client)) } catch { result = .failure(error) }
    await client.close()
    return try result.get()
}

/// A server that answers every request alike and notes what it was asked.
func server(
    _ status: Int, headers: [String: String] = [:], _ body: String, log: ScriptLog<ScriptedRequest> = .init()
) throws -> ScriptedServer {
    try ScriptedServer { peer in
        while true {
            log.note(try peer.readRequest())
            try peer.answer(status, headers: headers, body)
        }
    }
}

/// The failure of a call that is expected to fail in a certain way.
func failure<Value, Failure: Error>(
    _ type: Failure.Type, _ call: () async throws -> Value, at location: SourceLocation = #_sourceLocation
) async throws -> Failure {
    do {
        _ = try await call()
    } catch let error as Failure {
        return error
    }
    Issue.record("The call went well.", sourceLocation: location)
    throw Unexpected()
}

struct Unexpected: Error {}

/// A currency by its code.
func currency(_ code: String) throws -> Currency {
    try #require(Currency(code))
}
