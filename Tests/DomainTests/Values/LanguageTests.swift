import Domain
import Testing

@Suite("A customer is written to in a language they read")
struct LanguageTests {
    @Test(
        "the first most wanted language that the shop writes is taken",
        arguments: [
            ("de", Language.german), ("fr-CH, fr;q=0.9, en;q=0.8, de;q=0.7, *;q=0.5", .french),
            ("es, de;q=0.5", .german),
            ("en;q=0.2,FR;q=0.3", .french), ("de;q=0, en", .english), ("de-AT-1996", .german), ("en, de", .english),
            (" de ; q=1.0 ", .german), ("de;q=nonsense, fr;q=0.1", .french), ("de;q=7, fr", .french),
            ("de;level=1;q=0.4, en;q=0.3", .german),
        ])
    func taken(field: String, language: Language) {
        #expect(Language(acceptLanguage: field) == language)
    }

    @Test(
        "where any will do, or none is written here, the shop decides",
        arguments: ["", "*", "es", "es, ja;q=0.4", ",,;", "deu", "q=1"])
    func noneTaken(field: String) {
        #expect(Language(acceptLanguage: field) == nil)
    }

    @Test("a long field is read as far as anybody needs")
    func long() {
        #expect(Language(acceptLanguage: String(repeating: "es,", count: 49) + "de") == .german)
        #expect(Language(acceptLanguage: String(repeating: "es,", count: 60) + "de") == nil)
    }
}
