import NIOCore

/// Cuts a stream of bytes into lines that end in CRLF. A bare LF ends nothing: taking it for a line end is how messages
/// get smuggled past one server into another.
struct LineSplitter {
    /// Longest line, in bytes; RFC 5321 asks for 1,000, libraries are known to send more.
    static let maximumLine = 64 * 1024

    /// A line without an end in sight.
    struct LineTooLong: Error {}

    private var buffer = ByteBuffer()
    /// Bytes of the buffer already searched.
    private var searched = 0

    init() {}

    mutating func append(_ bytes: ByteBuffer) {
        var bytes = bytes
        buffer.discardReadBytes()
        buffer.writeBuffer(&bytes)
    }

    /// The next line without its CRLF, or nil until more comes.
    /// - Throws: `LineTooLong`.
    mutating func next() throws(LineTooLong) -> ByteBufferView? {
        let view = buffer.readableBytesView
        var from = view.startIndex + searched
        while let feed = view[from...].firstIndex(of: 10) {
            if feed > view.startIndex, view[feed - 1] == 13 {
                let line = view[view.startIndex..<(feed - 1)]
                buffer.moveReaderIndex(forwardBy: feed + 1 - view.startIndex)
                searched = 0
                return line
            }
            from = feed + 1
        }
        guard view.count <= Self.maximumLine else { throw LineTooLong() }
        searched = view.count
        return nil
    }
}
