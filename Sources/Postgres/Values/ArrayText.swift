/// PostgreSQL's text form of arrays. Source: PostgreSQL manual, 8.15.6, "Array Input and Output Syntax".
enum ArrayText {
    /// Every element is quoted, so that none can be taken for NULL, a brace or a comma.
    static func encode(_ elements: some Sequence<String?>) -> String {
        var text = "{"
        var separator = ""
        for element in elements {
            text += separator
            separator = ","
            guard let element else {
                text += "NULL"
                continue
            }
            text += "\""
            if element.utf8.contains(where: { $0 == quote || $0 == backslash }) {
                for character in element.unicodeScalars {
                    if character == "\"" || character == "\\" { text += "\\" }
                    text.unicodeScalars.append(character)
                }
            } else {
                text += element
            }
            text += "\""
        }
        return text + "}"
    }

    /// The elements of an array of one dimension.
    static func decode(_ cell: PostgresCell) throws(PostgresError) -> [PostgresCell] {
        let bytes = try cell.required()
        guard bytes.first == UInt8(ascii: "{"), bytes.last == UInt8(ascii: "}") else {
            throw cell.mismatch("an array of one dimension")
        }
        var elements: [PostgresCell] = []
        var position = bytes.startIndex + 1
        let end = bytes.endIndex - 1
        while position < end {
            let (element, next) = try element(of: bytes, from: position, to: end, cell)
            elements.append(PostgresCell(bytes: element, column: cell.column, typeOID: cell.typeOID))
            guard next < end else { break }
            guard bytes[next] == UInt8(ascii: ",") else { throw cell.mismatch("an array of one dimension") }
            position = next + 1
        }
        return elements
    }

    private static let quote = UInt8(ascii: "\"")
    private static let backslash = UInt8(ascii: "\\")

    /// One element and the place behind it.
    private static func element(
        of bytes: ArraySlice<UInt8>, from start: Int, to end: Int, _ cell: PostgresCell
    ) throws(PostgresError) -> (ArraySlice<UInt8>?, Int) {
        if bytes[start] == UInt8(ascii: "{") { throw cell.mismatch("an array of one dimension") }
        guard bytes[start] == quote else {
            let next = bytes[start..<end].firstIndex(of: UInt8(ascii: ",")) ?? end
            let element = bytes[start..<next]
            return (element.elementsEqual("NULL".utf8) ? nil : element, next)
        }
        var unescaped: [UInt8] = []
        var position = start + 1
        while position < end {
            switch bytes[position] {
            case quote: return (unescaped[...], position + 1)
            case backslash where position + 1 < end:
                position += 1
                unescaped.append(bytes[position])
            case let byte: unescaped.append(byte)
            }
            position += 1
        }
        throw cell.mismatch("an array whose quotes are closed")
    }
}
