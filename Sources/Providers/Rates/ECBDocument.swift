import Domain
internal import Foundation
internal import FoundationXML

/// The text of the European Central Bank's daily document: its day, and the rates as they stand there.
///
/// Only the innermost `Cube` elements carry rates; the one around them carries the day. Further days, as in the 90-day
/// document, are refused.
struct ECBDocument {
    private(set) var date: String?
    private(set) var rates: [(code: String, rate: String)] = []

    init(_ body: [UInt8]) throws(RateFailure) {
        // Foundation's parser ends the process at a name of an attribute that is not UTF-8.
        guard String(validating: body, as: UTF8.self) != nil else { throw .malformed("it is not UTF-8") }
        // The real document declares no types; one that does could define entities that grow without bound.
        // No zero bytes means no encoding in which the declaration would look different.
        guard body.firstRange(of: Array("<!DOCTYPE".utf8)) == nil, !body.contains(0) else {
            throw .malformed("it declares a document type")
        }
        let reader = Reader()
        let parser = XMLParser(data: Data(body))
        parser.delegate = reader
        // On Linux `parse()` alone reports success for documents that are not well-formed.
        guard parser.parse(), parser.parserError == nil, !reader.hasFailed, reader.isComplete else {
            throw .malformed("it is not well-formed XML")
        }
        guard reader.days.count == 1 else { throw .malformed("it holds \(reader.days.count) days instead of one") }
        date = reader.days.first
        rates = reader.rates
    }

    /// Collects attributes; lives only while its parser runs, on one thread.
    private final class Reader: NSObject, XMLParserDelegate {
        var days: [String] = []
        var rates: [(code: String, rate: String)] = []
        var hasFailed = false
        var isComplete: Bool { started > 0 && started == ended }
        private var started = 0
        private var ended = 0

        func parser(
            _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
            attributes: [String: String]
        ) {
            started += 1
            guard name == "Cube" else { return }
            if let day = attributes["time"] { days.append(day) }
            if let code = attributes["currency"], let rate = attributes["rate"] { rates.append((code, rate)) }
        }

        func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?) {
            ended += 1
        }

        func parser(_ parser: XMLParser, parseErrorOccurred error: any Error) {
            hasFailed = true
        }
    }
}
