package import Domain
internal import Foundation
internal import FoundationXML
package import OutboundHTTP

extension RateSourceKind {
    /// See ``ECBRates``.
    static let ecb = RateSourceKind(
        "ecb", url: "https://www.ecb.europa.eu/stats/eurofxref/eurofxref-daily.xml"
    ) { (client, url, key) throws(ProviderSettingError) in
        try ECBRates(client: client, url: url)
    }
}

/// The European Central Bank's daily reference rates: an XML document of `Cube` elements, base euro, published on
/// working days.
package struct ECBRates: RateSource {
    /// Who publishes these rates.
    package let name = "ecb"
    private let call: RateCall

    /// Checks the address; sends nothing.
    ///
    /// - Parameter url: the whole address of the daily document.
    /// - Throws: when the address cannot be used.
    package init(
        client: OutboundHTTPClient, url: String,
        timeout: Duration = .seconds(15)
    ) throws(ProviderSettingError) {
        call = try RateCall(client: client, url: url, timeout: timeout)
    }

    /// Fetches the latest set unless it is the one held.
    package func fetch(ifChangedFrom held: RateValidators) async throws(RateFailure) -> RateFetch {
        try await call.fetch(ifChangedFrom: held, accepting: "application/xml", parse: Self.parse)
    }

    static func parse(_ body: [UInt8]) throws(RateFailure) -> RateSet {
        let document = try ECBDocument(body)
        var table = RateTable()
        for (code, rate) in document.rates { try table.add(code: code, text: rate) }
        return try table.set(source: "ecb", base: .eur, date: document.date.flatMap { CalendarDay($0) })
    }
}

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
