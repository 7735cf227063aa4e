/// A language the shop writes emails in, by its tag of BCP 47. Stored with orders.
package enum Language: String, Hashable, Codable, Sendable, CaseIterable {
    /// English.
    case english = "en"
    /// German.
    case german = "de"
    /// French.
    case french = "fr"

    /// The language of a tag such as `de`, `de-CH` or `FR`, `nil` for one the shop does not write: whatever stands
    /// behind the primary subtag is left out of account, as RFC 4647, 3.4, looks languages up.
    package init?(tag: some StringProtocol) {
        guard let primary = tag.split(separator: "-", omittingEmptySubsequences: false).first else { return nil }
        self.init(rawValue: primary.lowercased())
    }

    /// Of the languages of an `Accept-Language` field (RFC 9110, 12.5.4) the first most wanted that the shop writes.
    /// `nil` when there is none, or when any will do: then the shop's own is meant. What cannot be read is passed over.
    package init?(acceptLanguage field: some StringProtocol) {
        var best: (language: Language, weight: Double)?
        for part in field.split(separator: ",").prefix(50) {
            let pieces = part.split(separator: ";").map { String($0.filter { $0 != " " && $0 != "\t" }) }
            guard let tag = pieces.first, let language = Language(tag: tag) else { continue }
            let quality = pieces.dropFirst().first { $0.lowercased().hasPrefix("q=") }
            guard let weight = quality.map({ Double($0.dropFirst(2)) }) ?? 1, (0.001...1).contains(weight) else {
                continue
            }
            if weight > best?.weight ?? 0 { best = (language, weight) }
        }
        guard let best else { return nil }
        self = best.language
    }
}
