import Domain
import Providers
import SystemPackage

extension ShopIdentity {
    /// Reads `SHOP_NAME`, `SHOP_ADDRESS`, `SHOP_CONTACT` and `SHOP_LOGO_FILE`; nil with a problem noted.
    ///
    /// - Parameter sender: whose name the shop has that names none.
    static func read(_ reader: inout SettingsReader, sender: EmailSender?) -> ShopIdentity? {
        let name = reader.value(
            "SHOP_NAME", default: sender?.name ?? "Shop",
            expected: "the shop's name, a line of 1 to \(maximumName) characters"
        ) { text in (try? ShopIdentity(name: text)).map(\.name) }
        let address = reader.value(
            "SHOP_ADDRESS", default: [],
            expected:
                "the shop's postal address, at most 8 lines with | between them, such as Shop Ltd | 1 High Street | London | SW1A 1AA"
        ) { text -> [String]? in
            let lines = parts(of: text)
            return !lines.isEmpty && (try? ShopIdentity(address: lines)) != nil ? lines : nil
        }
        let contacts = reader.value(
            "SHOP_CONTACT", default: [],
            expected:
                "how the shop is reached: up to 4 mail addresses, telephone numbers or web addresses with | between them"
        ) { text -> [Contact]? in
            let words = parts(of: text)
            let contacts = words.compactMap(Contact.init)
            return (1...4).contains(words.count) && contacts.count == words.count ? contacts : nil
        }
        let logo: EmailImage? = reader.value(
            "SHOP_LOGO_FILE", default: nil,
            expected:
                "the path of a PNG, JPEG or GIF of at most \(EmailImage.maximumBytes / 1024) KiB that this user may read"
        ) { path -> EmailImage?? in
            // Read no further than needed to see that it is too large.
            guard let image = bytes(of: path, upTo: EmailImage.maximumBytes + 1).flatMap({ EmailImage($0) }) else {
                return nil
            }
            return .some(image)
        }
        // A sender's name that is too long for a shop's is only told where it is the shop's.
        if let identity = try? ShopIdentity(name: name, address: address, contacts: contacts, logo: logo) {
            return identity
        }
        reader.note(
            SettingProblem(
                name: "SHOP_NAME", wrong: "is not set, and the name in MAIL_FROM is none for a shop",
                expected: "the shop's name, a line of 1 to \(maximumName) characters"))
        return nil
    }

    /// What a file holds, cut at so many bytes; nil when it cannot be read. Does not wait for anything that is no file.
    private static func bytes(of path: String, upTo count: Int) -> [UInt8]? {
        guard let file = try? FileDescriptor.open(FilePath(path), .readOnly, options: [.nonBlocking, .closeOnExec])
        else { return nil }
        defer { try? file.close() }
        var bytes: [UInt8] = []
        while bytes.count < count {
            let chunk = try? [UInt8](unsafeUninitializedCapacity: 1 << 14) { buffer, filled in
                filled = try file.read(into: UnsafeMutableRawBufferPointer(buffer))
            }
            guard let chunk else { return nil }
            if chunk.isEmpty { break }
            bytes += chunk
        }
        return bytes
    }

    private static func parts(of text: String) -> [String] {
        text.split(separator: "|").map { $0.split(separator: " ").joined(separator: " ") }.filter { !$0.isEmpty }
    }
}
