extension StringProtocol {
    /// Without spaces and tabs at either end.
    var trimmed: String {
        let start = drop { $0 == " " || $0 == "\t" }
        let trailing = start.reversed().prefix { $0 == " " || $0 == "\t" }.count
        return String(start.dropLast(trailing))
    }
}
