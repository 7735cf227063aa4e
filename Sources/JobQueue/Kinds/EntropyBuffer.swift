import Glibc

/// Random numbers of the system, fetched many at a time: a system call for each id costs more than all the rest of the
/// id.
struct EntropyBuffer: Sendable {
    private var numbers: [UInt64] = []

    mutating func next() -> UInt64 {
        if numbers.isEmpty {
            // More than 256 bytes at a time are refused (getentropy(3)).
            numbers = [UInt64](unsafeUninitializedCapacity: 32) { buffer, count in
                count = getentropy(buffer.baseAddress, 256) == 0 ? 32 : 0
            }
        }
        return numbers.popLast() ?? .random(in: .min ... .max)
    }
}
