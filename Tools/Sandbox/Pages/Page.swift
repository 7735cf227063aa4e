/// The frame of every page for people. It says on each of them that nothing here is real.
enum Page {
    /// - Parameters:
    ///   - title: plain text.
    ///   - body: HTML; whatever came from outside is already escaped.
    static func html(_ title: String, _ body: String) -> String {
        """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>\(escape(title)) · Cartwright sandbox</title>
        <style>\(style)</style>
        </head>
        <body>
        <p class="banner">This is a sandbox: no money moves, no mail is delivered, the rates are made up.</p>
        <nav><a href="/">Sandbox</a> <a href="/intents">Payments</a> <a href="/ledger">Ledger</a>
        <a href="/disputes">Disputes</a>
        <a href="/webhooks">Webhooks</a> <a href="/mail">Email</a> <a href="/rates">Rates</a>
        <a href="/faults">Faults</a></nav>
        <main>
        <h1>\(escape(title))</h1>
        \(body)
        </main>
        </body>
        </html>

        """
    }

    /// A page for something that is not there.
    static func notFound(_ sentence: String) -> String { html("Not found", "<p>\(escape(sentence))</p>") }

    /// A table, or a sentence where there is nothing to list. Cells are HTML, headings plain text.
    static func table(_ headings: [String], _ rows: [[String]], empty: String) -> String {
        guard !rows.isEmpty else { return "<p>\(escape(empty))</p>" }
        let head = headings.map { "<th scope=\"col\">\(escape($0))</th>" }.joined()
        let body = rows.map { row in "<tr>" + row.map { "<td>\($0)</td>" }.joined() + "</tr>" }.joined(separator: "\n")
        return "<div class=\"wide\"><table><thead><tr>\(head)</tr></thead><tbody>\n\(body)\n</tbody></table></div>"
    }

    /// Text made safe for HTML, in attributes too.
    static func escape(_ text: String) -> String {
        var output = ""
        for character in text.unicodeScalars {
            switch character {
            case "&": output += "&amp;"
            case "<": output += "&lt;"
            case ">": output += "&gt;"
            case "\"": output += "&quot;"
            case "'": output += "&#39;"
            default: output.unicodeScalars.append(character)
            }
        }
        return output
    }

    private static let style = """
        :root { color-scheme: light dark; }
        body { font: 16px/1.5 system-ui, sans-serif; margin: 0; }
        .banner { margin: 0; padding: .6rem 1rem; background: #7a4b00; color: #fff; }
        nav { padding: .6rem 1rem; border-bottom: 1px solid #8886; } nav a { margin-right: 1rem; }
        main { padding: 0 1rem 2rem; max-width: 72rem; margin: auto; }
        .wide { overflow-x: auto; } table { border-collapse: collapse; width: 100%; }
        th, td { text-align: left; padding: .35rem .6rem; border-bottom: 1px solid #8884; vertical-align: top; }
        pre { white-space: pre-wrap; overflow-wrap: anywhere; padding: .8rem; border: 1px solid #8886; }
        iframe { width: 100%; height: 36rem; border: 1px solid #8886; background: #fff; }
        code { overflow-wrap: anywhere; } button { font: inherit; padding: .4rem 1rem; margin-right: .6rem; }
        input, select { font: inherit; max-width: 12rem; } label { margin-right: .6rem; }
        .fault { padding: .5rem 0; border-bottom: 1px solid #8884; }
        """
}

/// Writes an amount in minor units the way people write it.
enum Amount {
    private static let zeroDecimal: Set<String> = [
        "bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "vnd", "vuv", "xaf", "xof", "xpf",
    ]
    private static let threeDecimal: Set<String> = ["bhd", "jod", "kwd", "omr", "tnd"]

    /// `1999`, `usd` becomes `19.99 USD`.
    static func text(_ amount: Int64, _ currency: String) -> String {
        let exponent = zeroDecimal.contains(currency) ? 0 : threeDecimal.contains(currency) ? 3 : 2
        let digits = String(amount)
        let padded = String(repeating: "0", count: max(0, exponent + 1 - digits.count)) + digits
        let number = exponent == 0 ? padded : "\(padded.dropLast(exponent)).\(padded.suffix(exponent))"
        return "\(number) \(currency.uppercased())"
    }
}
