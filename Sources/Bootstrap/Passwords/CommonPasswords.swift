import Foundation

/// Passwords that attackers try first: well-known words and names, rows of keys and of numbers, and
/// what people make of them to please a rule (NIST SP 800-63B, section 5.1.1.2).
package struct CommonPasswords: Sendable {
    /// The list that comes with the program. A failure says that the installation is incomplete; it is asked for at the
    /// start.
    package static let list = Result { try CommonPasswords.load() }

    private let words: Set<String>

    init(words: some Sequence<String>) { self.words = Set(words) }

    private static func load() throws -> CommonPasswords {
        let text = try String(
            contentsOf: Bundle.module.bundleURL.appending(path: "common.txt"), encoding: .utf8)
        return CommonPasswords(words: text.split(separator: "\n").filter { !$0.hasPrefix("#") }.map { String($0) })
    }

    /// Whether a password is too easy to guess.
    ///
    /// - Parameter own: what is publicly known of its owner: the email address, the name.
    package func contains(_ password: String, own: [String] = []) -> Bool {
        let plain = password.lowercased()
        // ada.lovelace@shop.example: all of it, ada.lovelace, adalovelace, ada, lovelace, shop, example.
        let texts = own.map { $0.lowercased() }.flatMap { [$0, String($0.prefix { $0 != "@" })] }
        let ownWords = Set(
            texts + texts.map { String($0.filter { $0.isLetter || $0.isNumber }) }
                + texts.flatMap { $0.split { !$0.isLetter && !$0.isNumber } }.map { String($0) }.filter {
                    $0.count >= 3
                })
        return Self.readings(of: plain).contains { reading in
            if Self.isRow(reading) || words.contains(reading) || ownWords.contains(reading) { return true }
            // passwordpassword, abcabcabc, iloveyouiloveyou.
            guard let unit = Self.repeated(reading) else { return false }
            return unit.count <= 3 || words.contains(unit) || ownWords.contains(unit) || Self.isRow(unit)
        }
    }

    /// What a password may be meant as: by itself, without digits and signs around it, and with letters for the signs
    /// that look like them.
    private static func readings(of plain: String) -> [String] {
        let letters = String(plain.map { lookalikes[$0] ?? $0 })
        let other = String(letters.map { $0 == "i" ? "l" : $0 })
        var readings = [plain, letters, other].flatMap { [$0, core($0)] }
        // 2024password!: the digits go first, the look-alikes within it are read then.
        let middle = core(plain)
        readings.append(String(middle.map { lookalikes[$0] ?? $0 }))
        // What is digits and signs from end to end has no core but may be a row: 123456789!
        readings.append(plain.filter(\.isNumber))
        readings.append(plain.filter { $0.isLetter || $0.isNumber })
        return readings.filter { $0.count >= 3 && 2 * $0.count >= min(plain.count, 12) }
    }

    /// Without the digits and signs at both ends.
    private static func core(_ text: String) -> String {
        var rest = text[...]
        while let first = rest.first, !first.isLetter { rest.removeFirst() }
        while let last = rest.last, !last.isLetter { rest.removeLast() }
        return String(rest)
    }

    private static let lookalikes: [Character: Character] = [
        "0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "8": "b", "9": "g", "@": "a", "$": "s", "!": "i",
        "+": "t", "(": "c",
        "|": "i",
        "€": "e", "£": "l",
    ]

    /// The shortest text of which this is made by repeating it, nil when it is made of no other.
    private static func repeated(_ text: String) -> String? {
        let letters = Array(text)
        guard letters.count >= 2 else { return nil }
        for length in 1...max(1, letters.count / 2) where letters.count.isMultiple(of: length) {
            if letters.indices.allSatisfy({ letters[$0] == letters[$0 % length] }) { return String(letters[..<length]) }
        }
        return nil
    }

    /// Rows of the alphabet, of numbers and of keyboards.
    private static let rows: [String] = {
        let rows = [
            "abcdefghijklmnopqrstuvwxyz", "01234567890123456789", "qwertyuiopasdfghjklzxcvbnm",
            "qwertyuiop[]asdfghjkl;zxcvbnm,./",
            "qwertzuiopasdfghjklyxcvbnm",
            "azertyuiopqsdfghjklmwxcvbn", "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol.0p;/", "1q2w3e4r5t6y7u8i9o0p",
            "qawsedrftgyhujikolp",
            "!@#$%^&*()_+", "!\"§$%&/()=?",
            "147258369", "741852963", "789456123", "159753", "13579", "24680", "112233445566778899",
            "a1b2c3d4e5f6g7h8i9",
            "1a2b3c4d5e6f7g8h9i", "abc123def456ghi789", "123abc456def",
            "q1w2e3r4t5y6u7i8o9p0", "zaq12wsxcde34rfvbgt5", "zaq1xsw2cde3vfr4bgt5", "1234qwerasdfzxcv",
            "3.14159265358979323846",
            "31415926535897932384",
        ]
        return rows + rows.map { String($0.reversed()) }
    }()

    private static func isRow(_ text: String) -> Bool { text.count >= 4 && rows.contains { $0.contains(text) } }
}
