internal import Domain
internal import Foundation
internal import Mustache

/// The templates of all mails, `Templates/<language>/<kind>.txt.mustache` and `….html.mustache`, and the parts they
/// share.
///
/// The first line of a text template is the mail's subject, the second is empty.
struct EmailTemplates: Sendable {
    private static let parts = ["items", "address", "foot"]

    private let library: MustacheLibrary

    /// Reads all of them.
    ///
    /// - Throws: when one is missing or broken.
    init() throws(ProviderSettingError) {
        var templates: [String: MustacheTemplate] = [:]
        for language in Language.allCases {
            for name in (EmailKind.allCases.map(\.rawValue) + Self.parts).flatMap({ ["\($0).txt", "\($0).html"] }) + [
                "head.html"
            ] {
                templates["\(language.rawValue)/\(name)"] = try Self.template(name, in: language.rawValue)
            }
        }
        library = MustacheLibrary(templates: templates)
    }

    /// Subject, text and HTML of a mail.
    func render(_ kind: EmailKind, in language: Language, _ facts: EmailRecord) -> (
        subject: String, text: String, html: String
    ) {
        let name = "\(language.rawValue)/\(kind.rawValue)"
        let lines = (library.render(facts, withTemplate: "\(name).txt") ?? "").split(
            separator: "\n", maxSplits: 2, omittingEmptySubsequences: false)
        return (
            String(lines[0]), lines.count > 2 ? String(lines[2]) : "",
            library.render(facts, withTemplate: "\(name).html") ?? ""
        )
    }

    private static func template(_ name: String, in folder: String) throws(ProviderSettingError) -> MustacheTemplate {
        do {
            guard
                let path = Bundle.module.url(
                    forResource: name, withExtension: "mustache", subdirectory: "Templates/\(folder)")
            else {
                throw CocoaError(.fileNoSuchFile)
            }
            return try MustacheTemplate(string: String(contentsOf: path, encoding: .utf8))
        } catch {
            throw ProviderSettingError(
                setting: "mail template \(folder)/\(name)", expected: "it is missing or cannot be read: \(error)")
        }
    }
}
