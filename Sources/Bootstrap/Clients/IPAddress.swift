#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

/// An address of version 4 or 6 of the Internet Protocol. One of version 4 that comes in the form of version 6
/// (`::ffff:192.0.2.1`, RFC 4291, 2.5.5.2) is the address of version 4, so that no client has two names.
package struct IPAddress: Hashable, Sendable, CustomStringConvertible {
    /// In network order: four bytes or sixteen.
    package let bytes: [UInt8]

    /// The longest text of an address, and room for a zone.
    private static let longest = 64
    private static let mapped: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]

    /// Reads `192.0.2.1`, `2001:db8::1` and `fe80::1%eth0`; `nil` for anything else.
    package init?(_ text: some StringProtocol) {
        guard (2...Self.longest).contains(text.utf8.count), !text.utf8.contains(0) else { return nil }
        let address = String(text.prefix { $0 != "%" })
        var four = in_addr()
        if inet_pton(AF_INET, address, &four) == 1, address.utf8.count == text.utf8.count {
            bytes = withUnsafeBytes(of: &four) { Array($0) }
            return
        }
        var six = in6_addr()
        guard inet_pton(AF_INET6, address, &six) == 1 else { return nil }
        let read = withUnsafeBytes(of: &six) { Array($0) }
        bytes = read.starts(with: Self.mapped) ? Array(read.dropFirst(Self.mapped.count)) : read
    }

    package var isVersion4: Bool { bytes.count == 4 }

    /// In the shortest form, as RFC 5952 has it.
    package var description: String {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        guard inet_ntop(isVersion4 ? AF_INET : AF_INET6, bytes, &text, socklen_t(text.count)) != nil else { return "?" }
        return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// Whose requests are counted together: of version 6 a network of 64 bits, because every customer of a provider has
    /// at least one to itself.
    package var client: String {
        if isVersion4 { return description }
        let network = stride(from: 0, to: 8, by: 2).map {
            String(UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]), radix: 16)
        }
        return network.joined(separator: ":") + "::/64"
    }
}

/// Addresses that begin with the same bits: `10.0.0.0/8`, `2001:db8::/32`, or a single one.
package struct IPRange: Hashable, Sendable {
    private let first: IPAddress
    private let length: Int

    /// Reads an address, or one with the length of its prefix. `nil` when it is neither, or has bits beyond the prefix:
    /// `10.1.0.0/8` is a slip.
    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let name = parts.first, !name.contains("%"), let address = IPAddress(name) else { return nil }
        first = address
        guard parts.count == 2 else {
            length = address.bytes.count * 8
            return
        }
        let digits = parts[1].utf8
        guard (1...3).contains(digits.count), digits.allSatisfy(ASCII.isDigit), var bits = Int(parts[1]) else {
            return nil
        }
        // Of an address of version 4 in the other form, the first 96 bits are the form.
        if address.isVersion4, name.contains(":") { bits -= 96 }
        guard (0...address.bytes.count * 8).contains(bits) else { return nil }
        length = bits
        guard address.bytes.indices.allSatisfy({ address.bytes[$0] & ~Self.mask(bits, byte: $0) == 0 }) else {
            return nil
        }
    }

    package func contains(_ address: IPAddress) -> Bool {
        guard address.bytes.count == first.bytes.count else { return false }
        return first.bytes.indices.allSatisfy { address.bytes[$0] & Self.mask(length, byte: $0) == first.bytes[$0] }
    }

    /// Which bits of a byte belong to the prefix.
    private static func mask(_ length: Int, byte: Int) -> UInt8 {
        let bits = min(8, max(0, length - byte * 8))
        return bits == 0 ? 0 : 0xFF << (8 - bits)
    }
}
