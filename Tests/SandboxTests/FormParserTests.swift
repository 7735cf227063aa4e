import Testing

@testable import Sandbox

@Suite("A form means what its sender meant, or is refused with the reason")
struct FormParserTests {
    @Test("texts, fields and lists are read")
    func readsTextsFieldsAndLists() throws {
        let form = try FormParser.parse(
            """
            amount=1999&metadata[order_id]=a%20b+c&types[]=card&types[]=link&list[1]=y&list[0]=x\
            &deep[a][b]=%C3%A9&empty=
            """
        )
        #expect(form["amount"]?.text == "1999")
        #expect(form["metadata"]?.fields?["order_id"]?.text == "a b c")
        #expect(form["types"]?.elements?.compactMap(\.text) == ["card", "link"])
        #expect(form["list"]?.elements?.compactMap(\.text) == ["x", "y"])
        #expect(form["deep"]?.fields?["a"]?.fields?["b"]?.text == "é")
        #expect(form["empty"]?.text == "")
        #expect(form["metadata"]?.elements == nil)
    }

    @Test("encoded brackets are decoded")
    func decodesEncodedBrackets() throws {
        #expect(try FormParser.parse("created%5Bgte%5D=5")["created"]?.fields?["gte"]?.text == "5")
    }

    @Test("of two equal names the last counts")
    func lastOfTwoEqualNamesCounts() throws {
        #expect(try FormParser.parse("a=1&a=2")["a"]?.text == "2")
    }

    @Test(
        "a malformed form is refused",
        arguments: [
            ("a=%G1", FormError.badEncoding("%G1")), ("a=%4", .badEncoding("%4")), ("a=%FF", .badEncoding("%FF")),
            ("[a]=1", .badName("[a]")),
            ("a[b=1", .badName("a[b")), ("a]=1", .badName("a]")), ("a[b]c=1", .badName("a[b]c")),
            ("a[[b]]=1", .badName("a[[b]]")),
            ("=1", .badName("")),
            ("a=1&a[b]=2", .conflict("a[b]")), ("a[b]=1&a=2", .conflict("a")),
            ("a[1][2][3][4][5][6][7][8]=1", .tooLarge),
        ])
    func refuses(_ body: String, _ expected: FormError) {
        #expect(throws: expected) { try FormParser.parse(body) }
    }

    @Test("more parameters than any honest request has are refused")
    func tooManyParameters() {
        let body = (0...FormParser.maximumPairs).map { "a\($0)=1" }.joined(separator: "&")
        #expect(throws: FormError.tooLarge) { try FormParser.parse(body) }
    }

    @Test("the order of parameters does not change the meaning")
    func orderOfParameters() throws {
        let one = FormValue.fields(try FormParser.parse("a=1&m[x]=2&m[y]=3")).canonical
        let two = FormValue.fields(try FormParser.parse("m[y]=3&m[x]=2&a=1")).canonical
        let other = FormValue.fields(try FormParser.parse("m[y]=3&m[x]=2&a=2")).canonical
        #expect(one == two)
        #expect(one != other)
    }
}
