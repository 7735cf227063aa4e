/// A JSON text (RFC 8259) taken apart in one pass into a flat list of nodes, which readers then walk without copying
/// anything.
///
/// The payload of a job is read once per attempt, so this is on the path of every job. Foundation's decoder takes some
/// 15 µs for a payload of 200 bytes, half as long again as all the rest of a job; this takes about one.
final class JSONTape: Sendable {
    enum Kind: UInt8, Sendable {
        case null, `true`, `false`, number, string, escapedString, array, object
    }

    /// One value, or the name of a member. An object is followed by its members: name, value, name, value.
    struct Node: Sendable {
        let kind: Kind
        /// The value's bytes without quotation marks.
        let start: Int32
        var end: Int32
        /// The index after this value and all within it.
        var next: Int32
        /// Elements of an array, members of an object.
        var count: Int32 = 0
    }

    /// Nodes count from its beginning.
    let bytes: ArraySlice<UInt8>
    let nodes: [Node]

    /// - Throws: ``JSONSyntaxError`` when the bytes are not one JSON text within the limits.
    init(_ bytes: ArraySlice<UInt8>, limits: JSONLimits) throws(JSONSyntaxError) {
        self.bytes = bytes
        var scanner = JSONScanner(count: bytes.count, limits: limits)
        let failure: JSONSyntaxError? = bytes.withUnsafeBufferPointer { buffer in
            do throws(JSONSyntaxError) {
                try scanner.scan(buffer)
                return nil
            } catch {
                return error
            }
        }
        if let failure { throw failure }
        nodes = scanner.nodes
    }

    /// The index of the value of a member of the object at `index`; the last one of that name, as most readers of JSON
    /// have it.
    func value(of name: String, in index: Int) -> Int? {
        var name = name
        return name.withUTF8 { wanted in
            bytes.withUnsafeBufferPointer { bytes in
                var found: Int?
                var member = index + 1
                for _ in 0..<nodes[index].count {
                    if isName(nodes[member], wanted, bytes) { found = member + 1 }
                    member = Int(nodes[member + 1].next)
                }
                return found
            }
        }
    }

    private func isName(_ node: Node, _ wanted: UnsafeBufferPointer<UInt8>, _ bytes: UnsafeBufferPointer<UInt8>) -> Bool
    {
        if node.kind == .escapedString { return text(node)?.utf8.elementsEqual(wanted) ?? false }
        let length = Int(node.end - node.start)
        guard length == wanted.count else { return false }
        for offset in 0..<length where bytes[Int(node.start) + offset] != wanted[offset] { return false }
        return true
    }

    /// The characters of a string or a number; nil where they are not well-formed Unicode.
    func text(_ node: Node) -> String? {
        let slice = bytes[bytes.startIndex + Int(node.start)..<bytes.startIndex + Int(node.end)]
        return node.kind == .escapedString ? JSONText.resolve(slice) : String(validating: slice, as: UTF8.self)
    }
}
