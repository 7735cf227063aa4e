/// A parameter of a form-encoded body: a text, or named fields in it (`metadata[order_id]`); lists are fields named by
/// their position.
enum FormValue: Sendable, Equatable {
    case text(String)
    case fields([String: FormValue])

    /// The text, when it is one.
    var text: String? {
        if case .text(let value) = self { value } else { nil }
    }

    /// The fields, when it has some.
    var fields: [String: FormValue]? {
        if case .fields(let value) = self { value } else { nil }
    }

    /// The elements of a list (`types[0]=a&types[1]=b`, `types[]=a`) by position; nil when a name is no position.
    var elements: [FormValue]? {
        guard let fields else { return nil }
        let positions = fields.compactMap { entry in Int(entry.key).map { ($0, entry.value) } }
        return positions.count == fields.count ? positions.sorted { $0.0 < $1.0 }.map(\.1) : nil
    }

    /// Every text with its full name (`a[b]=c`), ordered by name: the same for two bodies that mean the same.
    var canonical: [String] { pairs(under: "").sorted() }

    private func pairs(under name: String) -> [String] {
        switch self {
        case .text(let value): [name + "=" + value]
        case .fields(let fields): fields.flatMap { $0.value.pairs(under: name.isEmpty ? $0.key : "\(name)[\($0.key)]") }
        }
    }
}
