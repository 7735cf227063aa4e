import ArgumentParser
import Bootstrap
import Domain
import Foundation
import Storage
import Testing

@testable import CLI

@Suite("The documentation is true")
struct DocsTests {
    @Test("every link and anchor of a Markdown file leads somewhere")
    func links() throws {
        let pages = try MarkdownPage.all()
        let anchors = Dictionary(uniqueKeysWithValues: pages.map { ($0.path, $0.anchors) })
        #expect(pages.count > 15)
        var count = 0
        for page in pages where !page.path.contains(".docc/") {
            for link in page.links {
                count += 1
                let parts = link.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
                let folder = URL(filePath: "/\(page.path)").deletingLastPathComponent()
                let target =
                    parts[0].isEmpty
                    ? page.path : String(folder.appending(path: parts[0]).standardizedFileURL.path.dropFirst())
                let file = MarkdownPage.checkout.appending(path: target)
                #expect(FileManager.default.fileExists(atPath: file.path), "\(page.path): \(link)")
                if parts.count > 1 {
                    #expect(anchors[target]?.contains(String(parts[1])) == true, "\(page.path): \(link)")
                }
            }
        }
        #expect(count > 50)
    }

    @Test("every command that a Markdown file names exists, with its options")
    func commands() throws {
        let targets = Set(
            try MarkdownPage.read("Makefile").matches(of: /(?m)^([a-z][a-z-]*):/).map { String($0.output.1) })
        var count = 0
        for page in try MarkdownPage.all() where page.path != "CHANGELOG.md" {
            for line in page.code(in: "bash") + page.codeSpans {
                guard let command = NamedCommand(line) else { continue }
                count += 1
                if let problem = command.problem(targets: targets) { Issue.record("\(page.path): \(line): \(problem)") }
            }
        }
        #expect(count > 50)
    }

    @Test("every line of the doctor stands in docs/operations.md")
    func doctor() throws {
        let page = try MarkdownPage.read("docs/operations.md")
        var names = Set(Invariants.names.map { "rule.\($0)" } + Provider.allCases.map { "provider.\($0.rawValue)" })
        for folder in ["Sources/CLI/Doctor", "Sources/Bootstrap/Diagnostics"] {
            for path in try MarkdownPage.files(withExtension: "swift", below: folder) {
                let found = try MarkdownPage.read(path).matches(
                    of: /(?:\.(?:ok|warning|failed|skipped|clock)\(\s*|look\(|let name = )"([a-z][a-z._]*)(\\\(|")/)
                for match in found {
                    // A name that is made of a word and a value is listed above, or stands there with a placeholder.
                    let isQueue = match.output.1 == "queue."
                    names.insert(match.output.2 == "\"" ? String(match.output.1) : isQueue ? "queue.<name>" : "")
                }
            }
        }
        names.remove("")
        #expect(names.count > 40)
        for name in names.sorted() { #expect(page.contains("`\(name)`"), "the line \(name) of the doctor") }
    }

    @Test("every metric stands in docs/operations.md")
    func metrics() throws {
        let page = try MarkdownPage.read("docs/operations.md")
        var names: Set<String> = ["metric_label_overflows_total"]
        for path in try MarkdownPage.files(withExtension: "swift", below: "Sources") {
            let source = try MarkdownPage.read(path).replacing(/(?m)^ *\/\/\/.*$/, with: "")
            for match in source.matches(of: /(Counter|Timer|Gauge|Meter|Recorder)\(\s*label:\s*"([a-z_.]+)"/) {
                var name = String(match.output.2).replacing(".", with: "_")
                if match.output.1 == "Counter", !name.hasSuffix("_total") { name += "_total" }
                if match.output.1 == "Timer", !name.hasSuffix("_seconds") { name += "_seconds" }
                names.insert(name)
            }
            for match in source.matches(of: /registry\.describe\("([a-z_]+)"/) { names.insert(String(match.output.1)) }
        }
        #expect(names.count > 25)
        for name in names.sorted() { #expect(page.contains("`\(name)`"), "the metric \(name)") }
    }

    @Test("programs, API, and changelog are of one version")
    func version() throws {
        let document = try MarkdownPage.read("Sources/API/Document/openapi.yaml")
        #expect(document.contains("\n  version: \"\(Version.text)\"\n"))
        #expect(Cartwright.configuration.version == Version.text)
        let changelog = try MarkdownPage.read("CHANGELOG.md")
        let headings = changelog.matches(of: /(?m)^## \[([0-9.]+)\]/).map { String($0.output.1) }
        #expect(headings.first == Version.text || changelog.contains("become version \(Version.text)"))
    }

    @Test("no line of a Markdown file has more than 120 columns")
    func columns() throws {
        for path in try MarkdownPage.files(withExtension: "md") {
            let lines = try MarkdownPage.read(path).split(separator: "\n", omittingEmptySubsequences: false)
            for (number, line) in lines.enumerated() where line.count > 120 {
                Issue.record("\(path):\(number + 1) has \(line.count) columns")
            }
        }
    }
}

/// A command of this repository in a text: of make, of Scripts, or of the CLI.
private struct NamedCommand {
    let words: [String]

    /// `nil` when the line begins with something else.
    init?(_ line: String) {
        let command = line.prefix { $0 != "#" && $0 != "|" && $0 != ";" }
        let words = command.split(separator: " ").map(String.init)
        let program = words.drop { $0.contains(/^[A-Z_]+=/) }
        guard let first = program.first, first == "make" || first == "cartwright" || first.hasPrefix("Scripts/") else {
            return nil
        }
        self.words = Array(program)
    }

    /// What is wrong with it; `nil` when it exists.
    func problem(targets: Set<String>) -> String? {
        switch words[0] {
        case "make":
            // `make test FILTER=…`: variables are anybody's.
            let unknown = words.dropFirst().first { !$0.contains("=") && !targets.contains($0) }
            return words.count > 1 ? unknown.map { "make has no target \($0)" } : nil
        case "cartwright", "Scripts/cartwright": return commandProblem()
        default:
            let path = MarkdownPage.checkout.appending(path: words[0]).path
            return FileManager.default.fileExists(atPath: path) ? nil : "there is no such script"
        }
    }

    private func commandProblem() -> String? {
        var command: any ParsableCommand.Type = Cartwright.self
        var rest = words.dropFirst()
        while let word = rest.first, word.contains(/^[a-z-]+$/), !command.configuration.subcommands.isEmpty,
            !word.hasPrefix("-")
        {
            guard let next = command.configuration.subcommands.first(where: { name(of: $0) == word }) else {
                return "there is no command \(word)"
            }
            command = next
            rest = rest.dropFirst()
        }
        let commands = [command] + (command.configuration.defaultSubcommand.map { [$0] } ?? [])
        let help = commands.map { Cartwright.helpMessage(for: $0) }.joined()
        let unknown = rest.map { String($0.prefix { $0 != "=" }) }
            .first { $0.contains(/^--[a-z-]+$/) && $0 != "--version" && !help.contains($0) }
        return unknown.map { "it has no option \($0)" }
    }

    private func name(of command: any ParsableCommand.Type) -> String {
        command.configuration.commandName ?? "\(command)".lowercased()
    }
}
