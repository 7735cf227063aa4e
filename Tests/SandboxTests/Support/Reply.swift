import Foundation

/// An HTTP answer as it arrived.
struct Reply: Sendable {
    /// 0 when the connection closed without an answer.
    let status: Int
    let headers: [String: String]
    let body: String

    init(_ text: String) {
        let halves = text.split(separator: "\r\n\r\n", maxSplits: 1, omittingEmptySubsequences: false)
        let lines = halves[0].split(separator: "\r\n")
        status = lines.first.flatMap { $0.split(separator: " ").dropFirst().first }.flatMap { Int($0) } ?? 0
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            let field = line.split(separator: ":", maxSplits: 1)
            headers[field[0].lowercased()] = field.count > 1 ? field[1].trimmingCharacters(in: .whitespaces) : ""
        }
        self.headers = headers
        body = halves.count > 1 ? String(halves[1]) : ""
    }

    var isWhole: Bool { headers["content-length"] == String(body.utf8.count) }

    /// The body as a JSON object.
    var object: [String: Any] { (try? JSONSerialization.jsonObject(with: Data(body.utf8))) as? [String: Any] ?? [:] }

    /// The body as a JSON array of objects.
    var objects: [[String: Any]] {
        (try? JSONSerialization.jsonObject(with: Data(body.utf8))) as? [[String: Any]] ?? []
    }

    /// The `error` object of a refusal.
    var error: [String: Any] { object["error"] as? [String: Any] ?? [:] }

    func text(_ name: String) -> String? { object[name] as? String }

    func number(_ name: String) -> Int? { object[name] as? Int }
}
