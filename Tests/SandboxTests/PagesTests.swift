import JSON
import Testing

@testable import Sandbox

@Suite("Every page says that it is a sandbox")
struct PagesTests {
    @Test("every page is served and its links lead somewhere")
    func pagesAndLinks() async throws {
        try await RunningSandbox.run { sandbox in
            let id = try await sandbox.intent(order: "<script>")
            _ = try await sandbox.confirm(id)
            for path in [
                "/", "/mail", "/disputes", "/webhooks", "/rates", "/faults", "/ledger", "/intents", "/mail/99",
                "/_sandbox/authenticate/none", "/_sandbox/authenticate/\(id)",
            ] {
                let page = try await sandbox.get(path)
                #expect(page.body.contains("This is a sandbox") && page.isWhole, "\(path)")
                #expect(page.headers["x-sandbox"] == "cartwright" && !page.body.contains("<script"), "\(path)")
            }
            let home = try await sandbox.get("/").body
            for link in [
                "href=\"/mail\"", "href=\"/ledger\"", "href=\"/intents\"", "href=\"/faults\"", "href=\"/rates\"",
                "href=\"/webhooks\"",
                sandbox.urls.smtp, "pm_card_visa",
            ] {
                #expect(home.contains(link))
            }
            #expect(try await sandbox.get("/ledger").body.contains("19.99 USD"))
            #expect(try await sandbox.get("/intents").body.contains("succeeded"))
            #expect(try await sandbox.get("/healthz").text("status") == "ok")
        }
    }

    @Test("amounts are written in their currency")
    func amountsAreWrittenInTheirCurrency() {
        #expect(Amount.text(1999, "usd") == "19.99 USD")
        #expect(Amount.text(5, "eur") == "0.05 EUR")
        #expect(Amount.text(500, "jpy") == "500 JPY")
        #expect(Amount.text(1230, "kwd") == "1.230 KWD")
    }

    @Test("JSON is escaped")
    func jsonIsEscaped() {
        #expect(
            JSONValue.object([
                ("a\"", .array([.string("\\\n\u{1}é"), .null, .bool(true), .number("1.0"), .integer(-3)]))
            ]).text
                == #"{"a\"":["\\\n\u0001é",null,true,1.0,-3]}"#)
    }
}
