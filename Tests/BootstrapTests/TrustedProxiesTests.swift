import Bootstrap
import Testing

@Suite("Only trusted proxies say who a client is")
struct TrustedProxiesTests {
    private static let proxies = TrustedProxies(
        ["10.0.0.0/8", "127.0.0.1", "2001:db8:ffff::/48", "::1"].compactMap { IPRange($0) })

    private func client(_ peer: String, _ forwarded: String...) throws -> String {
        Self.proxies.client(of: try #require(IPAddress(peer)), forwarded: forwarded).description
    }

    @Test(
        "whoever connects is the client, whatever a header says",
        arguments: ["192.0.2.7", "11.0.0.1", "2001:db8:fffe::1", "127.0.0.2"])
    func strangers(peer: String) throws {
        #expect(try client(peer, "198.51.100.1") == peer)
    }

    @Test(
        "a trusted proxy's word counts, and nothing that stands before it",
        arguments: [
            ("198.51.100.1", "198.51.100.1"), ("203.0.113.9, 198.51.100.1", "198.51.100.1"),
            ("evil, 198.51.100.1", "198.51.100.1"),
            // Through proxies of our own.
            ("198.51.100.1, 10.1.2.3", "198.51.100.1"), ("203.0.113.9,198.51.100.1,10.1.2.3,10.0.0.9", "198.51.100.1"),
            ("10.1.2.3, 10.4.5.6", "10.1.2.3"),
            // With ports and brackets.
            ("198.51.100.1:4711", "198.51.100.1"), ("[2001:db8::1]:443", "2001:db8::1"),
            ("[2001:db8::1]", "2001:db8::1"),
            ("2001:DB8:0:0::1", "2001:db8::1"), ("::ffff:198.51.100.1", "198.51.100.1"), ("fe80::1%eth0", "fe80::1"),
            // Empty elements are none.
            (" , 198.51.100.1 ,\t, ", "198.51.100.1"),
            // What is no address ends the list: behind it anybody may have written anything.
            ("198.51.100.1, unknown", "127.0.0.1"), ("198.51.100.1, unknown, 10.1.2.3", "10.1.2.3"), ("", "127.0.0.1"),
            ("_hidden", "127.0.0.1"),
            ("198.51.100.1:http", "127.0.0.1"), ("198.51.100.1:", "127.0.0.1"), ("[2001:db8::1", "127.0.0.1"),
            ("[198.51.100.1]", "127.0.0.1"),
            ("256.1.1.1", "127.0.0.1"), ("1.2.3", "127.0.0.1"), ("0x7f.1.1.1", "127.0.0.1"),
            ("1.2.3.4\u{0}", "127.0.0.1"),
            ("[]:1", "127.0.0.1"),
            (":::", "127.0.0.1"), ("\u{1F600}", "127.0.0.1"),
        ])
    func forwarded(header: String, expected: String) throws {
        #expect(try client("127.0.0.1", header) == expected)
    }

    @Test("several lines of the header are one list")
    func lines() throws {
        #expect(try client("::1", "203.0.113.9", "198.51.100.1, 10.0.0.1") == "198.51.100.1")
        #expect(try client("::1", "198.51.100.1", "10.0.0.1") == "198.51.100.1")
    }

    @Test("a header of any length costs little and decides nothing")
    func bounded() throws {
        #expect(try client("127.0.0.1", String(repeating: "10.0.0.1,", count: 5_000)) == "10.0.0.1")
        #expect(try client("127.0.0.1", "198.51.100.1," + String(repeating: "10.0.0.1,", count: 40)) == "10.0.0.1")
        #expect(try client("127.0.0.1", String(repeating: "9", count: 100_000)) == "127.0.0.1")
    }

    @Test("an address in the other version's form is the same client")
    func mapped() throws {
        #expect(try client("::ffff:10.0.0.1", "198.51.100.1") == "198.51.100.1")
        #expect(IPRange("::ffff:10.0.0.0/104") == IPRange("10.0.0.0/8"))
    }

    @Test(
        "clients of version 6 are counted by network, those of version 4 one by one",
        arguments: [
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"), ("2001:db8:1:2::", "2001:db8:1:2::/64"),
            ("::1", "0:0:0:0::/64"),
            ("192.0.2.1", "192.0.2.1"), ("::ffff:192.0.2.1", "192.0.2.1"),
        ])
    func counted(address: String, expected: String) throws {
        #expect(try #require(IPAddress(address)).client == expected)
    }

    @Test("a network holds what begins with its bits", arguments: [0, 1, 7, 8, 9, 15, 17, 24, 31, 32])
    func networks(length: Int) throws {
        let range = try #require(IPRange("0.0.0.0/\(length)"))
        for bit in 0..<32 {
            let value = UInt32(1) << (31 - bit)
            let text = [24, 16, 8, 0].map { String(value >> $0 & 0xFF) }.joined(separator: ".")
            #expect(range.contains(try #require(IPAddress(text))) == (bit >= length))
        }
        #expect(!range.contains(try #require(IPAddress("::1"))))
    }

    @Test(
        "a slip in the list is found at start",
        arguments: [
            "10.0.0.1/8", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "10.0.0.0/8/8", "10.0.0.0/ 8", "2001:db8::/129",
            "::ffff:10.0.0.0/95",
            "localhost",
            "10.0.0.1,", ",", "10.0.0.1;10.0.0.2", "fe80::1%eth0", "10.0.0.0/99999999999999999999", "10.0.0.0/+8",
        ])
    func slips(text: String) {
        var reader = SettingsReader(values: ["TRUSTED_PROXIES": text])
        _ = HTTPSettings(&reader)
        #expect(reader.problems.map(\.name) == ["TRUSTED_PROXIES"])
    }

    @Test("addresses and networks of both versions are taken")
    func taken() throws {
        var reader = SettingsReader(values: ["TRUSTED_PROXIES": "127.0.0.1, 10.0.0.0/8,2001:db8::/32"])
        let proxies = HTTPSettings(&reader).trustedProxies
        #expect(reader.problems.isEmpty)
        for address in ["127.0.0.1", "10.255.0.1", "2001:db8:1::1"] {
            #expect(proxies.contains(try #require(IPAddress(address))))
        }
        for address in ["127.0.0.2", "11.0.0.1", "2001:db9::1"] {
            #expect(!proxies.contains(try #require(IPAddress(address))))
        }
    }
}
