import Testing

@testable import Sandbox

@Suite("Whatever is sent is answered, and the sandbox stays up")
struct HostileInputTests {
    @Test(
        "an oversized request is answered, drained and closed",
        arguments: ["/v1/payment_intents", "/_sandbox/faults", "/v3/mail/send", "/nowhere"])
    func oversizedRequest(_ path: String) async throws {
        try await RunningSandbox.run { sandbox in
            let headers = [
                "Authorization": path.hasPrefix("/v3") ? "Bearer SG.x" : "Bearer sk_test_x",
                "Content-Type": path.hasPrefix("/v3") ? "application/json" : "application/x-www-form-urlencoded",
            ]
            // More than the buffers of both ends hold; the helper says Connection: close and reads until the other side
            // closes.
            let size = (path.hasPrefix("/v3") ? 31 : 16) * 1024 * 1024
            let method = path.hasSuffix("faults") ? "PUT" : "POST"
            let reply = try await sandbox.send(
                method, path, headers: headers, body: String(repeating: "a", count: size))
            #expect(reply.status == (path == "/nowhere" ? 404 : 413) && reply.isWhole)
            #expect(try await sandbox.get("/healthz").status == 200)
        }
    }

    @Test("no byte of any kind brings the sandbox down")
    func noSignOfAnyKindBringsItDown() async throws {
        try await RunningSandbox.run { sandbox in
            let key = ["Authorization": "Bearer sk_test_x", "Content-Type": "application/x-www-form-urlencoded"]
            let nothing = [
                "\u{0}", "a=\u{0}", "%00=%00", "amount=%00&currency=%00", "a[=b", "a[]]=1", "%",
                "amount=-9223372036854775808",
            ]
            for path in [
                "/v1/payment_intents", "/v1/refunds", "/v1/disputes/%00", "/_sandbox/disputes", "/_sandbox/webhooks",
                "/_sandbox/webhooks/thin",
                "/_sandbox/authenticate/%00", "/_sandbox/mail/webhook", "/faults",
                "/v1/payment_intents/%00/confirm",
            ] {
                for body in nothing {
                    let status = try await sandbox.send("POST", path, headers: key, body: body).status
                    #expect((400..<500).contains(status), "\(path) \(body.debugDescription)")
                }
            }
            for query in [
                "limit=%00", "created[gte]=99999999999999999999", "created=-9223372036854775808", "expand[]=%00",
                "expand[]=a.b.c.d.e",
            ] {
                let status = try await sandbox.pay("payment_intents?" + query, method: "GET").status
                #expect(status == 400 || status == 200, "\(query)")
            }
            let mail = ["Authorization": "Bearer SG.x", "Content-Type": "application/json"]
            for body in [
                "\u{0}", "[[[[", #"{"personalizations":[null]}"#, "9223372036854775808",
                String(repeating: "[", count: 10_000),
            ] {
                #expect(try await sandbox.send("POST", "/v3/mail/send", headers: mail, body: body).status == 400)
            }
            #expect(try await sandbox.get("/healthz").status == 200)
        }
    }

    @Test("amounts at the ends of the range are refused")
    func amountsAtTheEndsAreRefused() async throws {
        try await RunningSandbox.run { sandbox in
            for amount in ["9223372036854775807", "-9223372036854775808", "0", "100000000"] {
                #expect(try await sandbox.pay("payment_intents", "amount=\(amount)&currency=usd").status == 400)
            }
            let id = try await sandbox.intent(more: "&capture_method=manual")
            _ = try await sandbox.confirm(id)
            for amount in ["9223372036854775807", "-1", "0"] {
                #expect(
                    try await sandbox.pay("payment_intents/\(id)/capture", "amount_to_capture=\(amount)").status == 400)
            }
            #expect(try await sandbox.status(of: id) == "requires_capture")
        }
    }
}
