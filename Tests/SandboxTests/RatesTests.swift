import Foundation
import Testing

@testable import Sandbox

@Suite("Rates look like the real ones and are the same for everybody")
struct RatesTests {
    @Test(
        "rates are those of the last working day",
        arguments: [
            (1_763_733_600.0, "2025-11-20"),  // Friday 14:00 UTC: not published yet
            (1_763_737_200.0, "2025-11-21"), (1_763_823_600.0, "2025-11-21"), (1_763_996_399.0, "2025-11-21"),
            (1_763_996_400.0, "2025-11-24"),
            (951_836_400.0, "2000-02-29"), (0.0, "1969-12-31"),
        ])
    func lastWorkingDay(_ seconds: Double, _ expected: String) {
        #expect(CivilDate.lastPublished(at: Date(timeIntervalSince1970: seconds)).description == expected)
    }

    @Test("a rate stays near its anchor and moves from day to day")
    func anchor() throws {
        let base = try #require(RateTable(date: CivilDate(days: 20_000)).rates(base: "EUR"))
        #expect(base.count == 30)
        var changed = 0
        for day in 20_001..<20_100 {
            let rates = try #require(RateTable(date: CivilDate(days: day)).rates(base: "EUR"))
            for (old, new) in zip(base, rates) {
                #expect(
                    old.code == new.code && new.rate > 0 && abs(new.rate / old.rate - 1) < Decimal(string: "0.025") ?? 0
                )
                if old.rate != new.rate { changed += 1 }
            }
        }
        #expect(changed > 2_000)
    }

    @Test("cross rates agree")
    func crossRatesAgree() throws {
        let table = RateTable(date: CivilDate(days: 20_000))
        let dollars = try #require(table.rates(base: "USD"))
        let euro = try #require(dollars.first { $0.code == "EUR" }).rate
        #expect(abs(euro * (table.perEuro["USD"] ?? 0) - 1) < Decimal(string: "0.0001") ?? 0)
        #expect(!dollars.contains { $0.code == "USD" })
        #expect(table.rates(base: "XXX") == nil)
    }

    @Test("conditional requests are answered in both shapes")
    func conditionalRequestsAndShapes() async throws {
        try await RunningSandbox.run { sandbox in
            for path in ["/rates/v1/latest?base=EUR", "/rates/ecb/eurofxref-daily.xml"] {
                let first = try await sandbox.get(path)
                let tag = try #require(first.headers["etag"])
                #expect(first.status == 200 && first.isWhole)
                let second = try await sandbox.get(path, headers: ["If-None-Match": tag])
                #expect(second.status == 304 && second.body.isEmpty && second.headers["etag"] == tag)
                #expect(try await sandbox.get(path, headers: ["If-None-Match": "\"other\""]).status == 200)
            }
            let latest = try await sandbox.get("/rates/v1/latest?base=gbp&symbols=USD,EUR")
            #expect(
                latest.text("base") == "GBP"
                    && Set((latest.object["rates"] as? [String: Any] ?? [:]).keys) == ["USD", "EUR"])
            #expect(try await sandbox.get("/rates/v1/latest?base=XXX").status == 404)
            let file = try await sandbox.get("/rates/ecb/eurofxref-daily.xml").body
            #expect(file.contains("<Cube currency='USD' rate='1.1") && !file.contains("currency='EUR'"))
        }
    }

    @Test("rates come in the shapes of each source")
    func theOtherShapes() async throws {
        try await RunningSandbox.run { sandbox in
            let one = try await sandbox.get("/rates/v1/latest?base=EUR")
            let rates = try #require(one.object["rates"] as? [String: Double])
            let two = try await sandbox.get("/rates/v2/rates?base=EUR&quotes=USD,GBP")
            #expect(two.objects.count == 2)
            for row in two.objects {
                #expect(row["base"] as? String == "EUR" && row["date"] as? String == one.text("date"))
                #expect(row["rate"] as? Double == rates[try #require(row["quote"] as? String)])
            }
            #expect(try await sandbox.get("/rates/v2/rates?base=XXX").status == 404)
            let open = try await sandbox.get("/rates/oxr/api/latest.json?app_id=sandbox&symbols=USD,EUR,JPY")
            let dollars = try #require(open.object["rates"] as? [String: Double])
            #expect(open.text("base") == "USD" && Set(dollars.keys) == ["USD", "EUR", "JPY"] && dollars["USD"] == 1)
            #expect(abs((open.number("timestamp") ?? 0) - Int(Date.now.timeIntervalSince1970)) < 5 * 86_400)
            let date = try #require(open.headers["last-modified"])
            let again = try await sandbox.get(
                "/rates/oxr/api/latest.json?app_id=sandbox", headers: ["If-Modified-Since": date])
            #expect(again.status == 304)
        }
    }

    @Test(
        "Open Exchange Rates refuses wrong keys and bases",
        arguments: [
            ("", 401, "missing_app_id"), ("app_id=0123456789abcdef0123456789ABCDEF", 401, "invalid_app_id"),
            ("app_id=x&base=XXX", 400, "invalid_base"),
        ])
    func refusals(_ query: String, _ status: Int, _ message: String) async throws {
        try await RunningSandbox.run { sandbox in
            let reply = try await sandbox.get("/rates/oxr/api/latest.json?" + query)
            #expect(
                reply.status == status && reply.number("status") == status && reply.object["error"] as? Bool == true)
            #expect(reply.text("message") == message && reply.text("description") != nil)
        }
    }

    @Test("dates are written for headers")
    func datesAreWrittenForHeaders() {
        #expect(CivilDate(days: 8_702).publishedHTTPDate == "Fri, 29 Oct 1993 15:00:00 GMT")
        #expect(CivilDate(days: 0).publishedHTTPDate == "Thu, 01 Jan 1970 15:00:00 GMT")
    }

    @Test("old and jumping sets are served on demand")
    func oldAndJumpingSets() async throws {
        try await RunningSandbox.run { sandbox in
            let before = try await sandbox.get("/rates/v1/latest")
            let set = try await sandbox.send("PUT", "/_sandbox/rates", body: #"{"age_days":11,"jump":{"USD":1.3}}"#)
            #expect(set.status == 200 && set.number("age_days") == 11)
            let after = try await sandbox.get("/rates/v1/latest")
            #expect(try #require(after.text("date")) < (try #require(before.text("date"))))
            func rate(_ code: String, _ reply: Reply) throws -> Double {
                try #require((reply.object["rates"] as? [String: Double])?[code])
            }
            #expect((1.27...1.33).contains(try rate("USD", after) / rate("USD", before)))
            #expect((0.97...1.03).contains(try rate("GBP", after) / rate("GBP", before)))
            #expect(try await sandbox.send("DELETE", "/_sandbox/rates").body == "{}")
            #expect(try await sandbox.get("/rates/v1/latest").body == before.body)
        }
    }

    @Test("an old set is of a working day")
    func anOldSetIsOfAWorkingDay() {
        let monday = CivilDate(days: 20_052)
        #expect(
            monday.weekday == 0
                && CivilDate(days: monday.days - 1).orWorkingDayBefore == CivilDate(days: monday.days - 3))
        #expect(monday.orWorkingDayBefore == monday)
    }

    @Test("broken sets are served on demand")
    func brokenSets() async throws {
        try await RunningSandbox.run { sandbox in
            let paths = ["/rates/v1/latest", "/rates/v2/rates", "/rates/oxr/api/latest.json?app_id=x"]
            let file = "/rates/ecb/eurofxref-daily.xml"
            func parses(_ reply: Reply) -> Bool {
                (try? JSONSerialization.jsonObject(with: Data(reply.body.utf8))) != nil
            }

            _ = try await sandbox.send("PUT", "/_sandbox/rates", body: #"{"break":"json"}"#)
            for path in paths {
                let reply = try await sandbox.get(path)
                #expect(reply.status == 200 && reply.isWhole && !parses(reply), "\(path)")
            }
            #expect(try await sandbox.get(file).body.contains("</gesmes:Envelope>"))
            _ = try await sandbox.send("PUT", "/_sandbox/rates", body: #"{"break":"xml"}"#)
            #expect(try await !sandbox.get(file).body.contains("</gesmes:Envelope>"))
            #expect(parses(try await sandbox.get(paths[0])))
            _ = try await sandbox.send("PUT", "/_sandbox/rates", body: #"{"break":"half"}"#)
            for path in paths + [file] { #expect(try await !sandbox.get(path).isWhole, "\(path)") }
            _ = try await sandbox.send("PUT", "/_sandbox/rates", body: #"{"break":"500"}"#)
            for path in paths + [file] { #expect(try await sandbox.get(path).status == 500, "\(path)") }
            _ = try await sandbox.send("PUT", "/_sandbox/rates", body: #"{"negative":true}"#)
            let negative = try await sandbox.get(paths[0]).object["rates"] as? [String: Double]
            #expect(negative?.values.filter { $0 < 0 }.count == 1)
        }
    }

    @Test("the page has switches for rates")
    func switchesForPeople() async throws {
        try await RunningSandbox.run { sandbox in
            let form = "age_days=4&jump_currency=usd&jump_factor=1.5&break=half&negative=true"
            #expect(try await sandbox.send("POST", "/_sandbox/rates", body: form).status == 303)
            let set = try await sandbox.get("/_sandbox/rates")
            #expect(
                set.number("age_days") == 4 && set.text("break") == "half" && set.object["negative"] as? Bool == true)
            #expect((set.object["jump"] as? [String: Double]) == ["USD": 1.5])
            let page = try await sandbox.get("/rates").body
            #expect(page.contains("value=\"half\" selected") && page.contains("This is a sandbox"))
            #expect(try await sandbox.send("POST", "/_sandbox/rates").status == 303)
            #expect(try await sandbox.get("/_sandbox/rates").body == "{}")
            for wrong in [
                "age_days=x", "age_days=-1", "jump_currency=XXX&jump_factor=2", "jump_currency=USD", "break=all",
            ] {
                #expect(try await sandbox.send("POST", "/_sandbox/rates", body: wrong).status == 400, "\(wrong)")
            }
            for wrong in ["", #"{"break":"all"}"#, #"{"jump":{"USD":0}}"#, #"{"age_days":-1}"#] {
                #expect(try await sandbox.send("PUT", "/_sandbox/rates", body: wrong).status == 400, "\(wrong)")
            }
        }
    }
}
