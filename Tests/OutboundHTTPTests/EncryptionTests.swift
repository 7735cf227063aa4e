import Foundation
import OutboundHTTP
import TestSupport
import Testing

@Suite("Only trusted certificates are talked to", .timeLimit(.minutes(1)))
struct EncryptionTests {
    @Test("a server without TLS behind https: not sent")
    func plainServer() async throws {
        let server = try ScriptedServer { peer in try peer.write("HTTP/1.1 400 Bad Request\r\n\r\n") }
        let error = try await withClient { client in
            try await failure {
                try await client.send(
                    OutboundRequest(method: "POST", url: "https://127.0.0.1:\(server.port)/", body: [1]))
            }
        }
        #expect(error.code == .tls)
        #expect(error.certainty == .notSent)
    }

    @Test("a certificate nobody vouches for is refused; the same one, vouched for, is accepted")
    func certificates() async throws {
        let server = try TLSServer()
        defer { server.stop() }
        let request = OutboundRequest(
            method: "POST", url: "https://localhost:\(server.port)/", body: [1], connectTimeout: .seconds(5))
        let error = try await withClient { client in try await failure { try await client.send(request) } }
        #expect(error.code == .tls)
        #expect(error.certainty == .notSent)

        let trusting = OutboundConfiguration(certificateAuthorityFile: server.certificateFile)
        let get = OutboundRequest(url: "https://localhost:\(server.port)/", connectTimeout: .seconds(5))
        let status = try await withClient(trusting) { client in try await client.send(get).status }
        #expect(status == 200)

        let byAddress = OutboundRequest(url: "https://127.0.0.1:\(server.port)/", connectTimeout: .seconds(5))
        let mismatch = try await withClient(trusting) { client in try await failure { try await client.send(byAddress) }
        }
        #expect(mismatch.code == .tls, "the certificate names localhost, not 127.0.0.1")
    }
}
