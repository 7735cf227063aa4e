import Foundation

/// A Markdown file of this repository, as far as the tests of the documentation look at it.
struct MarkdownPage: Sendable {
    /// The path from the top of the checkout.
    let path: String
    let text: String

    /// The top of this checkout.
    static let checkout = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().standardizedFileURL

    /// All of them, without what was built or downloaded.
    static func all() throws -> [MarkdownPage] {
        try files(withExtension: "md").map { MarkdownPage(path: $0, text: try read($0)) }
    }

    /// The paths of the repository's own files of this extension, sorted.
    static func files(withExtension ending: String, below folder: String = "") throws -> [String] {
        let manager = FileManager.default
        var found: [String] = []
        for name in try manager.contentsOfDirectory(atPath: checkout.appending(path: folder).path) {
            let path = folder.isEmpty ? name : "\(folder)/\(name)"
            if name.hasPrefix(".") { continue }
            var isFolder: ObjCBool = false
            guard manager.fileExists(atPath: checkout.appending(path: path).path, isDirectory: &isFolder) else {
                continue
            }
            if isFolder.boolValue {
                found += try files(withExtension: ending, below: path)
            } else if name.hasSuffix(".\(ending)") {
                found.append(path)
            }
        }
        return found.sorted()
    }

    static func read(_ path: String) throws -> String {
        try String(contentsOf: checkout.appending(path: path), encoding: .utf8)
    }

    /// The lines outside of fenced blocks.
    private var prose: [Substring] {
        var isCode = false
        return text.split(separator: "\n", omittingEmptySubsequences: false).filter { line in
            guard line.hasPrefix("```") else { return !isCode }
            isCode.toggle()
            return false
        }
    }

    /// The anchors of its headings, as GitHub makes them.
    var anchors: Set<String> {
        var anchors: Set<String> = []
        for line in prose where line.hasPrefix("#") {
            let title = line.drop { $0 == "#" }.lowercased().trimmingCharacters(in: .whitespaces)
            let kept = title.filter { $0.isLetter || $0.isNumber || $0 == " " || $0 == "-" || $0 == "_" }
            let anchor = String(kept.map { $0 == " " ? "-" : $0 })
            var unique = anchor
            var count = 0
            while !anchors.insert(unique).inserted {
                count += 1
                unique = "\(anchor)-\(count)"
            }
        }
        return anchors
    }

    /// Where its links lead, those to other sites left out.
    var links: [String] {
        let text = prose.joined(separator: "\n").replacing(/`[^`]*`/, with: "`")
        let inline = text.matches(of: /\]\(([^)\s]+)\)/).map { String($0.output.1) }
        let references = text.matches(of: /(?m)^\[[^\]]+\]: +(\S+)$/).map { String($0.output.1) }
        return (inline + references).filter { !$0.contains(/^[a-z]+:/) }
    }

    /// The lines of its fenced blocks of this language, each continued line joined to the one before.
    func code(in language: String) -> [String] {
        text.matches(of: /(?ms)^```([a-z]+)\n(.*?)^```/)
            .filter { $0.output.1 == language }
            .flatMap { String($0.output.2).replacing("\\\n", with: " ").split(separator: "\n").map(String.init) }
    }

    /// What stands between single backticks in its prose.
    var codeSpans: [String] {
        prose.joined(separator: "\n").matches(of: /`([^`]+)`/)
            .map { String($0.output.1).replacing("\n", with: " ") }
    }
}
