import Glibc
import Synchronization

/// Where log lines go: a file descriptor, one `write(2)` a line.
///
/// The mutex keeps a line whole when the kernel takes it in parts. A line that cannot be written is dropped: logging
/// never fails a request.
public final class LogOutput: Sendable {
    /// The process's standard output.
    public static let standardOutput = LogOutput(descriptor: STDOUT_FILENO)

    private let descriptor: Int32
    private let turn = Mutex(())

    /// - Parameter descriptor: an open descriptor. It stays the caller's to close.
    public init(descriptor: Int32) {
        self.descriptor = descriptor
    }

    /// Writes a line with its newline.
    func write(_ line: [UInt8]) {
        turn.withLock { _ in
            line.withUnsafeBytes { bytes in
                var rest = bytes[...]
                while !rest.isEmpty {
                    let written = Glibc.write(
                        descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                    if written >= 0 {
                        rest = rest.dropFirst(written)
                    } else if errno == EAGAIN {
                        // Somebody made the shared descriptor non-blocking. Wait until it takes more.
                        var poll = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                        Glibc.poll(&poll, 1, 1000)
                    } else if errno != EINTR {
                        return
                    }
                }
            }
        }
    }
}
