import Foundation
import OutboundHTTP
import TestSupport

/// The metrics of one process of a shop.
struct Metrics: Sendable {
    private let http: OutboundHTTPClient
    let port: Int

    init(_ shop: Shop) throws {
        http = shop.http
        port = try FreePort.next()
    }

    /// The metrics of the API.
    init(apiOf shop: Shop) throws {
        http = shop.http
        guard let port = shop.environment["METRICS_PORT"].flatMap({ Int($0) }) else {
            throw Shop.Failed(what: "the API shows no metrics")
        }
        self.port = port
    }

    /// What makes a process show its metrics here.
    var settings: [String: String] { ["METRICS_PORT": "\(port)"] }

    /// The sum of the samples whose line begins with a name and has all of these labels, such as `outcome="ok"`.
    func sum(_ name: String, _ labels: String...) async throws -> Double {
        let answer = try await http.send(
            OutboundRequest(url: "http://127.0.0.1:\(port)/metrics", timeout: .seconds(10)))
        return String(decoding: answer.body, as: UTF8.self).split(separator: "\n").reduce(0) { sum, line in
            guard line.hasPrefix(name + "{") || line.hasPrefix(name + " "), labels.allSatisfy({ line.contains($0) })
            else { return sum }
            return sum + (line.split(separator: " ").last.flatMap { Double($0) } ?? 0)
        }
    }
}
