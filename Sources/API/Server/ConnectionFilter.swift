import NIOCore

#if canImport(Glibc)
    import Glibc
#endif

/// A packet filter for a listening TCP socket that drops attempts to connect and lets everything else pass.
///
/// Classic BPF, see socket(7) and Documentation/networking/filter.rst of the kernel. On a TCP socket it sees packets
/// from their TCP header on.
enum ConnectionFilter {
    /// `struct sock_filter`.
    private struct Instruction {
        let code: UInt16
        let jumpIfTrue: UInt8
        let jumpIfFalse: UInt8
        let operand: UInt32
    }

    /// `struct sock_fprog`. Unchecked because of the pointer: what it points to is written before and freed after the
    /// one call.
    private struct Program: @unchecked Sendable {
        let count: UInt16
        let instructions: UnsafePointer<Instruction>
    }

    /// `SO_ATTACH_FILTER` of Linux.
    private static let attachFilter: CInt = 26

    /// Attaches the filter. Clients that try to connect keep trying, about a second, until the socket is closed and
    /// refuses them.
    ///
    /// - Throws: when the socket is none of TCP, or the system none of Linux.
    static func ignoreNewConnections(on channel: any Channel) async throws {
        #if os(Linux)
            guard let socket = channel as? any SocketOptionProvider else { throw ChannelError.operationUnsupported }
            let instructions = [
                Instruction(code: 0x30, jumpIfTrue: 0, jumpIfFalse: 0, operand: 13),  // load the byte of TCP flags
                Instruction(code: 0x54, jumpIfTrue: 0, jumpIfFalse: 0, operand: 0x12),  // keep SYN and ACK
                Instruction(code: 0x15, jumpIfTrue: 0, jumpIfFalse: 1, operand: 0x02),  // SYN alone opens a connection:
                Instruction(code: 0x06, jumpIfTrue: 0, jumpIfFalse: 0, operand: 0),  // drop it
                Instruction(code: 0x06, jumpIfTrue: 0, jumpIfFalse: 0, operand: .max),  // pass the rest
            ]
            let memory = UnsafeMutableBufferPointer<Instruction>.allocate(capacity: instructions.count)
            _ = memory.initialize(from: instructions)
            defer { memory.deallocate() }
            guard let base = memory.baseAddress else { return }
            // The kernel copies the program during the call, which is over when the future is.
            try await socket.unsafeSetSocketOption(
                level: SocketOptionLevel(SOL_SOCKET), name: SocketOptionName(attachFilter),
                value: Program(count: UInt16(instructions.count), instructions: UnsafePointer(base))
            ).get()
        #else
            throw ChannelError.operationUnsupported
        #endif
    }
}
