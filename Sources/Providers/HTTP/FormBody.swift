/// A body of `application/x-www-form-urlencoded` pairs, nested names written with brackets: `metadata[order_id]=…`.
struct FormBody {
    private(set) var text = ""

    /// Adds a pair. `path` holds the name and the names nested in it.
    mutating func append(_ path: String..., value: String) {
        guard let name = path.first else { return }
        if !text.isEmpty { text += "&" }
        text += PercentEncoding.encode(name) + path.dropFirst().map { "[\(PercentEncoding.encode($0))]" }.joined()
        text += "=" + PercentEncoding.encode(value)
    }

    var bytes: [UInt8] { Array(text.utf8) }
}
